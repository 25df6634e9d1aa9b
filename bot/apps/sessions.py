"""One transaction on the database at a URL, for the commands that read or write it once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import open_engine, sessions_of, transaction


@asynccontextmanager
async def session_on(database_url: str) -> AsyncIterator[AsyncSession]:
    """Open a session for the time of the block; committed when it ends well."""
    engine = open_engine(database_url, pool_size=1)
    try:
        async with transaction(sessions_of(engine)) as session:
            yield session
    finally:
        await engine.dispose()
