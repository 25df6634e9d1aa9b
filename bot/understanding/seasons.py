"""The windows that months, seasons and school holidays stand for, each at its next occurrence.

The seasons are those of departures, not of astronomers: summer is 15 June to 31 August, winter
1 December to the end of February, spring 1 March to 31 May, autumn 1 September to 30 November,
the "rentrée" September. School holidays hold every zone of the French calendar.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.models import Json

_WINDOWS: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "summer": ((6, 15), (8, 31)),
    "winter": ((12, 1), (2, 28)),
    "spring": ((3, 1), (5, 31)),
    "autumn": ((9, 1), (11, 30)),
    "back": ((9, 1), (9, 30)),
    "christmas": ((12, 18), (1, 5)),
    "easter": ((4, 3), (5, 4)),
    "february_break": ((2, 5), (3, 9)),
    "all_saints": ((10, 16), (11, 3)),
    "school_summer": ((7, 1), (8, 31)),
}
_PARTS = {"early": (1, 10), "middle": (11, 20), "late": (21, 31)}


@dataclass(frozen=True, slots=True)
class Period:
    """A window of days, both ends included."""

    start: date
    end: date

    def to_json(self) -> dict[str, Json]:
        """Return the two ISO dates."""
        return {"start": self.start.isoformat(), "end": self.end.isoformat()}


def month_period(
    month: int, *, today: date, year: int | None = None, part: str | None = None, later: bool = False
) -> Period:
    """Return a month, or its early, middle or late third, at its next occurrence.

    Args:
        month: 1 to 12.
        today: the day the message was written; a month that is not over yet is this year's.
        year: the year when it was written.
        part: "early" (1-10), "middle" (11-20) or "late" (21-end).
        later: "prochain" was written: the current month is then next year's.
    """
    chosen = year if year is not None else today.year + (month < today.month or (later and month == today.month))
    window = _third(chosen, month, part)
    return window if year is not None or window.end >= today else _third(chosen + 1, month, part)


def season_period(
    season: str, *, today: date, year: int | None = None, part: str | None = None, later: bool = False
) -> Period:
    """Return a season or a school holiday at its next occurrence, the running one counting.

    A written year is the year it begins in. `part` keeps the early, middle or late third of it.
    """
    if year is not None:
        return _part_of(_season(season, year), part)
    years = (today.year - 1, today.year, today.year + 1, today.year + 2)
    windows = (_part_of(_season(season, each), part) for each in years)
    return next(w for w in windows if (w.start > today if later else w.end >= today))


def year_period(year: int) -> Period:
    """Return a whole calendar year."""
    return Period(date(year, 1, 1), date(year, 12, 31))


def plus_months(day: date, months: int) -> date:
    """Return the same day some months later, or the last day of that month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _third(year: int, month: int, part: str | None) -> Period:
    last = calendar.monthrange(year, month)[1]
    first_day, last_day = _PARTS[part] if part else (1, last)
    return Period(date(year, month, first_day), date(year, month, min(last_day, last)))


def _season(season: str, year: int) -> Period:
    (first_month, first_day), (last_month, last_day) = _WINDOWS[season]
    end_year = year + (last_month < first_month)
    last_day = calendar.monthrange(end_year, last_month)[1] if (last_month, last_day) == (2, 28) else last_day
    return Period(date(year, first_month, first_day), date(end_year, last_month, last_day))


def _part_of(window: Period, part: str | None) -> Period:
    if part is None:
        return window
    third = (window.end - window.start).days // 3
    starts = {"early": 0, "middle": third, "late": 2 * third}
    start = window.start + timedelta(days=starts[part])
    return Period(start, window.end if part == "late" else start + timedelta(days=third))
