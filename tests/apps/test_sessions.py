"""The work of a command is done once, however often it and another's stood in each other's way."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.apps.sessions import do_on
from bot.db.service import Sessions, transaction
from bot.profiles.models import Person

_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
    " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
)


async def test_work_that_meets_a_deadlock_is_done_again_and_counts_once(
    sessions: Sessions, database_url: str, now: datetime
) -> None:
    tries = 0

    async def work(session: AsyncSession) -> int:
        nonlocal tries
        tries += 1
        session.add(Person(channel="terminal", chat_id=tries, first_seen_at=now, last_seen_at=now))
        await session.flush()
        await session.execute(_LOCK, {"key": 1})
        await session.execute(_LOCK, {"key": 2})
        return tries

    async with transaction(sessions) as other:
        await other.execute(_LOCK, {"key": 2})
        done = asyncio.create_task(do_on(database_url, work))
        async with asyncio.timeout(10):
            while not await other.scalar(_WAITING):
                await other.execute(text("SELECT pg_sleep(0.01)"))
        await other.execute(_LOCK, {"key": 1})  # whoever waited first is given up by the database
    assert await done == 2
    async with transaction(sessions) as after:
        assert await after.scalar(select(func.count()).select_from(Person)) == 1
