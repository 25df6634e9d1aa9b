"""Opens the database: engine, sessions, and the transaction that one update, page or job is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from bot.db.liveness import watch_pool
from bot.db.urls import psycopg_url

__all__ = [
    "Sessions", "driver_connection", "is_connection_fault", "is_worth_repeating", "notify", "open_engine",
    "psycopg_url", "sessions_of", "sqlalchemy_url", "transaction",
]  # fmt: skip
Sessions = async_sessionmaker[AsyncSession]
# The database gave a statement up: it took longer than `statement_timeout` allows, or asked too much.
_GIVEN_UP = (psycopg.errors.QueryCanceled, psycopg.errors.ProgramLimitExceeded)


def sqlalchemy_url(url: str) -> str:
    """Return `url` for SQLAlchemy's psycopg driver, whatever PostgreSQL scheme it came with."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def open_engine(url: str, *, pool_size: int = 5) -> AsyncEngine:
    """Return an engine on `url`; dead connections are noticed before use, so a restart costs one retry at most."""
    engine = create_async_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=5,
        pool_timeout=5,
        connect_args={"connect_timeout": 3},
        hide_parameters=True,  # they hold what people wrote, and errors are logged
    )
    watch_pool(engine)
    return engine


def sessions_of(engine: AsyncEngine) -> Sessions:
    """Return the factory of sessions; objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def transaction(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """Open one transaction: committed when the block ends, rolled back when it raises."""
    async with sessions() as session, session.begin():
        yield session


async def driver_connection(session: AsyncSession) -> psycopg.AsyncConnection[tuple[object, ...]]:
    """Return the psycopg connection under `session`, so that other libraries join its transaction."""
    raw = await (await session.connection()).get_raw_connection()
    return cast("psycopg.AsyncConnection[tuple[object, ...]]", raw.driver_connection)


async def notify(session: AsyncSession, channel: str) -> None:
    """Wake the listeners of `channel` when the transaction commits."""
    await session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": channel})


def is_connection_fault(error: BaseException) -> bool:
    """Whether `error` says that the database went away: the work may be tried again, it is not wrong."""
    if isinstance(error, OperationalError | InterfaceError | psycopg.OperationalError | psycopg.InterfaceError):
        return True
    if isinstance(error, TimeoutError | ConnectionError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def is_worth_repeating(error: BaseException) -> bool:
    """Whether work that met `error` may be tried again as it is, for ever if need be.

    Not when the database gave one of its statements up: it would be given up each time, and whatever waits behind the
    work would wait for ever.
    """
    return is_connection_fault(error) and not isinstance(getattr(error, "orig", error), _GIVEN_UP)
