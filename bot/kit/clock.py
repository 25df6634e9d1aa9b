"""The clock, passed in wherever time decides something, so that tests choose it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

TOWN_ZONE = ZoneInfo("Europe/Paris")


def utc_now() -> datetime:
    """Return the present moment, in UTC with its time zone."""
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """Return the calendar day of `moment` in the town's time zone."""
    return moment.astimezone(TOWN_ZONE).date()
