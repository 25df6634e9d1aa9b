"""Puts criteria, durations, days and amounts into words, in the person's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from bot.catalogue.criteria import Criteria
from bot.chat.formatting import isolate
from bot.locales.service import say
from bot.vocabulary.cities import town_label
from bot.vocabulary.countries import country_name, country_with_preposition
from bot.vocabulary.fields import field_label
from bot.vocabulary.kinds import kind_label
from bot.vocabulary.levels import level_label
from bot.vocabulary.programmes import programme_label
from bot.vocabulary.regions import region_codes, region_countries, region_label

_WEEKS_A_MONTH = 4
_SAID_IN_WEEKS = 2  # months: up to here, a stay that begins under one is told in weeks
_QUARTERS_UP_TO = 3  # months: nobody says a month and a quarter
_NO_CENTS = re.compile(r"[.,]00(?=\D|$)")


def describe(criteria: Criteria, language: str, *, count: int = 2) -> str:
    """Return the criteria in a few words: "stages · en Espagne ou au Portugal · tourisme · 2 mois · dès juin 2027".

    `count` is how many offers are spoken of: one, or several.
    """
    parts = [
        kind_label(criteria.kind, language, is_plural=count != 1) if criteria.kind else "",
        _places(criteria, language),
        _alternatives((field_label(code, language) for code in criteria.fields), language),
        _alternatives((programme_label(code, language) for code in criteria.programmes), language),
        _stay(criteria, language),
        say("search.start_short", language, month=month(criteria.start_from, language)) if criteria.start_from else "",
        say("search.from_to_age", language, age=criteria.age) if criteria.age else "",
        level_label(criteria.level, language) if criteria.level else "",
        criteria.organisation or "",
        _refusals(criteria, language),
    ]
    return " · ".join(part for part in parts if part) or say("search.everything", language)


def months(low: Decimal | float | None, high: Decimal | float | None, language: str) -> str:
    """Return a stay's length in months, or in weeks when it may be shorter than one; "" when unknown."""
    if low is None:
        return "" if high is None else say("search.duration_to", language, length=_exact(high, language))
    if high is None:
        return say("search.duration_from", language, length=_exact(low, language))
    if low == high or (low < 1 and _weeks(low) == _weeks(high)):
        return _exact(low, language)
    return _span(low, high, language)


def _span(low: Decimal | float, high: Decimal | float, language: str) -> str:
    has_quarters = high <= _QUARTERS_UP_TO and (low * 2 % 1 or high * 2 % 1)
    if has_quarters or (low < 1 and high <= _SAID_IN_WEEKS):
        return say("search.duration_range_weeks", language, low=_weeks(low), high=_weeks(high))
    if low < 1:
        return say("search.duration_mixed", language, low=_exact(low, language), high=_exact(high, language))
    return say("search.duration_range", language, low=number(low, language), high=number(high, language))


def length(value: Decimal | float, language: str) -> str:
    """Return one length of stay in whole months, or in weeks below one: 2.75 and 3.01 are three months."""
    return _exact(value if value < 1 else round(value), language)


def number(value: Decimal | float, language: str) -> str:
    """Return a number as the language writes it, without useless zeros: 2, 1,5, 0.25."""
    return format_decimal(float(value), format="0.##", locale=language)


def day(value: date, language: str) -> str:
    """Return a day in words, such as "3 mars 2027" or "1er mars 2027"."""
    return _first_of_month(format_date(value, "long", locale=language), value, language)


def short_day(value: date, language: str, *, with_year: bool) -> str:
    """Return a day in few letters, such as "1er févr." or "3 mars 2027"."""
    return _first_of_month(format_skeleton("yMMMd" if with_year else "MMMd", value, locale=language), value, language)


def _first_of_month(written: str, value: date, language: str) -> str:
    """Return a day as it is written in French, where the first of a month is an ordinal, unlike the others."""
    return f"1er{written[1:]}" if str(language) == "fr" and value.day == 1 else written


def day_of_year(value: date, language: str) -> str:
    """Return a day of the year that is meant anyway, such as "3 mars"."""
    return format_skeleton("MMMMd", value, locale=language)


def month(value: date, language: str) -> str:
    """Return a month in words, such as "juin 2027"."""
    return format_skeleton("yMMMM", value, locale=language)


def money(amount: Decimal, currency: str | None, language: str) -> str:
    """Return an amount with its currency, without cents when there are none."""
    is_whole = amount == amount.to_integral_value()
    text = format_currency(amount, currency or "EUR", locale=language, decimal_quantization=not is_whole)
    return _NO_CENTS.sub("", text) if is_whole else text


def listed(items: Iterable[str], language: str, *, style: str = "standard") -> str:
    """Return items in one phrase: "a, b et c"."""
    return format_list(list(items), style=style, locale=language)  # type: ignore[arg-type]


def _exact(value: Decimal | float, language: str) -> str:
    if value < 1:
        return say("search.duration_weeks", language, count=_weeks(value))
    if float(value) == int(value):
        return say("search.duration_months", language, count=int(value))
    return say("search.duration_fraction", language, count=number(value, language))


def _weeks(value: Decimal | float) -> int:
    return max(1, round(float(value) * _WEEKS_A_MONTH))


def _places(criteria: Criteria, language: str) -> str:
    cities = [_town(city.name, language) for city in criteria.cities]
    regions = [region_label(code, language) for code in criteria.regions]
    countries = [country_with_preposition(code, language) for code in criteria.countries]
    return _alternatives([*cities, *regions, *countries], language)


def _stay(criteria: Criteria, language: str) -> str:
    return months(criteria.duration_min, criteria.duration_max, language)


def _refusals(criteria: Criteria, language: str) -> str:
    names = [kind_label(kind, language, is_plural=True) for kind in criteria.excluded_kinds]
    names += _countries_by_region(criteria.excluded_countries, language)
    names += [_town(key.title(), language) for key in criteria.excluded_cities]
    names += [field_label(code, language).lower() for code in criteria.excluded_fields]
    names += [programme_label(code, language) for code in criteria.excluded_programmes]
    return say("search.without", language, what=listed(names, language)) if names else ""


def _town(name: str, language: str) -> str:
    label = town_label(name, language)
    return isolate(label) if language == "ar" else label


def _countries_by_region(codes: Iterable[str], language: str) -> list[str]:
    """Name countries, those of a whole region by its name: nobody reads fifty-four countries of Africa."""
    left, names = set(codes), []
    wide = (code for code in region_codes() if len(region_countries(code)) > 1)
    for region in sorted(wide, key=lambda code: (-len(region_countries(code)), code)):
        if region_countries(region) <= left:
            names.append(region_label(region, language))
            left -= region_countries(region)
    return names + [country_name(code, language) for code in sorted(left)]


def _alternatives(items: Iterable[str], language: str) -> str:
    return listed(items, language, style="or")
