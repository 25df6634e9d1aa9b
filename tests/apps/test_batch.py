"""Chores in a process of their own: no answer waits for one, and one that holds its loop is not done twice."""

from __future__ import annotations

import asyncio

import procrastinate
import pytest
from sqlalchemy import func, select, text

from bot.apps.ingress import store_update
from bot.apps.scheduler import enqueue_chore
from bot.apps.worker import work_until
from bot.db.service import Sessions
from bot.inbox.models import InboxUpdate
from bot.kit.clock import utc_now
from bot.queue.history import record_runs
from bot.queue.models import JobRun
from bot.queue.service import BATCH, open_queue
from tests.fixtures.drivers.burn import TASK
from tests.fixtures.processes import driver, eventually
from tests.fixtures.updates import message

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]


async def test_answers_do_not_wait_for_a_chore_that_takes_a_processor(sessions: Sessions, database_url: str) -> None:
    # 10 s of it: longer than the 6 s after which a worker of answers that is silent is taken for dead.
    queue, count = open_queue(database_url), 60
    with driver("burn", database_url, "10") as chores, driver("work", database_url, "0") as answers:
        await chores.is_up()
        await answers.is_up()
        await enqueue_chore(sessions, queue, TASK)
        await asyncio.sleep(0.5)
        for n in range(count):
            await store_update(sessions, queue, message(n, chat_id=n), clock=utc_now)
            await asyncio.sleep(0.15)

        async def has_ended() -> bool:
            async with sessions() as session:
                return await session.scalar(select(JobRun.outcome)) == "done"

        async def are_answered() -> bool:
            async with sessions() as session:
                return await session.scalar(select(func.count()).where(InboxUpdate.status == "done")) == count

        await eventually(has_ended, within=60, what="the chore")
        await eventually(are_answered, within=60, what="every answer")
        async with sessions() as session:
            rows = list(await session.scalars(select(InboxUpdate)))
            (run,) = await session.scalars(select(JobRun))  # once
    assert run.ended_at is not None
    during = [row for row in rows if run.started_at < row.received_at < run.ended_at]
    waits = sorted((row.done_at - row.received_at).total_seconds() for row in during if row.done_at)
    assert len(waits) == len(during) > count / 2
    assert waits[int(len(waits) * 0.95)] < 1.0
    print(f"answers during a chore: p50 {waits[len(waits) // 2]:.3f} s, p95 {waits[int(len(waits) * 0.95)]:.3f} s")  # noqa: T201


async def test_a_chore_that_always_fails_leaves_no_jobs_behind(sessions: Sessions, database_url: str) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    def register(app: procrastinate.App) -> None:
        app.task(name="sick")(fail)
        record_runs(app, ["sick"], sessions, clock=utc_now)

    stop, queue = asyncio.Event(), open_queue(database_url)
    working = asyncio.create_task(
        work_until(
            stop, open_app=lambda: open_queue(database_url), register=register, sessions=sessions, concurrency=1,
            name="batch", queue_name=BATCH,
        )
    )  # fmt: skip

    async def count(query: str) -> int:
        async with sessions() as session:
            return int(await session.scalar(text(query)) or 0)

    for times in (1, 2):
        await enqueue_chore(sessions, queue, "sick")

        async def has_failed(times: int = times) -> bool:
            return await count("SELECT count(*) FROM job_run WHERE outcome = 'failed'") == times

        await eventually(has_failed, within=20, what="the chore")

    async def is_left() -> bool:
        return await count("SELECT count(*) FROM procrastinate_jobs") == 0

    await eventually(is_left, within=10, what="no job left")
    stop.set()
    await working
