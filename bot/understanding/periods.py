"""When somebody wants to leave, as a window of days, from a few written words in four languages.

A month or a season written without a year is its next occurrence. Open windows ("à partir de
janvier") end a year after they begin; "dès que possible" is the next three months. The general
parser dateparser is asked last, and only about words the grammar left unread.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from bot.understanding.durations import Duration, parse_duration
from bot.understanding.seasons import Period, month_period, plus_months, season_period, year_period
from bot.understanding.wording import contains, number_of, pattern_of, time_fold, words_for
from bot.vocabulary.shelf import known_language

__all__ = ["Duration", "Period", "parse_date", "parse_duration"]

_LONGEST = 120
_OPEN_MONTHS = 12
_SOON_MONTHS = 3
_YEARS_AHEAD = 10
_MONTH_SECTION = "months"
_THIS_YEAR = re.compile(r"\b(?:cette annee|this year|este ano|هذه السنه|هذا العام|هاد العام)\b")
_NEXT_YEAR = re.compile(
    r"\b(?:annee prochaine|an prochain|next year|l annee pro|ano que viene|proximo ano|ano proximo|"
    r"(?:ال)?(?:سنه|عام) (?:ال)?(?:قادم|قادمه|مقبل|مقبله|جاي|جايه))\b"
)
_THIS_MONTH = re.compile(r"\b(?:ce mois|mois ci|this month|este mes|هذا الشهر|هاد الشهر)\b")
_THIS_WEEK = re.compile(
    r"\b(?:cette semaine|ce week ?end|this week|this weekend|esta semana|este fin de semana|"
    r"هذا الاسبوع|هاد الاسبوع|نهايه الاسبوع)\b"
)
_END_OF_YEAR = re.compile(
    r"\b(?:fin d annee|fin de l annee|end of the year|fin de ano|finales de ano|نهايه (?:ال)?(?:سنه|عام))\b"
)
_SCHOOL_YEAR = re.compile(
    r"\b(?:scolaire|universitaire|academique|school year|academic year|curso|academico|دراسي\w*)\b"
)
_NEXT_MONTH = re.compile(
    r"\b(?:mois prochain|mois qui vient|next month|mes que viene|proximo mes|(?:ال)?شهر (?:ال)?(?:قادم|مقبل|جاي))\b"
)
_NEXT_WEEK = re.compile(
    r"\b(?:semaine prochaine|semaine pro|next week|semana que viene|proxima semana|"
    r"(?:ال)?اسبوع (?:ال)?(?:قادم|مقبل|جاي))\b"
)
_AFTER_EXAM = re.compile(
    r"\b(?:apres (?:le |mon )?bac|apres les (?:examens|exams|partiels)|after (?:my )?(?:exams|graduation))\b"
)


def parse_date(text: str, today: date, language: str) -> Period | None:
    """Return the window of departure a text gives, both days included; None when it gives none.

    Never raises, whatever the text.

    Args:
        text: the words of the date, not the whole message.
        today: the day the message was written.
        language: language of the message, for the last resort only.
    """
    folded = time_fold(text[:_LONGEST])
    if not folded:
        return None
    readers: tuple[Callable[[str, date], Period | None], ...] = (_soon, _between, _open, _relative, _one)
    try:
        found = next((period for read in readers if (period := read(folded, today))), None)
        return found or _last_resort(text[:_LONGEST], today, language)
    except (ValueError, OverflowError):
        return None


def _soon(folded: str, today: date) -> Period | None:
    is_soon = contains(folded, "soon") and not contains(folded, _MONTH_SECTION) and not contains(folded, "seasons")
    return Period(today, plus_months(today, _SOON_MONTHS)) if is_soon and not re.search(r"\d", folded) else None


def _between(folded: str, today: date) -> Period | None:
    """Read "entre juin et août", "juin à août", "juillet-août 2027", "du 3 mai au 10 juin"."""
    name = pattern_of(_MONTH_SECTION)
    found = re.search(
        rf"\b((?:\d{{1,2}} )?{name})(?: (\d{{4}}))? (?:{pattern_of('to')} )?(?:le )?((?:\d{{1,2}} )?{name})\b", folded
    )
    if not found:
        return None
    year = _year_in(folded)
    first = _one(f"{found[1]} {found[2] or year or ''}".strip(), today)
    if first is None:
        return None
    last = _one(f"{found[3]} {year or ''}".strip(), first.start)
    if last is None or last.end < first.start:
        return first
    return Period(first.start, last.end)


def _open(folded: str, today: date) -> Period | None:
    """Read "à partir de janvier 2027" and "avant juin": a bound with the other end left open."""
    if _AFTER_EXAM.search(folded):
        return Period((summer := season_period("school_summer", today=today)).start, summer.end)
    is_from, is_until = _opens_with(folded, "from"), _opens_with(folded, "until")
    window = _one(folded, today) if is_from or is_until else None
    if window is None:
        return None
    if is_until:
        return Period(today, max(today, window.start - timedelta(days=1)))
    return Period(window.start, max(window.end, plus_months(window.start, _OPEN_MONTHS) - timedelta(days=1)))


def _opens_with(folded: str, section: str) -> bool:
    return bool(re.match(rf"(?:que )?{pattern_of(section)} ", folded))


def _relative(folded: str, today: date) -> Period | None:
    """Read "demain", "la semaine prochaine", "le mois prochain", "l'année prochaine", "dans deux mois"."""
    if contains(folded, "seasons") or contains(folded, _MONTH_SECTION):
        return None
    if _SCHOOL_YEAR.search(folded):
        start = season_period("back", today=today, year=_year_in(folded), later=True).start
        return Period(start, date(start.year + 1, 6, 30))
    if contains(folded, "tomorrow"):
        return Period(today + timedelta(days=1), today + timedelta(days=1))
    for pattern, period in _relative_windows(today):
        if pattern.search(folded):
            return period
    return _in_some_time(folded, today)


def _relative_windows(today: date) -> tuple[tuple[re.Pattern[str], Period], ...]:
    monday = today + timedelta(days=7 - today.weekday())
    after = plus_months(today.replace(day=1), 1)
    return (
        (_END_OF_YEAR, month_period(12, today=today)),
        (_NEXT_YEAR, year_period(today.year + 1)),
        (_THIS_YEAR, Period(today, date(today.year, 12, 31))),
        (_THIS_MONTH, Period(today, plus_months(today.replace(day=1), 1) - timedelta(days=1))),
        (_THIS_WEEK, Period(today, monday - timedelta(days=1))),
        (_NEXT_MONTH, month_period(after.month, today=today, year=after.year)),
        (_NEXT_WEEK, Period(monday, monday + timedelta(days=6))),
    )


def _in_some_time(folded: str, today: date) -> Period | None:
    found = re.match(rf"(?:{pattern_of('inside')}) (.+)", folded)
    duration = parse_duration(found[1]) if found else None
    months = duration.months_min if duration else None
    if not months:
        return None
    start = plus_months(today, int(months)) + timedelta(days=round(30 * (months - int(months))))
    return Period(start, start + timedelta(days=30 if months >= 1 else 7))


def _one(folded: str, today: date) -> Period | None:
    """Read one date, month, season or year."""
    return (
        _exact_day(folded, today) or _day_of_month(folded, today) or _named(folded, today) or _lone_year(folded, today)
    )


def _exact_day(folded: str, today: date) -> Period | None:
    iso = re.search(r"\b(20\d\d) (\d{1,2}) (\d{1,2})\b", folded)
    if iso:
        return _day(int(iso[3]), int(iso[2]), int(iso[1]))
    written = re.search(r"\b(\d{1,2}) (\d{1,2})(?: (\d{4}|\d{2}))?$", folded)
    if not written:
        return None
    day, month = int(written[1]), int(written[2])
    day, month = (month, day) if month > 12 >= day else (day, month)  # noqa: PLR2004 - months of a year
    if written[3] is None:
        return _next_day(day, month, today)
    return _day(day, month, int(written[3]) % 100 + 2000)


def _day_of_month(folded: str, today: date) -> Period | None:
    """Read "le 3 mai", "3 mai 2027", "1er mars", "May 3rd", "3 de mayo"."""
    name = f"({pattern_of(_MONTH_SECTION)})"
    before = re.search(rf"\b(\d{{1,2}})(?: er| re| st| nd| rd| th)?(?: de| of| من)? {name}\b", folded)
    after = re.search(rf"\b{name} (\d{{1,2}})(?: st| nd| rd| th)?\b", folded)
    if not before and not after:
        return None
    day, month = (before[1], before[2]) if before else (after[2], after[1]) if after else ("", "")
    number, year = int(words_for(_MONTH_SECTION)[month]), _year_in(folded)
    return _day(int(day), number, year) if year else _next_day(int(day), number, today)


def _named(folded: str, today: date) -> Period | None:
    """Read a month or a season with what is said around it: "début", "prochain", a year."""
    part = next((each for each in ("middle", "early", "late") if contains(folded, each)), None)
    year, is_later = _year_in(folded), contains(folded, "next")
    if _NEXT_YEAR.search(folded):
        year, is_later = today.year + 1, False
    month = _last_word_of(folded, _MONTH_SECTION)
    season = _last_word_of(folded, "seasons")
    if season and (not month or season in {"easter", "christmas", "february_break", "all_saints", "school_summer"}):
        return season_period(season, today=today, year=year, part=part, later=is_later)
    if month:
        return month_period(int(month), today=today, year=year, part=part, later=is_later)
    return None


def _last_word_of(folded: str, section: str) -> str | None:
    """Return what the longest word of a section stands for: "vacances de noel" is Christmas, not winter."""
    found = re.findall(rf"\b{pattern_of(section)}\b", folded)
    return words_for(section)[max(found, key=len)] if found else None


def _lone_year(folded: str, today: date) -> Period | None:
    year = _year_in(folded) if len(re.findall(r"\d+", folded)) == 1 else None
    if year is None or not today.year <= year <= today.year + _YEARS_AHEAD:
        return None
    window = year_period(year)
    return Period(max(window.start, today), window.end)


def _year_in(folded: str) -> int | None:
    found = re.search(r"\b(20\d\d)\b", folded)
    return int(found[1]) if found else None


def _day(day: int, month: int, year: int) -> Period | None:
    try:
        return Period(date(year, month, day), date(year, month, day))
    except ValueError:
        return None


def _next_day(day: int, month: int, today: date) -> Period | None:
    years = range(today.year, today.year + 5)
    found = (_day(day, month, year) for year in years)
    return next((period for period in found if period and period.start >= today), None)


def _last_resort(text: str, today: date, language: str) -> Period | None:
    """Ask dateparser, which reads durations and lone letters as dates: digits and a date in the future are required."""
    if parse_duration(text) or number_of(text) is not None or not re.search(r"\d", text):
        return None
    import dateparser

    base = datetime.combine(today, time())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings = {"PREFER_DATES_FROM": "future", "RELATIVE_BASE": base, "STRICT_PARSING": True, "DATE_ORDER": "DMY"}
        found = dateparser.parse(text, languages=[known_language(language)], settings=settings)  # type: ignore[arg-type, unused-ignore]
    day = found.date() if found else None
    return Period(day, day) if day and today <= day <= date(today.year + _YEARS_AHEAD, 12, 31) else None
