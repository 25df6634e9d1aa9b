"""When a chore must have run: clock times over the changes of clocks, and intervals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.queue.chores import Chore

PARIS = ZoneInfo("Europe/Paris")
NIGHTLY = Chore("a:nightly", CronTrigger(hour=4, minute=30, timezone=PARIS))
WEEKLY = Chore("a:weekly", CronTrigger(day_of_week="mon", hour=9, timezone=PARIS))
OFTEN = Chore("a:often", IntervalTrigger(seconds=15))


@pytest.mark.parametrize("start", [datetime(2026, 10, 23, tzinfo=PARIS), datetime(2027, 3, 26, tzinfo=PARIS)])
def test_a_clock_time_comes_once_a_local_date_whatever_the_clocks_do(start: datetime) -> None:
    moment, slots = start.astimezone(UTC), set[datetime]()
    for minutes in range(0, 5 * 24 * 60, 7):
        slot = NIGHTLY.last_slot(moment + timedelta(minutes=minutes))
        assert slot is not None
        slots.add(slot.astimezone(PARIS))
    local = sorted(slots)
    assert [slot.date() for slot in local] == [start.date() + timedelta(days=n) for n in range(-1, 5)]
    assert {(slot.hour, slot.minute) for slot in local} == {(4, 30)}


def test_a_weekly_clock_time_is_found_a_week_back() -> None:
    assert WEEKLY.last_slot(datetime(2026, 11, 29, 12, tzinfo=PARIS)) == datetime(2026, 11, 23, 9, tzinfo=PARIS)


def test_a_clock_time_is_needed_an_hour_after_it_and_an_interval_after_three_and_a_minute() -> None:
    morning = datetime(2026, 11, 23, 5, 29, tzinfo=PARIS)
    assert NIGHTLY.needed_since(morning) == datetime(2026, 11, 22, 4, 30, tzinfo=PARIS)
    assert NIGHTLY.needed_since(morning + timedelta(minutes=1)) == datetime(2026, 11, 23, 4, 30, tzinfo=PARIS)
    assert OFTEN.needed_since(morning) == morning - timedelta(seconds=105)


def test_the_next_time_is_told() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=PARIS)
    assert NIGHTLY.next_after(None, now) == datetime(2026, 11, 24, 4, 30, tzinfo=PARIS)
    assert OFTEN.next_after(now, now) == now + timedelta(seconds=15)
    assert OFTEN.next_after(None, now) is None
    assert (OFTEN.is_frequent, NIGHTLY.is_frequent) == (True, False)
