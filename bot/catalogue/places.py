"""The names that a city is found by, whatever language the offer and the person write it in."""

from __future__ import annotations

from collections.abc import Iterable

from bot.catalogue.criteria import CityChoice
from bot.vocabulary.cities import City, city_label, find_city
from bot.vocabulary.regions import region_countries
from bot.vocabulary.shelf import LANGUAGES
from bot.vocabulary.text import fold


def city_key(city: str, country: str) -> str:
    """Return the folded name that stands for a city: its name in the vocabulary, else as written."""
    known = find_city(city)
    return fold(known.name) if known and known.country == country else fold(city)


def city_keys(city: str, country: str) -> tuple[str, ...]:
    """Return every folded name of a city.

    A homonym's name is one of them: "Saint-Louis" in Senegal is also found as "St. Louis", which is what the
    vocabulary makes of the words "Saint-Louis" when a person writes them.
    """
    known = find_city(city)
    names = [city]
    if known is not None:
        names.append(known.name)
        if known.country == country:
            names.extend(city_label(known, language) for language in LANGUAGES)
    return tuple(dict.fromkeys([city_key(city, country), *(fold(name) for name in names)]))


def wanted_city_keys(cities: Iterable[CityChoice]) -> list[str]:
    """Return the folded names under which offers in these cities may be found."""
    return sorted({key for city in cities for key in (city.key, fold(city.name), _canonical(city))})


def wanted_countries(countries: Iterable[str], regions: Iterable[str]) -> list[str]:
    """Return the union of countries and of the countries of regions, in alphabetical order."""
    return sorted({*countries, *(code for region in regions for code in region_countries(region))})


def _canonical(choice: CityChoice) -> str:
    known: City | None = find_city(choice.name)
    return fold(known.name) if known else choice.key
