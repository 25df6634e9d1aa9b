"""Chores in a process of their own: no answer waits for one, and one that holds its loop is not done twice."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from bot.apps.ingress import store_update
from bot.apps.scheduler import enqueue_chore
from bot.db.service import Sessions
from bot.inbox.models import InboxUpdate
from bot.kit.clock import utc_now
from bot.queue.models import JobRun
from bot.queue.service import open_queue
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
