"""The scheduler: it enqueues, once, and never in the hour that a change of clocks repeats."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import procrastinate
import pytest
from apscheduler.triggers.cron import CronTrigger
from procrastinate.testing import InMemoryConnector
from sqlalchemy import text

from bot.apps.chores import register_chores
from bot.apps.scheduler import enqueue_chore, list_chores, schedule_until
from bot.db.service import Sessions
from bot.kit.clock import TOWN_ZONE, utc_now
from bot.kit.settings import Settings
from bot.queue.chores import Chore
from bot.queue.service import open_queue
from tests.fixtures.processes import eventually

DAILY = [chore for chore in list_chores() if isinstance(chore.trigger, CronTrigger)]


async def jobs(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        return list(await session.scalars(text("SELECT task_name FROM procrastinate_jobs ORDER BY id")))


def test_every_chore_is_a_task_that_workers_know(sessions: Sessions) -> None:
    queue = procrastinate.App(connector=InMemoryConnector())
    register_chores(queue, sessions, composers={}, clock=utc_now)
    assert {chore.task for chore in list_chores()} <= set(queue.tasks)


@pytest.mark.parametrize("chore", DAILY, ids=[chore.task for chore in DAILY])
def test_no_chore_falls_between_two_and_three_in_the_town(chore: Chore) -> None:
    moment = datetime(2027, 3, 20, tzinfo=UTC)
    for _ in range(20):
        following = chore.trigger.get_next_fire_time(None, moment)
        assert following is not None
        assert following.astimezone(TOWN_ZONE).hour != 2
        moment = following + timedelta(seconds=1)


async def test_a_chore_that_waits_already_is_not_enqueued_again(sessions: Sessions, database_url: str) -> None:
    queue = open_queue(database_url)
    assert await enqueue_chore(sessions, queue, "outbox:expire_calls")
    assert not await enqueue_chore(sessions, queue, "outbox:expire_calls")
    assert await jobs(sessions) == ["outbox:expire_calls"]


async def test_of_two_schedulers_one_works_and_the_other_takes_over(
    sessions: Sessions, database_url: str, tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    stops = [asyncio.Event(), asyncio.Event()]
    first = asyncio.create_task(schedule_until(stops[0], settings, database_url))

    async def has_enqueued() -> bool:
        return sorted(await jobs(sessions)) == sorted(chore.task for chore in DAILY)

    await eventually(has_enqueued, within=10, what="what never ran, each once")
    async with sessions() as session:
        await session.execute(text("DELETE FROM procrastinate_jobs"))
        await session.commit()
    second = asyncio.create_task(schedule_until(stops[1], settings, database_url))
    await asyncio.sleep(1.5)
    assert await jobs(sessions) == []
    stops[0].set()
    await first
    await eventually(has_enqueued, within=10, what="the second one's turn")
    stops[1].set()
    await second
