"""The hard conditions of a search, as SQL: what an offer must be to be shown at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, true
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, array

from bot.catalogue.criteria import Criteria
from bot.catalogue.models import Offer, OfferPlace
from bot.catalogue.nearness import near_fields
from bot.catalogue.places import wanted_city_keys, wanted_countries
from bot.vocabulary.levels import LEVELS, level_order
from bot.vocabulary.programmes import widened
from bot.vocabulary.text import fold

ADULT = 18
# "3 months" also finds twelve weeks, which are 2.8 months.
_DURATION_SLACK = 0.12

Condition = ColumnElement[bool]


def live(today: date) -> Condition:
    """An offer that young people may see on `today`: published, still open, not yet gone."""
    return and_(
        Offer.status == literal("published", literal_execute=True),
        or_(Offer.deadline.is_(None), Offer.deadline >= today),
        or_(Offer.start_until.is_(None), Offer.start_until >= today),
    )


def conditions(criteria: Criteria, today: date) -> list[Condition]:
    """Return what every found offer fulfils, life included."""
    found = [
        _kind(criteria),
        _places(criteria),
        _exclusions(criteria),
        _fields(criteria),
        _duration(criteria),
        _start(criteria),
        _age(criteria),
        _level(criteria),
        _programmes(criteria),
        _organisation(criteria),
    ]
    return [live(today), *(condition for condition in found if condition is not None)]


def text_array(values: Sequence[str]) -> ColumnElement[Any]:
    """Return one bound parameter of type text[]."""
    return literal(list(values), ARRAY(TEXT))


def _kind(criteria: Criteria) -> Condition | None:
    return Offer.kind == criteria.kind if criteria.kind else None


def _places(criteria: Criteria) -> Condition | None:
    if not criteria.has_place():
        return None
    ways: list[Condition] = []
    if countries := wanted_countries(criteria.countries, criteria.regions):
        ways.append(Offer.countries.op("&&")(text_array(countries)))
    if keys := wanted_city_keys(criteria.cities):
        ways.append(Offer.city_keys.op("&&")(text_array(keys)))
    return or_(*ways) if ways else ~true()


def _exclusions(criteria: Criteria) -> Condition | None:
    """One of the places must be both wanted and not refused: "en Espagne mais pas à Madrid" keeps Madrid or Valence."""
    if not (criteria.excluded_countries or criteria.excluded_cities):
        return None
    kept = [OfferPlace.offer_id == Offer.id]
    if criteria.excluded_countries:
        kept.append(OfferPlace.country.not_in(criteria.excluded_countries))
    if criteria.excluded_cities:
        kept.append(or_(OfferPlace.city_key.is_(None), OfferPlace.city_key.not_in(criteria.excluded_cities)))
    ways: list[Condition] = []
    if countries := wanted_countries(criteria.countries, criteria.regions):
        ways.append(OfferPlace.country.in_(countries))
    if keys := wanted_city_keys(criteria.cities):
        ways.append(OfferPlace.city_key.in_(keys))
    if ways:
        kept.append(or_(*ways))
    return exists().where(*kept)


def _fields(criteria: Criteria) -> Condition | None:
    if not criteria.fields:
        return None
    return Offer.field.in_((*criteria.fields, *near_fields(criteria.fields)))


def _duration(criteria: Criteria) -> Condition | None:
    """The stay wanted and the stay offered overlap; an offer that does not say is kept."""
    both: list[Condition] = []
    if criteria.duration_max is not None:
        longest = criteria.duration_max * (1 + _DURATION_SLACK)
        both.append(or_(Offer.duration_min.is_(None), Offer.duration_min <= longest))
    if criteria.duration_min is not None:
        shortest = criteria.duration_min * (1 - _DURATION_SLACK)
        both.append(or_(Offer.duration_max.is_(None), Offer.duration_max >= shortest))
    return and_(*both) if both else None


def _start(criteria: Criteria) -> Condition | None:
    """The windows of departure overlap; without a last day, an offer's window stays open."""
    both: list[Condition] = []
    if criteria.start_until is not None:
        both.append(or_(Offer.start_from.is_(None), Offer.start_from <= criteria.start_until))
    if criteria.start_from is not None:
        both.append(or_(Offer.start_until.is_(None), Offer.start_until >= criteria.start_from))
    return and_(*both) if both else None


def _age(criteria: Criteria) -> Condition | None:
    if criteria.age is None:
        return None
    fits = and_(
        or_(Offer.age_min.is_(None), Offer.age_min <= criteria.age),
        or_(Offer.age_max.is_(None), Offer.age_max >= criteria.age),
    )
    return and_(fits, Offer.open_to_minors) if criteria.age < ADULT else fits


def _level(criteria: Criteria) -> Condition | None:
    if criteria.level is None:
        return None
    reached = LEVELS[: level_order(criteria.level) + 1]
    return or_(func.cardinality(Offer.levels) == 0, Offer.levels.op("&&")(array(reached, type_=TEXT)))


def _programmes(criteria: Criteria) -> Condition | None:
    return Offer.programme.in_(sorted(widened(criteria.programmes))) if criteria.programmes else None


def _organisation(criteria: Criteria) -> Condition | None:
    """Trigrams of the folded name, so that a misspelt one is found; the threshold is the statement's."""
    if not criteria.organisation:
        return None
    return literal(fold(criteria.organisation)).op("<%")(Offer.organisation_key)
