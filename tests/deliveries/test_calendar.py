"""When a person may be written to: quiet hours, holidays and slots, across the changes of clocks."""

from __future__ import annotations

import itertools
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.deliveries.calendar import (
    day_starts_at,
    is_allowed,
    is_holiday,
    moment_at,
    next_allowed,
    next_day_allowed,
    next_quiet,
    next_slot,
)
from bot.deliveries.models import PushPreferences
from bot.kit.clock import local_day

ZONES = ("Europe/Paris", "Africa/Casablanca", "Africa/Dakar", "Asia/Beirut", "America/Toronto")
# A few days before and after each change of clocks of 2026 and 2027, and the ends of the years.
CHANGES = {
    "Europe/Paris": (date(2026, 10, 25), date(2027, 3, 28)),
    "Africa/Casablanca": (date(2026, 2, 15), date(2026, 3, 22), date(2026, 9, 20)),  # and none after, by decree
    "Africa/Dakar": (date(2026, 10, 25), date(2027, 3, 28)),
    "Asia/Beirut": (date(2026, 10, 25), date(2027, 3, 28)),
    "America/Toronto": (date(2026, 11, 1), date(2027, 3, 14)),
}
HALF_HOUR = timedelta(minutes=30)


def wanting(
    zone: str = "Europe/Paris", quiet: tuple[int, int] = (21, 8), holidays_off: bool = False
) -> PushPreferences:
    return PushPreferences(time_zone=zone, quiet_from=quiet[0], quiet_until=quiet[1], holidays_off=holidays_off)


@st.composite
def moments_near_changes(draw: st.DrawFn) -> tuple[str, datetime]:
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.sampled_from(CHANGES[zone]))
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
    return zone, start + timedelta(minutes=draw(st.integers(0, 4 * 24 * 60)))


hours = st.integers(0, 23)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Africa/Casablanca", "Asia/Beirut", "America/Toronto"])
def test_the_days_named_here_are_changes_of_clocks(zone: str) -> None:
    for day in CHANGES[zone]:
        before, after = (moment_at(day + timedelta(days=n), 12, zone).astimezone(ZoneInfo(zone)) for n in (-1, 1))
        assert before.utcoffset() != after.utcoffset()


def test_dakar_never_changes_its_clocks() -> None:
    offsets = {moment_at(date(2026, month, 1), 12, "Africa/Dakar").hour for month in range(1, 13)}
    assert {12} == offsets


@given(moments_near_changes(), hours, hours, st.booleans())
@settings(max_examples=300, deadline=None)
@example(("Asia/Beirut", datetime(2027, 3, 27, 21, 45, tzinfo=UTC)), 21, 0, False)
@example(("Asia/Beirut", datetime(2026, 10, 24, 20, 45, tzinfo=UTC)), 22, 23, False)
@example(("Europe/Paris", datetime(2026, 10, 25, 0, 15, tzinfo=UTC)), 2, 3, False)
def test_the_next_allowed_moment_is_the_first_one(
    where: tuple[str, datetime], start: int, end: int, holidays_off: bool
) -> None:
    zone, moment = where
    wants = wanting(zone, (start, end), holidays_off)
    found = next_allowed(moment, wants)
    assert found >= moment
    assert is_allowed(found, wants)
    at = moment
    while at < found:
        assert not is_allowed(at, wants)
        at += timedelta(minutes=15)


@given(moments_near_changes(), hours, hours, st.booleans())
@settings(max_examples=300, deadline=None)
@example(("Europe/Paris", datetime(2027, 3, 28, 0, 15, tzinfo=UTC)), 2, 3, False)
@example(("Asia/Beirut", datetime(2026, 10, 24, 20, 15, tzinfo=UTC)), 23, 0, False)
def test_rest_begins_when_it_is_said_to(where: tuple[str, datetime], start: int, end: int, holidays_off: bool) -> None:
    zone, moment = where
    wants = wanting(zone, (start, end), holidays_off)
    moment = next_allowed(moment, wants)
    found = next_quiet(moment, wants)
    if found is None:
        assert start == end
        return
    assert not is_allowed(found, wants)
    at = moment
    while at < min(found, moment + timedelta(days=3)):
        assert is_allowed(at, wants)
        at += timedelta(minutes=15)


@given(moments_near_changes(), hours, hours, hours)
@settings(max_examples=150, deadline=None)
@example(("Europe/Paris", datetime(2027, 3, 26, tzinfo=UTC)), 3, 0, 2)
@example(("Europe/Paris", datetime(2027, 3, 26, tzinfo=UTC)), 3, 2, 2)
def test_a_daily_slot_comes_once_each_local_day(where: tuple[str, datetime], start: int, end: int, hour: int) -> None:
    zone, moment = where
    wants = wanting(zone, (start, end))
    slots = [next_slot(wants, hour=hour, weekday=None, after=moment)]
    for _ in range(6):
        slots.append(next_slot(wants, hour=hour, weekday=None, after=slots[-1]))
    days = [local_day(slot, zone) for slot in slots]
    assert [days[0] + timedelta(days=n) for n in range(7)] == days
    assert days[0] in (local_day(moment, zone), local_day(moment, zone) + timedelta(days=1))
    for slot in slots:
        halves = (day_starts_at(slot, zone) + n * HALF_HOUR for n in range(44))  # no hour of that day may be allowed
        assert is_allowed(slot, wants) or not any(is_allowed(half, wants) for half in halves)


@given(moments_near_changes(), hours, st.integers(0, 6), st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_weekly_slot_comes_once_each_week(
    where: tuple[str, datetime], hour: int, weekday: int, holidays_off: bool
) -> None:
    zone, moment = where
    wants = wanting(zone, holidays_off=holidays_off)
    slots = [next_slot(wants, hour=hour, weekday=weekday, after=moment)]
    for _ in range(4):
        slots.append(next_slot(wants, hour=hour, weekday=weekday, after=slots[-1]))
    assert all(is_allowed(slot, wants) for slot in slots)
    assert sorted(set(slots)) == slots
    if not holidays_off:
        assert {weekday} == {local_day(slot, zone).weekday() for slot in slots}
        assert {7} == {(local_day(b, zone) - local_day(a, zone)).days for a, b in itertools.pairwise(slots)}


def test_asking_again_while_a_slot_is_near_gives_the_same_slot() -> None:
    wants = wanting()
    first = next_slot(wants, hour=18, weekday=None, after=datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    assert datetime(2026, 11, 23, 17, 0, tzinfo=UTC) == first
    assert first == next_slot(wants, hour=18, weekday=None, after=first - timedelta(seconds=1))
    assert first + timedelta(days=1) == next_slot(wants, hour=18, weekday=None, after=first)


def test_an_hour_that_spring_leaves_out_comes_an_hour_later_that_day() -> None:
    wants = wanting(quiet=(0, 0))
    slot = next_slot(wants, hour=2, weekday=None, after=datetime(2027, 3, 27, 12, 0, tzinfo=UTC))
    assert datetime(2027, 3, 28, 1, 0, tzinfo=UTC) == slot
    assert slot.astimezone(ZoneInfo("Europe/Paris")).hour == 3


def test_an_hour_that_autumn_repeats_comes_the_first_time_only() -> None:
    wants = wanting(quiet=(0, 0))
    slot = next_slot(wants, hour=2, weekday=None, after=datetime(2026, 10, 24, 12, 0, tzinfo=UTC))
    assert datetime(2026, 10, 25, 0, 0, tzinfo=UTC) == slot
    after = next_slot(wants, hour=2, weekday=None, after=slot)
    assert datetime(2026, 10, 26, 1, 0, tzinfo=UTC) == after


def test_a_midnight_that_beirut_leaves_out_is_still_that_day() -> None:
    assert date(2027, 3, 28) == local_day(moment_at(date(2027, 3, 28), 0, "Asia/Beirut"), "Asia/Beirut")
    assert datetime(2027, 3, 27, 22, 0, tzinfo=UTC) == moment_at(date(2027, 3, 28), 0, "Asia/Beirut")


def test_a_slot_keeps_its_local_hour_through_ramadan_in_casablanca() -> None:
    wants = wanting("Africa/Casablanca")
    before = next_slot(wants, hour=18, weekday=None, after=datetime(2026, 2, 5, 0, 0, tzinfo=UTC))
    during = next_slot(wants, hour=18, weekday=None, after=datetime(2026, 2, 20, 0, 0, tzinfo=UTC))
    assert (before.hour, during.hour) == (17, 18)


def test_clocks_are_those_of_the_locked_tables_whatever_the_machine_knows() -> None:
    assert zoneinfo.TZPATH == ()
    winter = datetime(2026, 11, 26, 7, 30, tzinfo=UTC)  # Morocco gave up its hour of summer in September
    assert not is_allowed(winter, wanting("Africa/Casablanca"))


@pytest.mark.parametrize(("hour", "expected"), [(3, 8), (7, 8), (8, 8), (20, 20), (21, 8), (23, 8)])
def test_a_slot_in_quiet_hours_comes_when_they_end_on_its_own_day(hour: int, expected: int) -> None:
    wants = wanting("Africa/Dakar")
    slot = next_slot(wants, hour=hour, weekday=2, after=datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    assert datetime(2026, 11, 25, expected, 0, tzinfo=UTC) == slot


def test_equal_hours_mean_no_quiet_hours() -> None:
    wants = wanting(quiet=(9, 9))
    start = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert all(is_allowed(start + n * HALF_HOUR, wants) for n in range(48))
    assert next_quiet(start, wants) is None


def test_quiet_hours_may_lie_within_one_day() -> None:
    wants = wanting("Africa/Dakar", quiet=(12, 14))
    noon = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert not is_allowed(noon, wants)
    assert is_allowed(noon - timedelta(seconds=1), wants)
    assert is_allowed(noon + timedelta(hours=2), wants)
    assert noon + timedelta(hours=2) == next_allowed(noon, wants)
    assert noon == next_quiet(noon - timedelta(hours=3), wants)


def test_the_night_of_the_place_decides_not_ours() -> None:
    evening = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # 18:30 in Montréal, 0:30 in Paris
    assert is_allowed(evening, wanting("America/Toronto"))
    assert not is_allowed(evening, wanting("Europe/Paris"))
    assert datetime(2026, 11, 24, 7, 0, tzinfo=UTC) == next_allowed(evening, wanting("Europe/Paris"))


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("Europe/Paris", date(2026, 7, 14), True),
        ("Europe/Paris", date(2026, 7, 15), False),
        ("America/Toronto", date(2026, 6, 24), True),  # Saint-Jean-Baptiste: Quebec's
        ("America/Toronto", date(2026, 7, 14), False),
        ("Africa/Dakar", date(2026, 4, 4), True),
        ("Africa/Casablanca", date(2026, 11, 18), True),
        ("Asia/Beirut", date(2026, 11, 22), True),
        ("Indian/Reunion", date(2026, 12, 20), True),  # abolition of slavery
        ("UTC", date(2026, 12, 25), False),
    ],
)
def test_holidays_are_those_of_the_country_of_the_zone(zone: str, day: date, expected: bool) -> None:
    assert expected == is_holiday(day, zone)


def test_a_holiday_is_a_day_of_rest_only_for_who_wants_it() -> None:
    christmas = datetime(2026, 12, 25, 10, 0, tzinfo=UTC)
    assert not is_allowed(christmas, wanting(holidays_off=True))
    assert is_allowed(christmas, wanting(holidays_off=False))
    assert datetime(2026, 12, 26, 7, 0, tzinfo=UTC) == next_allowed(christmas, wanting(holidays_off=True))
    assert moment_at(date(2026, 12, 25), 0, "Europe/Paris") == next_quiet(
        datetime(2026, 12, 24, 10, 0, tzinfo=UTC), wanting(quiet=(0, 0), holidays_off=True)
    )


def test_a_digest_is_left_out_on_a_holiday_and_a_weekly_one_put_off_to_the_next_day() -> None:
    wants = wanting(holidays_off=True)
    thursday = datetime(2026, 12, 24, 18, 0, tzinfo=UTC)
    saturday = datetime(2026, 12, 26, 17, 0, tzinfo=UTC)
    assert saturday == next_slot(wants, hour=18, weekday=None, after=thursday)
    assert saturday == next_slot(wants, hour=18, weekday=4, after=thursday)
    assert saturday == next_slot(wants, hour=18, weekday=4, after=saturday - timedelta(hours=10))
    # New Year's Day is a Friday too.
    assert datetime(2027, 1, 2, 17, 0, tzinfo=UTC) == next_slot(wants, hour=18, weekday=4, after=saturday)


def test_what_is_over_the_cap_waits_for_the_next_day() -> None:
    wants = wanting("America/Toronto", holidays_off=True)
    before_christmas = datetime(2026, 12, 24, 15, 0, tzinfo=UTC)
    assert datetime(2026, 12, 26, 13, 0, tzinfo=UTC) == next_day_allowed(before_christmas, wants)
    assert datetime(2026, 12, 24, 5, 0, tzinfo=UTC) == day_starts_at(before_christmas, "America/Toronto")
