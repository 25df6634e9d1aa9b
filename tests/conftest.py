"""What every test may ask for: a real PostgreSQL, a fresh database each, a clock that stands still."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.db.embedded import EmbeddedServer
from bot.db.service import Sessions, open_engine, sessions_of
from bot.kit.embedding import SentenceEmbedder
from bot.migrations.service import migrate

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a migrated template database on a server of the tests' own (or ESCALE_TEST_DATABASE_URL's)."""
    if url := os.environ.get("ESCALE_TEST_DATABASE_URL"):
        migrate(url)
        yield url
        return
    # Not under pytest's own folder: each pytest that starts closes it to other users, and PostgreSQL runs as one.
    with tempfile.TemporaryDirectory(prefix="escale-tests-") as folder:
        server = EmbeddedServer(Path(folder))
        try:
            migrate(server.url)
            yield server.url
        finally:
            server.stop()


@pytest.fixture
def database_url(postgres: str) -> Iterator[str]:
    """URL of a database of this test's own, copied from the migrated template."""
    with copied_database(postgres) as url:
        yield url


@contextmanager
def copied_database(template_url: str) -> Iterator[str]:
    """Copy a database for the time of the block."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    template = str(psycopg.conninfo.conninfo_to_dict(template_url)["dbname"])
    admin = psycopg.conninfo.make_conninfo(template_url, dbname="postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    yield template_url.replace(f"/{template}", f"/{name}", 1)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on this test's database."""
    engine = open_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    """The factory of sessions on this test's database."""
    return sessions_of(engine)


@pytest.fixture
async def session(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """One open session; the test commits if it wants to."""
    async with sessions() as session:
        yield session


@pytest.fixture(scope="session")
def embedder() -> SentenceEmbedder:
    """The real sentence encoder, loaded once."""
    return SentenceEmbedder()


@pytest.fixture
def now() -> datetime:
    """A moment that does not move: 23 November 2026, 10:00 UTC."""
    return NOW
