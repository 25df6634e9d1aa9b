"""When nothing fits: which single change of the criteria would give offers, and how many.

Wider comes before without: "en Allemagne" rather than "without Berlin". What a person is (age, level) is never given
up, nor are the places they refuse: such an offer would not be for them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.criteria import Criteria
from bot.catalogue.filters import filter_values, passes
from bot.locales.service import say
from bot.vocabulary.countries import country_with_preposition, neighbours
from bot.vocabulary.fields import field_label
from bot.vocabulary.kinds import kind_label
from bot.vocabulary.programmes import programme_label
from bot.vocabulary.regions import region_label, regions_of_country

_MOST = 4
_MONTH = timedelta(days=31)
_MOST_PAIRS = 12


@dataclass(frozen=True)
class Relaxation:
    """One change of the criteria, alone.

    Attributes:
        kind: which change; the key of its label in `bot/locales/<language>/relax.yml`.
        label_values: codes and names that the label speaks of.
        criteria: the criteria once changed.
        count: how many offers they find.
    """

    kind: str
    label_values: Mapping[str, Any]
    criteria: Criteria
    count: int = 0


async def relaxations(session: AsyncSession, criteria: Criteria, *, today: date) -> tuple[Relaxation, ...]:
    """Return at most four changes that would find offers, the smallest changes first.

    When no single change does, pairs of changes are tried. Counts are exact; one statement counts all single changes.
    """
    single = list(_changes(criteria))
    now = await _counted(session, [Relaxation("as_is", {}, criteria), *single], today)
    found_now, counted = now[0].count, now[1:]
    better = [relaxed for relaxed in counted if relaxed.count > found_now]
    if not better and found_now == 0:
        pairs = list(_pairs(criteria, single))[:_MOST_PAIRS]
        better = [relaxed for relaxed in await _counted(session, pairs, today) if relaxed.count]
    return tuple(_without_doubles(better))[:_MOST]


def relaxation_label(relaxation: Relaxation, language: str) -> str:
    """Return the words of a button: "en Allemagne : 9"."""
    parts = relaxation.label_values.get("parts")
    if parts:
        what = " + ".join(_what(kind, values, language) for kind, values in parts)
    else:
        what = _what(relaxation.kind, relaxation.label_values, language)
    return say("relax.with_count", language, what=what, count=relaxation.count)


def _changes(criteria: Criteria) -> Iterator[Relaxation]:
    """Yield the single changes, those that change least first."""
    yield from _wider_places(criteria)
    yield from _wider_times(criteria)
    yield from _dropped(criteria)


def _wider_places(criteria: Criteria) -> Iterator[Relaxation]:
    if criteria.cities:
        countries = tuple(dict.fromkeys([*criteria.countries, *(city.country for city in criteria.cities)]))
        kept = tuple(code for code in countries if code not in criteria.excluded_countries)
        if kept:
            values = {"countries": [code for code in kept if code not in criteria.countries] or list(kept)}
            yield Relaxation("country", values, replace(criteria, cities=(), countries=kept))
    around = criteria.countries or tuple(city.country for city in criteria.cities)
    if around:
        near = [code for country in around for code in neighbours(country) if code not in criteria.excluded_countries]
        wider = tuple(dict.fromkeys([*around, *near]))
        if near:
            values = {"countries": list(around)}
            yield Relaxation("neighbours", values, replace(criteria, cities=(), countries=wider))
        regions = [code for code in regions_of_country(around[0]) if code not in criteria.regions]
        for region in regions[:2]:
            widened = replace(criteria, cities=(), countries=criteria.countries, regions=(*criteria.regions, region))
            yield Relaxation("region", {"region": region}, widened)


def _wider_times(criteria: Criteria) -> Iterator[Relaxation]:
    if criteria.start_from is not None or criteria.start_until is not None:
        wider = replace(
            criteria,
            start_from=criteria.start_from - _MONTH if criteria.start_from else None,
            start_until=criteria.start_until + _MONTH if criteria.start_until else None,
        )
        yield Relaxation("start_wider", {}, wider)
    if criteria.duration_min is not None or criteria.duration_max is not None:
        low = max(criteria.duration_min - 1, 0.1) if criteria.duration_min is not None else None
        high = criteria.duration_max + 1 if criteria.duration_max is not None else None
        yield Relaxation("duration_wider", {}, replace(criteria, duration_min=low, duration_max=high))


def _dropped(criteria: Criteria) -> Iterator[Relaxation]:
    if criteria.start_from is not None or criteria.start_until is not None:
        yield Relaxation("any_start", {}, replace(criteria, start_from=None, start_until=None))
    if criteria.duration_min is not None or criteria.duration_max is not None:
        yield Relaxation("any_duration", {}, replace(criteria, duration_min=None, duration_max=None))
    if criteria.organisation:
        values = {"organisation": criteria.organisation}
        yield Relaxation("any_organisation", values, replace(criteria, organisation=None))
    if criteria.programmes:
        yield Relaxation("any_programme", {"programmes": list(criteria.programmes)}, replace(criteria, programmes=()))
    if criteria.fields:
        yield Relaxation("any_field", {"fields": list(criteria.fields)}, replace(criteria, fields=()))
    if criteria.kind:
        yield Relaxation("any_kind", {"kind": criteria.kind}, replace(criteria, kind=None))
    if criteria.has_place():
        names = {
            "cities": [city.name for city in criteria.cities],
            "countries": list(criteria.countries),
            "regions": list(criteria.regions),
        }
        yield Relaxation("any_place", names, replace(criteria, cities=(), countries=(), regions=()))


def _pairs(criteria: Criteria, single: list[Relaxation]) -> Iterator[Relaxation]:
    """Yield two changes at once, of different criteria, those that change least first."""
    order = {relaxed.kind: rank for rank, relaxed in enumerate(single)}
    pairs = sorted(combinations(single, 2), key=lambda pair: order[pair[0].kind] + order[pair[1].kind])
    for first, second in pairs:
        merged = _merged(criteria, first.criteria, second.criteria)
        if merged is not None:
            parts = [(first.kind, first.label_values), (second.kind, second.label_values)]
            yield Relaxation(f"{first.kind}+{second.kind}", {"parts": parts}, merged)


def _merged(criteria: Criteria, first: Criteria, second: Criteria) -> Criteria | None:
    """Return both changes together, or None when they change the same thing."""
    changes: dict[str, Any] = {}
    for changed in (first, second):
        for name in criteria.__dataclass_fields__:
            value = getattr(changed, name)
            if value != getattr(criteria, name):
                if name in changes:
                    return None
                changes[name] = value
    return replace(criteria, **changes)


@functools.cache
def _counting(number: int) -> TextClause:
    counts = (f"(SELECT count(*) FROM offer_search s WHERE {passes(each)})" for each in range(number))  # noqa: S608 - constant
    return text(f"SELECT {', '.join(counts)}")


async def _counted(session: AsyncSession, wanted: list[Relaxation], today: date) -> list[Relaxation]:
    """Return the relaxations with their counts, all counted by one statement, each through its own indexes."""
    if not wanted:
        return []
    values: dict[str, object] = {}
    for number, relaxed in enumerate(wanted):
        values |= filter_values(relaxed.criteria, today, number)
    row = (await session.execute(_counting(len(wanted)), values)).one()
    return [replace(relaxed, count=int(count)) for relaxed, count in zip(wanted, row, strict=True)]


def _without_doubles(found: list[Relaxation]) -> Iterator[Relaxation]:
    """Leave out a change that finds no more than a smaller one of the same criterion."""
    best: dict[str, int] = {}
    for relaxed in found:
        family = _FAMILY.get(relaxed.kind, relaxed.kind)
        if relaxed.count > best.get(family, 0):
            best[family] = relaxed.count
            yield relaxed


_MOST_NAMED = 2  # more countries than these are too long for a button

_FAMILY = {
    "country": "place", "neighbours": "place", "region": "place", "any_place": "place",
    "start_wider": "start", "any_start": "start", "duration_wider": "duration", "any_duration": "duration",
}  # fmt: skip


def _what(kind: str, values: Mapping[str, Any], language: str) -> str:
    """Return the words of one change, its codes named in `language`."""
    if kind == "country":
        return _places(values, language)
    named: dict[str, object] = {}
    if kind == "neighbours":
        if len(values["countries"]) > _MOST_NAMED:
            return say("relax.more_neighbours", language)
        named["place"] = _places(values, language)
    elif kind == "region":
        named["region"] = region_label(values["region"], language)
    elif kind == "any_kind":
        named["kind"] = kind_label(values["kind"], language, is_plural=True)
    elif kind == "any_field":
        named["field"] = ", ".join(field_label(code, language) for code in values["fields"]).lower()
    elif kind == "any_programme":
        named["programme"] = ", ".join(programme_label(code, language) for code in values["programmes"])
    elif kind == "any_organisation":
        named["organisation"] = values["organisation"]
    return say(f"relax.{kind}", language, **named)


def _places(values: Mapping[str, Any], language: str) -> str:
    return ", ".join(country_with_preposition(code, language) for code in values["countries"])
