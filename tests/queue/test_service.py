"""A job exists only if its transaction commits."""

from __future__ import annotations

import asyncio
from datetime import datetime

import psycopg
import pytest
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from sqlalchemy import text

from bot.db.service import Sessions, psycopg_url, transaction
from bot.queue.service import enqueue, open_queue


async def count(sessions: Sessions) -> int:
    async with sessions() as session:
        return await session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) or 0


async def test_a_job_shares_the_fate_of_its_transaction(sessions: Sessions, database_url: str) -> None:
    queue = open_queue(database_url)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the transaction is what is tested
        async with transaction(sessions) as session:
            await enqueue(session, queue, "inbox:answer", lock="telegram:7", inbox_id=1)
            raise ZeroDivisionError
    assert await count(sessions) == 0
    async with transaction(sessions) as session:
        await enqueue(session, queue, "inbox:answer", lock="telegram:7", inbox_id=1)
    assert await count(sessions) == 1


async def test_one_waiting_job_holds_a_queueing_lock(sessions: Sessions, database_url: str) -> None:
    queue = open_queue(database_url)
    async with transaction(sessions) as session:
        await enqueue(session, queue, "digest:send", queueing_lock="digest")
    with pytest.raises(AlreadyEnqueued):
        async with transaction(sessions) as session:
            await enqueue(session, queue, "digest:send", queueing_lock="digest")
    assert await count(sessions) == 1


async def test_the_end_of_a_job_is_recorded_although_the_connection_was_ended_meanwhile(
    sessions: Sessions, database_url: str
) -> None:
    queue = open_queue(database_url)
    async with transaction(sessions) as session:
        await enqueue(session, queue, "inbox:answer", lock="telegram:7", inbox_id=1)
    async with (
        queue.open_async() as app,
        await psycopg.AsyncConnection.connect(psycopg_url(database_url), autocommit=True) as other,
    ):
        job = await app.job_manager.fetch_job(queues=None, worker_id=await app.job_manager.register_worker())
        assert job
        async with other.transaction():
            await other.execute("SELECT 1 FROM procrastinate_jobs FOR UPDATE")
            ending = asyncio.create_task(app.job_manager.finish_job(job, status=Status.SUCCEEDED, delete_job=True))
            ended = (
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            while not await (await other.execute(ended)).fetchall():  # noqa: ASYNC110 - another process waits
                await asyncio.sleep(0.02)
        await ending
    assert await count(sessions) == 0


async def test_a_chore_that_comes_back_while_the_next_one_waits_gives_way_to_it(
    sessions: Sessions, database_url: str, now: datetime
) -> None:
    # Only one may wait: left "doing" instead, it would keep the lock and the chore would never be done again.
    queue = open_queue(database_url)

    async def enqueue_chore() -> None:
        async with transaction(sessions) as session:
            await enqueue(session, queue, "deliveries:dispatch", lock="dispatch", queueing_lock="dispatch")

    await enqueue_chore()
    async with queue.open_async() as app:
        worker = await app.job_manager.register_worker()
        killed = await app.job_manager.fetch_job(queues=None, worker_id=worker)
        assert killed
        await enqueue_chore()
        assert await app.job_manager.fetch_job(queues=None, worker_id=worker) is None  # the lock is taken
        await app.job_manager.retry_job(killed, retry_at=now)
        following = await app.job_manager.fetch_job(queues=None, worker_id=worker)
        assert following
        assert following.id != killed.id
    assert await count(sessions) == 1
