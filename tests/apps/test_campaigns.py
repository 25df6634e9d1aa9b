"""What the commands of campaigns set going."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.apps.campaigns import (
    cancel_campaign,
    foresee_schedule,
    pause_campaign,
    read_moment,
    resume_campaign,
    schedule_campaign,
)
from bot.apps.chores import register_chores
from bot.db.service import Sessions, transaction
from bot.kit.clock import TOWN_ZONE, utc_now
from bot.kit.errors import InputError
from bot.queue.service import BATCH, open_queue
from tests.campaigns.people import campaign, deliveries, person, status


async def work(sessions: Sessions, database_url: str) -> None:
    """Do the chores that may run now, as the worker of chores does."""
    queue = open_queue(database_url)
    register_chores(queue, sessions, composers={}, clock=utc_now)
    async with queue.open_async():
        await queue.run_worker_async(queues=[BATCH], wait=False, install_signal_handlers=False)


async def jobs(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        return list(await session.scalars(text("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")))


async def drafts(sessions: Sessions, count: int) -> list[int]:
    async with transaction(sessions) as session:
        await person(session, 1, utc_now())
        return [await campaign(session, utc_now()) for _ in range(count)]


async def test_a_campaign_that_waits_for_its_day_keeps_no_other_from_leaving(
    sessions: Sessions, database_url: str
) -> None:
    later, at_once = await drafts(sessions, 2)
    in_two_days = utc_now() + timedelta(days=2)
    await schedule_campaign(database_url, later, at=in_two_days.isoformat())
    assert await jobs(sessions) == []  # the chore of every 15 s finds it by its date
    await schedule_campaign(database_url, at_once, at="now")
    await work(sessions, database_url)
    async with sessions() as session:
        assert [await status(session, number) for number in (later, at_once)] == ["scheduled", "running"]
        assert len(await deliveries(session, at_once)) == 1


async def test_nothing_is_enqueued_twice_for_campaigns_that_leave_together(
    sessions: Sessions, database_url: str
) -> None:
    first, second = await drafts(sessions, 2)
    await schedule_campaign(database_url, first, at="now")
    await schedule_campaign(database_url, second, at="now")
    await pause_campaign(database_url, second)
    await resume_campaign(database_url, second)
    assert await jobs(sessions) == ["campaigns:expand"]
    await cancel_campaign(database_url, first)
    await work(sessions, database_url)
    async with sessions() as session:
        assert [await status(session, number) for number in (first, second)] == ["cancelled", "running"]


async def test_what_is_foreseen_is_not_done(sessions: Sessions, database_url: str) -> None:
    (number,) = await drafts(sessions, 1)
    begins, audience = await foresee_schedule(database_url, number, at="2100-01-15 09:00")
    assert begins == datetime(2100, 1, 15, 9, tzinfo=TOWN_ZONE)
    assert (audience.name, audience.people, audience.texts) == ("Forum", {"fr": 1}, {"fr", "en"})
    async with sessions() as session:
        assert await status(session, number) == "draft"


@pytest.mark.parametrize("written", ["demain", "9999-12-31T23:00-05:00", "0001-01-01T00:00+05:00", "2027-02-30"])
def test_what_is_no_moment_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="n'est pas un moment"):
        read_moment(written)
