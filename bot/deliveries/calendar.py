"""When a person may be written to, in their own time zone: quiet hours, public holidays, clock times of digests.

Pure functions of a moment (UTC) and of what the person wants. A clock time that a change of clocks leaves out comes an
hour later that day; one that it repeats comes the first time only.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.deliveries.models import PushPreferences
from bot.kit.clock import local_day
from bot.vocabulary.zones import country_of_zone

_MIDNIGHT = 0
# Whoever of ours lives in this zone lives in Montréal: its holidays are Quebec's.
_SUBDIVISIONS = {"America/Toronto": "QC"}
# No country rests for so long; a search that goes further would never end.
_MOST_DAYS = 40


def moment_at(day: date, hour: int, zone: str) -> datetime:
    """Return the moment (UTC) at which the clocks of a zone show `hour` on `day`, the first time that they do."""
    return datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_starts_at(moment: datetime, zone: str) -> datetime:
    """Return when the day of `moment` began in a time zone."""
    return moment_at(local_day(moment, zone), _MIDNIGHT, zone)


def is_holiday(day: date, zone: str) -> bool:
    """Say whether `day` is a public holiday of the zone's country; of no country that is not known."""
    country = country_of_zone(zone)
    return country is not None and day in _holidays_of(country, _SUBDIVISIONS.get(zone))


def is_quiet_hour(hour: int, preferences: PushPreferences) -> bool:
    """Say whether an hour of the day (0-23) is one of the person's quiet hours."""
    start, end = preferences.quiet_from, preferences.quiet_until
    if start <= end:
        return start <= hour < end
    return hour >= start or hour < end


def is_allowed(moment: datetime, preferences: PushPreferences) -> bool:
    """Say whether a person may be written to at `moment`."""
    local = moment.astimezone(ZoneInfo(preferences.time_zone))
    return not is_quiet_hour(local.hour, preferences) and not _is_off(local.date(), preferences)


def next_allowed(moment: datetime, preferences: PushPreferences) -> datetime:
    """Return the first moment from `moment` on at which a person may be written to; `moment` itself if it is one."""
    if is_allowed(moment, preferences):
        return moment
    for day in _days_from(local_day(moment, preferences.time_zone)):
        for hour in (_MIDNIGHT, preferences.quiet_until):
            candidate = moment_at(day, hour, preferences.time_zone)
            if candidate > moment and is_allowed(candidate, preferences):
                return candidate
    return moment + timedelta(days=_MOST_DAYS)


def next_day_allowed(moment: datetime, preferences: PushPreferences) -> datetime:
    """Return the first moment of the person's next day, or of a later one, at which they may be written to."""
    tomorrow = local_day(moment, preferences.time_zone) + timedelta(days=1)
    return next_allowed(moment_at(tomorrow, _MIDNIGHT, preferences.time_zone), preferences)


def next_quiet(moment: datetime, preferences: PushPreferences) -> datetime | None:
    """Return when the next time of rest begins after `moment`: quiet hours or a holiday; None when none is near.

    A message that may leave at `moment` must not leave from then on.
    """
    starts = [_MIDNIGHT, preferences.quiet_from]
    for day in _days_from(local_day(moment, preferences.time_zone)):
        for hour in sorted(starts):
            candidate = moment_at(day, hour, preferences.time_zone)
            if candidate > moment and not is_allowed(candidate, preferences):
                return candidate
    return None


def next_slot(preferences: PushPreferences, *, hour: int, weekday: int | None, after: datetime) -> datetime:
    """Return the next moment of a digest, later than `after`: once a day, or once a week on its weekday.

    A slot inside the quiet hours comes when they end, on its own day. On a holiday the daily one is left out, for the
    next day's tells the same; the weekly one comes on the next day that is none.

    Args:
        preferences: of the person; their time zone decides.
        hour: 0-23, their time.
        weekday: 0 (Monday) to 6; None for every day.
        after: the moment (UTC) of the last slot, or now.
    """
    # A weekly slot of some days ago may have been put off to a day that is still to come.
    first = local_day(after, preferences.time_zone) - timedelta(days=14)
    days = (day for day in _days_from(first) if weekday is None or day.weekday() == weekday)
    slots = (_slot_on(_working_day(day, preferences), hour, preferences) for day in days)
    return next(slot for slot in slots if slot > after)


def _slot_on(day: date, hour: int, preferences: PushPreferences) -> datetime:
    slot = moment_at(day, hour, preferences.time_zone)
    shown = slot.astimezone(ZoneInfo(preferences.time_zone)).hour  # not `hour` where a change of clocks leaves it out
    return moment_at(day, preferences.quiet_until, preferences.time_zone) if is_quiet_hour(shown, preferences) else slot


def _working_day(day: date, preferences: PushPreferences) -> date:
    return next((one for one in _days_from(day) if not _is_off(one, preferences)), day)


def _is_off(day: date, preferences: PushPreferences) -> bool:
    return preferences.holidays_off and is_holiday(day, preferences.time_zone)


def _days_from(first: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(_MOST_DAYS))


@functools.cache
def _holidays_of(country: str, subdivision: str | None) -> Any:
    """Return the holidays of a country, which works out the years that it is asked about."""
    from holidays import country_holidays  # heavy: loaded where messages are dispatched, not on import

    try:
        return country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        return frozenset()
