"""The hard conditions of a search: what an offer must be to be shown at all.

One condition serves searches, counts and facets. It is fixed text whose unset parameters are NULL: PostgreSQL plans
with the values known and drops what they make true, so each search gets the plan of its own filters, and nothing is
compiled anew for each combination of criteria.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.catalogue.criteria import ADULT, Criteria
from bot.catalogue.nearness import near_fields
from bot.catalogue.places import wanted_city_keys, wanted_countries
from bot.vocabulary.levels import LEVELS, level_order
from bot.vocabulary.programmes import widened
from bot.vocabulary.text import fold

# "3 months" also finds twelve weeks, which are 2.8 months.
_DURATION_SLACK = 0.12
# Few countries go through the GIN index; many are looked up in a hash, offer by offer.
_FEW_COUNTRIES = 8

# {n} tells apart the parameters of several searches in one statement.
_PASSES = """
(CAST(:kind{n} AS text) IS NULL OR s.kind = CAST(:kind{n} AS text))
AND (CAST(:fields{n} AS text[]) IS NULL OR s.field = ANY(CAST(:fields{n} AS text[])))
AND (CAST(:longest{n} AS float8) IS NULL OR s.duration_min IS NULL OR s.duration_min <= CAST(:longest{n} AS float8))
AND (CAST(:shortest{n} AS float8) IS NULL
  OR s.duration_max IS NULL OR s.duration_max >= CAST(:shortest{n} AS float8))
AND (CAST(:start_until{n} AS date) IS NULL OR s.start_from IS NULL OR s.start_from <= CAST(:start_until{n} AS date))
AND (CAST(:start_from{n} AS date) IS NULL OR s.start_until IS NULL OR s.start_until >= CAST(:start_from{n} AS date))
AND (s.deadline IS NULL OR s.deadline >= CAST(:today{n} AS date))
AND (s.start_until IS NULL OR s.start_until >= CAST(:today{n} AS date))
AND (NOT CAST(:has_place{n} AS boolean)
  OR s.countries && CAST(:countries{n} AS text[]) OR s.city_keys && CAST(:cities{n} AS text[])
  OR CAST(:has_many{n} AS boolean) AND (s.countries[1] = ANY(CAST(:many_countries{n} AS text[]))
    OR cardinality(s.countries) > 1 AND s.countries && CAST(:many_countries{n} AS text[])))
AND (CAST(:age{n} AS int) IS NULL
  OR (s.age_min IS NULL OR s.age_min <= CAST(:age{n} AS int))
  AND (s.age_max IS NULL OR s.age_max >= CAST(:age{n} AS int))
  AND (s.open_to_minors OR CAST(:age{n} AS int) >= CAST(:adult{n} AS int)))
AND (CAST(:levels{n} AS text[]) IS NULL OR s.levels = '{{}}' OR s.levels && CAST(:levels{n} AS text[]))
AND (CAST(:programmes{n} AS text[]) IS NULL OR s.programme = ANY(CAST(:programmes{n} AS text[])))
AND (CAST(:excluded_fields{n} AS text[]) IS NULL OR s.field IS NULL
  OR s.field <> ALL(CAST(:excluded_fields{n} AS text[])))
AND (CAST(:excluded_kinds{n} AS text[]) IS NULL OR s.kind <> ALL(CAST(:excluded_kinds{n} AS text[])))
AND (CAST(:excluded_programmes{n} AS text[]) IS NULL OR s.programme IS NULL
  OR s.programme <> ALL(CAST(:excluded_programmes{n} AS text[])))
AND (CAST(:organisation{n} AS text) IS NULL OR CAST(:organisation{n} AS text) <% s.organisation_key)
AND (CAST(:excluded_countries{n} AS text[]) IS NULL AND CAST(:excluded_cities{n} AS text[]) IS NULL OR EXISTS (
  SELECT FROM offer_place p WHERE p.offer_id = s.offer_id
  AND (CAST(:excluded_countries{n} AS text[]) IS NULL OR p.country <> ALL(CAST(:excluded_countries{n} AS text[])))
  AND (CAST(:excluded_cities{n} AS text[]) IS NULL OR p.city_key IS NULL
    OR p.city_key <> ALL(CAST(:excluded_cities{n} AS text[])))
  AND (NOT CAST(:has_place{n} AS boolean)
    OR p.country = ANY(CAST(:all_countries{n} AS text[])) OR p.city_key = ANY(CAST(:cities{n} AS text[])))))
"""


def passes(number: int | None = None) -> str:
    """Return the condition on `s`, a row of offer_search; with a number, its parameters bear it."""
    return _PASSES.format(n="" if number is None else f"_{number}")


def filter_values(criteria: Criteria, today: date, number: int | None = None) -> dict[str, object]:
    """Return the parameters of `passes`: what an offer found must fulfil, its own life included.

    A place in any of the countries, regions and cities will do, but the same place must not be a refused one. Fields
    next to those asked for pass too. An offer that states no duration, window, age or level passes; below 18, it must
    say that it takes minors. Languages never exclude.
    """
    countries = wanted_countries(criteria.countries, criteria.regions)
    are_few = len(countries) <= _FEW_COUNTRIES
    values: dict[str, object] = {
        "today": today,
        "kind": criteria.kind,
        "has_place": criteria.has_place(),
        "all_countries": _some(countries),
        "countries": _some(countries if are_few else ()),
        "has_many": not are_few,
        "many_countries": _some(() if are_few else countries),
        "cities": _some(wanted_city_keys(criteria.cities)),
        "fields": _some([*criteria.fields, *near_fields(criteria.fields)]),
        "longest": None if criteria.duration_max is None else criteria.duration_max * (1 + _DURATION_SLACK),
        "shortest": None if criteria.duration_min is None else criteria.duration_min * (1 - _DURATION_SLACK),
        "start_from": criteria.start_from,
        "start_until": criteria.start_until,
        "age": criteria.age,
        "adult": ADULT,
        "levels": _some(LEVELS[: level_order(criteria.level) + 1]) if criteria.level else None,
        "programmes": _some(sorted(widened(criteria.programmes))),
        "organisation": fold(criteria.organisation) if criteria.organisation else None,
        "excluded_fields": _some(criteria.excluded_fields),
        "excluded_kinds": _some(criteria.excluded_kinds),
        "excluded_programmes": _some(sorted(widened(criteria.excluded_programmes))),
        "excluded_countries": _some(criteria.excluded_countries),
        "excluded_cities": _some(criteria.excluded_cities),
    }
    return values if number is None else {f"{name}_{number}": value for name, value in values.items()}


def _some(values: Sequence[str]) -> list[str] | None:
    return list(values) or None
