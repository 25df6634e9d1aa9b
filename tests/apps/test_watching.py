"""The scheduler's eye on the chores, over the nights when clocks change, with schedulers that are away: F24."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import structlog
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import select

from bot.apps.watching import ChoreWatch
from bot.db.service import Sessions, transaction
from bot.kit.clock import TOWN_ZONE
from bot.queue.chores import Chore
from bot.queue.heartbeats import beat
from bot.queue.history import begin_run, end_run
from bot.queue.models import JobRun
from tests.apps.nightly import DAILY

OFTEN = Chore("often", IntervalTrigger(seconds=15))


class Installation:
    """A scheduler and a worker by a clock of the test's: what is enqueued is done at once."""

    def __init__(self, sessions: Sessions, start: datetime) -> None:
        self.sessions, self.now = sessions, start
        self.watch = ChoreWatch(sessions, DAILY, enqueue=self.run, clock=lambda: self.now)

    async def run(self, task: str) -> None:
        async with transaction(self.sessions) as session:
            await end_run(session, await begin_run(session, task, now=self.now), now=self.now, counts={})

    async def goes_on(self, until: datetime, *, step: timedelta) -> None:
        """Let the time pass: the clock's jobs as APScheduler draws them, the watch, the scheduler's sign of life."""
        while self.now < until:
            before, self.now = self.now, self.now + step
            for chore in DAILY:
                fired = chore.trigger.get_next_fire_time(None, before + timedelta(microseconds=1))
                if fired is not None and fired <= self.now:
                    await self.run(chore.task)
            await self.watch.look()
            async with transaction(self.sessions) as session:
                await beat(session, "scheduler", now=self.now, detail="active")

    async def restarts(self, at: datetime) -> None:
        """Be away until `at`, then start again."""
        self.now = at
        self.watch = ChoreWatch(self.sessions, DAILY, enqueue=self.run, clock=lambda: self.now)
        await self.watch.begin()


@pytest.mark.parametrize("night", [datetime(2026, 10, 25, tzinfo=TOWN_ZONE), datetime(2027, 3, 28, tzinfo=TOWN_ZONE)])
@pytest.mark.parametrize("hours_away", [(0, 0), (1, 6), (3, 10), (4, 40)])
async def test_each_nightly_chore_runs_once_a_local_date_when_the_clocks_change(
    sessions: Sessions, night: datetime, hours_away: tuple[int, int]
) -> None:
    house = Installation(sessions, (night - timedelta(days=1)).astimezone(UTC))
    await house.watch.begin()
    step = timedelta(minutes=20)
    await house.goes_on((night + timedelta(hours=hours_away[0])).astimezone(UTC), step=step)
    await house.restarts((night + timedelta(hours=hours_away[1])).astimezone(UTC))
    await house.goes_on((night + timedelta(days=3)).astimezone(UTC), step=step)
    async with sessions() as session:
        runs = [run for run in await session.scalars(select(JobRun)) if run.task != "scheduler"]
    for chore in DAILY:
        # The first day also makes up for what never ran: it is of the day before.
        dates = [run.started_at.astimezone(TOWN_ZONE).date() for run in runs if run.task == chore.task][1:]
        days = [(night + timedelta(days=n)).date() for n in range(-1, 3)]
        assert len(dates) == len(set(dates))
        if hours_away[1] < 24:
            assert dates == days
        else:  # away over the next night too: one run makes up for both
            assert dates == [days[0], days[2], days[3]]


async def test_what_is_overdue_is_told_once_until_it_runs_again(sessions: Sessions, now: datetime) -> None:
    moment = [now]

    async def nobody(_task: str) -> None:
        """No worker takes it."""

    watch = ChoreWatch(sessions, [OFTEN], enqueue=nobody, clock=lambda: moment[0])
    with structlog.testing.capture_logs() as logs:
        await watch.begin()
        for seconds in range(0, 300, 15):
            moment[0] = now + timedelta(seconds=seconds)
            await watch.look()
        assert [(log["event"], log["log_level"], log["task"]) for log in logs] == [
            ("chore_overdue", "warning", "often")
        ]
        assert logs[0]["last_success"] == "never"
        async with transaction(sessions) as session:
            await end_run(session, await begin_run(session, "often", now=moment[0]), now=moment[0], counts={})
        moment[0] += timedelta(seconds=31)
        await watch.look()
        moment[0] += timedelta(seconds=200)
        await watch.look()
    assert [log["event"] for log in logs] == ["chore_overdue", "chore_runs_again", "chore_overdue"]


async def test_a_scheduler_that_comes_back_at_once_excuses_nothing(sessions: Sessions, now: datetime) -> None:
    async def watched(at: datetime) -> int:
        async with transaction(sessions) as session:
            await beat(session, "scheduler", now=at - timedelta(seconds=20), detail="active")
        await ChoreWatch(sessions, DAILY, enqueue=_nothing, clock=lambda: at).begin()
        async with sessions() as session:
            return len((await session.scalars(select(JobRun))).all())

    await ChoreWatch(sessions, DAILY, enqueue=_nothing, clock=lambda: now).begin()
    assert await watched(now + timedelta(minutes=5)) == 1


async def _nothing(_task: str) -> None:
    """Enqueue nothing."""
