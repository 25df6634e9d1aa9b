"""The history of chores: every run is written, and the one that did not happen is noticed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import procrastinate
import pytest
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from procrastinate.testing import InMemoryConnector
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import Sessions, transaction
from bot.kit.clock import TOWN_ZONE
from bot.queue.chores import Chore
from bot.queue.history import (
    begin_run,
    chore_states,
    end_run,
    forget_runs,
    missed_chores,
    note_watch,
    overdue_chores,
    record_runs,
)
from bot.queue.models import JobRun
from bot.queue.tasks import queue_tasks

# The tests' clock stands at 11:00 in the town.
NIGHTLY = Chore("night", CronTrigger(hour=4, minute=30, timezone=TOWN_ZONE))
OFTEN = Chore("often", IntervalTrigger(seconds=15))
CHORES = (NIGHTLY, OFTEN)
LONG_AGO = timedelta(days=3)


async def runs(session: AsyncSession) -> list[JobRun]:
    return list(await session.scalars(select(JobRun).order_by(JobRun.id)))


async def ran(session: AsyncSession, task: str, at: datetime, *, error: str = "") -> None:
    run = await begin_run(session, task, now=at)
    await end_run(session, run, now=at, counts={}, error=error)


async def late(session: AsyncSession, now: datetime) -> list[str]:
    return [state.task for state in await overdue_chores(session, CHORES, now=now)]


async def test_a_run_is_written_with_what_it_did_or_why_it_failed(sessions: Sessions, now: datetime) -> None:
    queue = procrastinate.App(connector=InMemoryConnector())
    seen: list[str] = []

    @queue.task(name="good")
    async def good() -> dict[str, int]:
        async with sessions() as session:
            seen.extend(run.outcome for run in await runs(session))
        return {"told": 3}

    @queue.task(name="silent")
    async def silent() -> None:
        """Do nothing, and say nothing of it."""

    @queue.task(name="bad")
    async def bad() -> None:
        raise ValueError("with a name in it")

    record_runs(queue, ["good", "silent", "bad"], sessions, clock=lambda: now)
    assert await queue.tasks["good"].func() == {"told": 3}
    await queue.tasks["silent"].func()
    with pytest.raises(ValueError, match="name"):
        await queue.tasks["bad"].func()
    assert seen == ["running"]
    async with sessions() as session:
        written = [(run.task, run.outcome, run.detail, run.ended_at) for run in await runs(session)]
    assert written == [
        ("good", "done", {"told": 3}, now),
        ("silent", "done", {}, now),
        ("bad", "failed", {"error": "ValueError"}, now),
    ]  # fmt: skip


async def test_a_run_that_was_cut_short_is_settled_by_the_next(session: AsyncSession, now: datetime) -> None:
    await begin_run(session, "night", now=now)
    await begin_run(session, "night", now=now + timedelta(seconds=20))
    session.expire_all()
    assert [(run.outcome, run.detail) for run in await runs(session)] == [
        ("failed", {"error": "interrupted"}), ("running", {}),
    ]  # fmt: skip


async def test_before_the_scheduler_worked_nothing_is_late(session: AsyncSession, now: datetime) -> None:
    assert await late(session, now) == []
    await note_watch(session, now=now - timedelta(seconds=100))
    assert await late(session, now) == []


async def test_what_never_ran_is_late_once_it_should_have(session: AsyncSession, now: datetime) -> None:
    await note_watch(session, now=now - timedelta(seconds=106))
    assert await late(session, now) == ["often"]
    assert await late(session, now + timedelta(hours=1)) == ["night", "often"]


@pytest.mark.parametrize(("seconds", "is_late"), [(104, False), (106, True)])
async def test_a_chore_of_an_interval_is_late_after_three_of_them_and_a_minute(
    session: AsyncSession, now: datetime, seconds: int, is_late: bool
) -> None:
    await note_watch(session, now=now - LONG_AGO)
    await ran(session, "night", now - timedelta(hours=6))
    await ran(session, "often", now - timedelta(seconds=seconds))
    assert await late(session, now) == (["often"] if is_late else [])


async def test_a_chore_that_fails_is_late_like_one_that_does_not_run(session: AsyncSession, now: datetime) -> None:
    await note_watch(session, now=now - LONG_AGO)
    await ran(session, "often", now)
    await ran(session, "night", now - timedelta(hours=7), error="OSError")  # at 04:00; the slot is 04:30
    assert await late(session, now) == ["night"]
    await ran(session, "night", now - timedelta(hours=1), error="OSError")
    assert await late(session, now) == ["night"]
    await ran(session, "night", now - timedelta(minutes=1))
    assert await late(session, now) == []


async def test_a_long_run_is_no_silence_until_half_an_hour(session: AsyncSession, now: datetime) -> None:
    await note_watch(session, now=now - LONG_AGO)
    await ran(session, "night", now - timedelta(hours=6))
    await begin_run(session, "often", now=now)
    assert await late(session, now + timedelta(minutes=29)) == []
    assert await late(session, now + timedelta(minutes=31)) == ["often"]


async def test_what_was_missed_comes_back_every_ten_minutes_until_it_is_done(
    session: AsyncSession, now: datetime
) -> None:
    async def missed(at: datetime) -> list[str]:
        return missed_chores(await chore_states(session, CHORES, now=at), now=at)

    assert await missed(now) == ["night"]  # intervals come back by themselves
    await ran(session, "night", now, error="OSError")
    assert await missed(now + timedelta(minutes=9)) == []
    assert await missed(now + timedelta(minutes=10)) == ["night"]
    await begin_run(session, "night", now=now + timedelta(minutes=10))
    assert await missed(now + timedelta(minutes=25)) == []
    await ran(session, "night", now + timedelta(minutes=26))
    assert await missed(now + timedelta(minutes=40)) == []
    tomorrow = now + timedelta(hours=17, minutes=35)  # 04:35: its own clock time has just enqueued it
    assert await missed(tomorrow) == []
    assert await missed(tomorrow + timedelta(minutes=5)) == ["night"]


async def test_idle_runs_of_frequent_chores_go_after_a_day_and_everything_after_thirty(
    sessions: Sessions, now: datetime
) -> None:
    async with transaction(sessions) as session:
        for age, counts in ((31, {"told": 2}), (2, {"told": 2}), (2, {"told": 0}), (0, {"told": 0})):
            at = now - timedelta(days=age)
            await end_run(session, await begin_run(session, "often", now=at), now=at, counts=counts)
        for age in (60, 31, 29):
            await ran(session, "night", now - timedelta(days=age))
        await note_watch(session, now=now - timedelta(days=90))  # the last of its kind stays
    task = queue_tasks(sessions, frequent={"often"}, clock=lambda: now).tasks["forget_runs"]
    assert await task.func() == {"forgotten": 4}
    async with sessions() as session:
        kept = {(run.task, (now - run.started_at).days) for run in await runs(session)}
        assert kept == {("often", 2), ("often", 0), ("night", 29), ("scheduler", 90)}
        assert await forget_runs(session, frequent={"often"}, now=now) == 0


async def test_a_month_of_runs_is_forgotten_in_no_time(session: AsyncSession, now: datetime) -> None:
    ages = (now - number * timedelta(seconds=15) for number in range(30_000, 0, -1))
    rows = [{"task": "often", "started_at": at, "outcome": "done", "detail": {}} for at in ages]
    await session.execute(insert(JobRun), rows)
    forgotten = await asyncio.wait_for(forget_runs(session, frequent={"often"}, now=now), 5)
    assert forgotten == 30_000 - 24 * 60 * 4
