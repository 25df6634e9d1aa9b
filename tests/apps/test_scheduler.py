"""The scheduler: it enqueues, once, and never in the hour that a change of clocks repeats: F24, F25."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import procrastinate
import pytest
import time_machine
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from procrastinate.testing import InMemoryConnector
from sqlalchemy import text

from bot.apps.chores import register_chores
from bot.apps.scheduler import _start_clock, enqueue_chore, list_chores, schedule_until
from bot.db.service import Sessions
from bot.kit.clock import TOWN_ZONE, utc_now
from bot.kit.settings import Settings
from bot.queue.chores import Chore
from bot.queue.service import open_queue
from tests.apps.nightly import DAILY
from tests.fixtures.processes import driver, eventually

CLOCKED = [chore for chore in list_chores() if isinstance(chore.trigger, CronTrigger)]


async def jobs(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        return list(await session.scalars(text("SELECT task_name FROM procrastinate_jobs ORDER BY id")))


def test_every_chore_is_a_task_that_workers_know(sessions: Sessions) -> None:
    queue = procrastinate.App(connector=InMemoryConnector())
    register_chores(queue, sessions, composers={}, clock=utc_now)
    assert {chore.task for chore in list_chores()} <= set(queue.tasks)


@pytest.mark.parametrize("chore", CLOCKED, ids=[chore.task for chore in CLOCKED])
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

    nightly = sorted(chore.task for chore in DAILY)

    async def enqueued() -> list[str]:
        return sorted(task for task in await jobs(sessions) if task in nightly)

    async def has_enqueued() -> bool:
        return await enqueued() == nightly

    await eventually(has_enqueued, within=10, what="what never ran, each once")
    async with sessions() as session:
        await session.execute(text("DELETE FROM procrastinate_jobs"))
        await session.commit()
    second = asyncio.create_task(schedule_until(stops[1], settings, database_url))
    await asyncio.sleep(1.5)
    assert await enqueued() == []
    stops[0].set()
    await first
    await eventually(has_enqueued, within=10, what="the second one's turn")
    stops[1].set()
    await second


async def test_a_frequent_chore_does_not_pile_up_while_its_worker_is_down(
    sessions: Sessions, database_url: str
) -> None:
    # F25: two schedulers by mistake, both with their clock running, and nobody to do the work.
    chores = (Chore("outbox:expire_calls", IntervalTrigger(seconds=0.2)),)
    schedulers = [_start_clock(sessions, open_queue(database_url), chores) for _ in range(2)]
    await asyncio.sleep(3)
    for scheduler in schedulers:
        scheduler.shutdown(wait=False)
    assert await jobs(sessions) == ["outbox:expire_calls"]


@pytest.mark.fault
async def test_a_clock_that_is_set_back_an_hour_stops_no_chore(
    sessions: Sessions, database_url: str, tmp_path: Path
) -> None:
    # F24: a machine that took its local time for UTC, until it heard the right one.
    settings, stop = Settings(_env_file=None, data_dir=tmp_path), asyncio.Event()  # type: ignore[call-arg]

    async def are_enqueued() -> bool:
        return {"alerts:match", "deliveries:dispatch"} <= set(await jobs(sessions))

    with time_machine.travel(utc_now(), tick=True) as clock:
        scheduling = asyncio.create_task(schedule_until(stop, settings, database_url))
        await eventually(are_enqueued, within=30, what="the chores of every 15 s")
        async with sessions() as session:
            await session.execute(text("DELETE FROM procrastinate_jobs"))
            await session.commit()
        clock.shift(timedelta(hours=-1))
        await eventually(are_enqueued, within=30, what="the chores after the clock was set back")
        stop.set()
        await scheduling


@pytest.mark.fault
async def test_two_schedulers_and_two_workers_of_chores_do_each_once(sessions: Sessions, database_url: str) -> None:
    # F25 with real processes: the active scheduler is killed; the second one takes over and repeats nothing.
    nightly = sorted(chore.task for chore in DAILY)

    async def done() -> list[str]:
        async with sessions() as session:
            query = text("SELECT task FROM job_run WHERE task <> 'scheduler' AND outcome = 'done' ORDER BY task")
            return [task for task in await session.scalars(query) if task in nightly]

    async def are_done() -> bool:
        return await done() == nightly

    async def has_taken_over() -> bool:
        return "scheduler_active" in second.said()

    with driver("chores", database_url), driver("chores", database_url), driver("schedule", database_url) as first:
        await eventually(are_done, within=90, what="every nightly chore once")
        with driver("schedule", database_url) as second:
            await second.is_up()
            first.kill()
            await eventually(has_taken_over, within=30, what="the second scheduler")
            await asyncio.sleep(3)
            assert sorted(set(await done())) == nightly
            # Done again at the start by design: offers that ended meanwhile leave the search.
            assert [task for task in await done() if task != "catalogue:expire"] == [
                task for task in nightly if task != "catalogue:expire"
            ]
