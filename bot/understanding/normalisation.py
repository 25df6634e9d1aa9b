"""From the words of an entity to the value the catalogue searches with.

A model mistakes towns, countries and regions for one another, and so do people: `settle` mends the
kind of a place before it is normalised. "Mexico" is the town in French and the country in English.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.understanding.ages import parse_age
from bot.understanding.models import Json
from bot.understanding.periods import parse_date, parse_duration
from bot.vocabulary.cities import find_city
from bot.vocabulary.countries import country_code, exact_country_code
from bot.vocabulary.fields import field_code
from bot.vocabulary.languages import language_code
from bot.vocabulary.levels import level_code
from bot.vocabulary.programmes import programme_codes
from bot.vocabulary.regions import exact_region_code, region_code, region_countries

PLACES = ("country", "region", "city")
ENTITIES = (*PLACES, "field", "duration", "date", "level", "age", "programme", "language", "organisation")
_LONGEST_VALUE = 200
_CITY_STATES = frozenset({"LU", "MC", "SG", "DJ", "PA", "GT", "KW", "MX", "SM", "VA", "HK"})


@dataclass(frozen=True, slots=True)
class Settled:
    """An entity once its kind is mended: the kind, and the value or None when nothing safe can be said."""

    entity: str
    norm: Json


def normalise(entity: str, value: str, *, today: date, language: str) -> Json:
    """Return the value of an entity as JSON, None when the words give none; never raises.

    Shapes: country and language give a code; city {"city", "country"}; region {"region",
    "countries"}; field and level a code; duration {"months"} or {"months_min", "months_max"}; date
    {"start", "end"}; age a number; programme one code or a list; organisation its text.
    """
    value = value[:_LONGEST_VALUE].strip()
    simple: dict[str, Callable[[str], Json]] = {
        "country": country_code,
        "city": _city,
        "region": _region,
        "field": field_code,
        "level": level_code,
        "age": parse_age,
        "programme": _programmes,
        "language": language_code,
        "organisation": lambda text: text or None,
        "duration": _duration,
    }
    if entity == "date":
        period = parse_date(value, today, language)
        return period.to_json() if period else None
    read = simple.get(entity)
    return read(value) if read else None


def settle(entity: str, value: str, *, today: date, language: str) -> Settled:
    """Mend the kind of an entity, then normalise it.

    A town that is a country or a region becomes one, and so on, in the order of what is written in
    full before what is misspelt. A duration that is a date becomes one, and an age of many years
    said as a duration becomes an age; the reverse too.
    """
    kind = _kind_of_place(value, tagged=entity, language=language) if entity in PLACES else entity
    norm = normalise(kind, value, today=today, language=language)
    if norm is None:
        kind, norm = _other_time(entity, value, today=today, language=language)
    return Settled(kind, norm)


def _kind_of_place(value: str, *, tagged: str, language: str) -> str:
    country, region = exact_country_code(value), exact_region_code(value)
    if country in _CITY_STATES and tagged == "city" and not (country == "MX" and language == "en"):
        return "city" if find_city(value) else "country"
    if tagged == "region" and region:
        return "region"
    if country or region:
        return "country" if country else "region"
    return _kind_of_misspelt_place(value, tagged)


def _kind_of_misspelt_place(value: str, tagged: str) -> str:
    """Keep the tagged kind when it can be read, else the first kind that can."""
    readers: dict[str, Callable[[str], object]] = {"country": country_code, "region": region_code, "city": find_city}
    order = (tagged, *(kind for kind in PLACES if kind != tagged))
    return next((kind for kind in order if readers[kind](value)), tagged)


def _other_time(entity: str, value: str, *, today: date, language: str) -> tuple[str, Json]:
    """Try the neighbour of a duration, a date or an age that could not be read as itself."""
    neighbours = {"duration": ("date", "age"), "date": ("duration",), "age": ("duration",)}
    for other in neighbours.get(entity, ()):
        norm = normalise(other, value, today=today, language=language)
        if norm is not None:
            return other, norm
    return entity, None


def _city(value: str) -> Json:
    city = find_city(value)
    return {"city": city.name, "country": city.country} if city else None


def _region(value: str) -> Json:
    code = region_code(value)
    countries: list[Json] = [*sorted(region_countries(code))] if code else []
    return {"region": code, "countries": countries} if code else None


def _programmes(value: str) -> Json:
    codes = programme_codes(value)
    return codes[0] if len(codes) == 1 else list(codes) or None


def _duration(value: str) -> Json:
    duration = parse_duration(value)
    return duration.to_json() if duration else None
