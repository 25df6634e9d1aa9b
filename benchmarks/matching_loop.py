"""The obvious way of matching: each offer with each saved search, in Python. The peer of `bot.alerts`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.catalogue.criteria import ADULT


@dataclass(frozen=True)
class Plain:
    """An offer as filters read it; `places` are its countries and the folded names of its cities, or None."""

    offer_id: int
    kind: str
    field: str
    deadline: date | None
    start_from: date | None
    start_until: date | None
    duration_min: float | None
    duration_max: float | None
    age_min: int | None
    age_max: int | None
    open_to_minors: bool
    programme: str | None
    countries: Sequence[str]
    city_keys: Sequence[str]
    levels: Sequence[str]
    places: Sequence[tuple[str, str | None]]


def fits(offer: Plain, asked: Mapping[str, Any], today: date) -> bool:
    """Say whether an offer passes the hard filters of a saved search, given by its columns; organisations aside."""
    return (
        _is_open(offer, today)
        and _is_what(offer, asked)
        and _is_when(offer, asked)
        and _is_for(offer, asked)
        and _is_where(offer, asked)
    )


def loop(offers: Iterable[Plain], searches: Sequence[Mapping[str, Any]], today: date) -> list[tuple[int, int]]:
    """Return the pairs of offer and search that fit."""
    return [(offer.offer_id, asked["id"]) for offer in offers for asked in searches if fits(offer, asked, today)]


def _is_open(offer: Plain, today: date) -> bool:
    return all(day is None or day >= today for day in (offer.deadline, offer.start_until))


def _is_what(offer: Plain, asked: Mapping[str, Any]) -> bool:
    return (
        asked["kind"] in (None, offer.kind)
        and (asked["fields"] is None or offer.field in asked["fields"])
        and (asked["programmes"] is None or offer.programme in asked["programmes"])
        and offer.kind not in (asked["excluded_kinds"] or ())
        and offer.field not in (asked["excluded_fields"] or ())
        and offer.programme not in (asked["excluded_programmes"] or ())
    )


def _is_when(offer: Plain, asked: Mapping[str, Any]) -> bool:
    return (
        not _is_more(offer.duration_min, asked["longest"])
        and not _is_more(asked["shortest"], offer.duration_max)
        and not _is_more(offer.start_from, asked["start_until"])
        and not _is_more(asked["start_from"], offer.start_until)
    )


def _is_more(one: Any, other: Any) -> bool:
    return one is not None and other is not None and one > other


def _is_for(offer: Plain, asked: Mapping[str, Any]) -> bool:
    age, levels = asked["age"], asked["levels"]
    if levels is not None and offer.levels and not set(levels) & set(offer.levels):
        return False
    if age is None:
        return True
    is_of_age = not _is_more(offer.age_min, age) and not _is_more(age, offer.age_max)
    return is_of_age and (offer.open_to_minors or age >= ADULT)


def _is_where(offer: Plain, asked: Mapping[str, Any]) -> bool:
    countries, cities = asked["countries"], asked["city_keys"] or ()
    refused_countries, refused_cities = asked["excluded_countries"] or (), asked["excluded_cities"] or ()
    if countries is not None and not (set(countries) & set(offer.countries) or set(cities) & set(offer.city_keys)):
        return False
    if not refused_countries and not refused_cities:
        return True
    return any(
        country not in refused_countries
        and city not in refused_cities
        and (countries is None or country in countries or city in cities)
        for country, city in offer.places
    )
