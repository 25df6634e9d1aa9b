"""Brings a database to the newest version, or says how far behind it is."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import psycopg

from bot.db.urls import psycopg_url
from bot.kit.errors import ConfigurationError

if TYPE_CHECKING:
    from alembic.config import Config

EXTENSIONS = ("vector", "pg_trgm", "unaccent")
OLDEST_SERVER = 150000


def migrate(url: str) -> None:
    """Apply every migration that the database at `url` lacks; two at once wait for each other.

    Raises:
        ConfigurationError: the server is older than PostgreSQL 15 or lacks an extension.
    """
    # Half a second to import: only where there is something to apply.
    from alembic import command

    from bot.db.service import sqlalchemy_url

    _check_server(url)
    configuration = _configuration()
    # A session lock on a connection of its own: two processes that start together migrate once.
    with psycopg.connect(psycopg_url(url), autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(hashtext('escale.migrate'))")
        configuration.attributes["url"] = sqlalchemy_url(url)
        command.upgrade(configuration, "head")


def is_current(url: str) -> bool:
    """Whether the database at `url` has the newest version."""
    with psycopg.connect(psycopg_url(url), connect_timeout=3) as connection:
        row = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        if row is None or row[0] is None:
            return False
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return version is not None and version[0] == newest_revision()


def newest_revision() -> str:
    """Return the identity of the newest migration in the code: each file's name begins with its own."""
    folder = resources.files("bot.migrations") / "versions"
    return max(file.name.partition("_")[0] for file in folder.iterdir() if file.name[:1].isdigit())


def _configuration() -> Config:
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", "bot:migrations")
    return configuration


def _check_server(url: str) -> None:
    with psycopg.connect(psycopg_url(url), connect_timeout=5) as connection:
        if connection.info.server_version < OLDEST_SERVER:
            raise ConfigurationError(
                f"PostgreSQL {connection.info.server_version // 10000} is too old",
                setting="ESCALE_DATABASE_URL",
                mend="use PostgreSQL 15 or newer",
            )
        rows = connection.execute("SELECT name FROM pg_available_extensions").fetchall()
    missing = sorted(set(EXTENSIONS) - {row[0] for row in rows})
    if missing:
        raise ConfigurationError(
            f"PostgreSQL lacks the extensions {', '.join(missing)}",
            setting="ESCALE_DATABASE_URL",
            mend="install pgvector and the contrib package on the database server",
        )
