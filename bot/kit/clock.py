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


def local_day(moment: datetime, zone: str = TOWN_ZONE.key) -> date:
    """Return the calendar day of `moment` in a time zone (IANA name), by default the town's."""
    return moment.astimezone(ZoneInfo(zone)).date()
