"""A job exists only if its transaction commits."""

from __future__ import annotations

from datetime import datetime

import pytest
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import text

from bot.db.service import Sessions, transaction
from bot.queue.service import enqueue, open_queue


async def count(sessions: Sessions) -> int:
    async with sessions() as session:
        return await session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) or 0


async def test_a_job_shares_the_fate_of_its_transaction(sessions: Sessions, database_url: str, now: datetime) -> None:
    queue = open_queue(database_url)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the transaction is what is tested
        async with transaction(sessions) as session:
            await enqueue(session, queue, "inbox:answer", lock="telegram:7", inbox_id=1)
            raise ZeroDivisionError
    assert await count(sessions) == 0
    async with transaction(sessions) as session:
        await enqueue(session, queue, "inbox:answer", lock="telegram:7", at=now, inbox_id=1)
    assert await count(sessions) == 1


async def test_one_waiting_job_holds_a_queueing_lock(sessions: Sessions, database_url: str) -> None:
    queue = open_queue(database_url)
    async with transaction(sessions) as session:
        await enqueue(session, queue, "digest:send", queueing_lock="digest")
    with pytest.raises(AlreadyEnqueued):
        async with transaction(sessions) as session:
            await enqueue(session, queue, "digest:send", queueing_lock="digest")
    assert await count(sessions) == 1
