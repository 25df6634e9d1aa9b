"""One transaction on the database at a URL, for the commands that read or write it once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import psycopg
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import open_engine, sessions_of, transaction

_Result = TypeVar("_Result")
_TRIES = 5


@asynccontextmanager
async def session_on(database_url: str) -> AsyncIterator[AsyncSession]:
    """Open a session for the time of the block; committed when it ends well."""
    engine = open_engine(database_url, pool_size=1)
    try:
        async with transaction(sessions_of(engine)) as session:
            yield session
    finally:
        await engine.dispose()


async def do_on(database_url: str, work: Callable[[AsyncSession], Awaitable[_Result]]) -> _Result:
    """Do some work in a transaction of its own; again when it and another's stood in each other's way (a deadlock).

    What it did by then is undone: it must do nothing outside the database.
    """
    tries = 1
    while True:
        try:
            async with session_on(database_url) as session:
                return await work(session)
        except OperationalError as error:
            if tries == _TRIES or not isinstance(error.orig, psycopg.errors.DeadlockDetected):
                raise
            tries += 1
