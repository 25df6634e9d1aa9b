"""Time zones: of a town, of a country, and which country a zone belongs to, for its public holidays.

Zones are IANA names, such as "Europe/Paris". Those of towns are GeoNames' (CC BY 4.0); the country of a zone is that
of the IANA database's own table.
"""

from __future__ import annotations

import functools
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.vocabulary.cities import City, city_zone, find_city, largest_town_zone
from bot.vocabulary.countries import country_code

_COUNTRY, _ZONE = 0, 2  # columns of zone.tab


def zone_of_city(city: City) -> str | None:
    """Return the time zone of a town, else None."""
    return _known(city_zone(city))


def zone_of_country(code: str) -> str | None:
    """Return the time zone of a country's largest town (ISO 3166-1 alpha-2 code), else None."""
    return _known(largest_town_zone(code))


def zone_of_place(text: str) -> str | None:
    """Return the time zone of the town or country that a text names, else None.

    Ask only about a text that is already taken for a place.
    """
    city = find_city(text)
    if city is not None and (zone := zone_of_city(city)):
        return zone
    code = country_code(text)
    return zone_of_country(code) if code else None


def country_of_zone(zone: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of the country that a zone belongs to, None for "UTC" and the like."""
    return _countries().get(zone)


def is_zone(name: str) -> bool:
    """Say whether a name is a time zone that this machine knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _known(zone: str | None) -> str | None:
    return zone if zone and is_zone(zone) else None


@functools.cache
def _countries() -> dict[str, str]:
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[_ZONE]: row[_COUNTRY] for row in rows}
