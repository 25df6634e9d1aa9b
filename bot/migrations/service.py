"""Brings a database to the newest version, sourced entries included, or says how far behind it is."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import psycopg

from bot.db.urls import psycopg_url
from bot.kit.clock import Clock, utc_now
from bot.kit.errors import ConfigurationError
from bot.knowledge.files import shipped_digests

if TYPE_CHECKING:
    from alembic.config import Config

EXTENSIONS = ("vector", "pg_trgm", "unaccent")
OLDEST_SERVER = 150000


def migrate(url: str, *, clock: Clock = utc_now) -> None:
    """Apply every migration that the database at `url` lacks, then bring the shipped entries; two at once wait.

    Raises:
        ConfigurationError: the server is older than PostgreSQL 15 or lacks an extension.
        InputError: a shipped entry is wrong.
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
        _ship(sqlalchemy_url(url), clock)


def is_current(url: str) -> bool:
    """Whether the database at `url` has the newest version and the entries of the shipped files."""
    with psycopg.connect(psycopg_url(url), connect_timeout=3) as connection:
        row = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        if row is None or row[0] is None:
            return False
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if version is None or version[0] != newest_revision():
            return False
        digests = connection.execute("SELECT DISTINCT topic, digest FROM knowledge_entry").fetchall()
    return set(digests) == set(shipped_digests().items())


def newest_revision() -> str:
    """Return the identity of the newest migration in the code: each file's name begins with its own."""
    folder = resources.files("bot.migrations") / "versions"
    return max(file.name.partition("_")[0] for file in folder.iterdir() if file.name[:1].isdigit())


def _ship(url: str, clock: Clock) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    from bot.knowledge.service import ship_entries

    engine = create_engine(url, hide_parameters=True)
    with Session(engine) as session, session.begin():
        ship_entries(session, now=clock())
    engine.dispose()


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
