"""Regions: continents, subregions and provinces, each standing for one or more countries.

A province ("Bavière") is searched as its country: offers rarely say more than country and town.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.vocabulary.lookup import Lookup, index
from bot.vocabulary.shelf import LANGUAGES, known_language, phrases, read_shelf
from bot.vocabulary.text import fold


@dataclass(frozen=True)
class Region:
    """One region: its countries and its names, the label first, in each language."""

    code: str
    countries: frozenset[str]
    names: Mapping[str, tuple[str, ...]]
    is_province: bool


def region_code(text: str) -> str | None:
    """Return the code of a continent, subregion or province as people write it, else None."""
    return _lookup().find(text)


def exact_region_code(text: str) -> str | None:
    """Return the code of a region whose name is written in full, else None."""
    return _lookup().exact(text)


def region_countries(code: str) -> frozenset[str]:
    """Return the ISO 3166-1 codes a region stands for; an unknown region stands for none."""
    region = _regions().get(code)
    return region.countries if region else frozenset()


def region_label(code: str, language: str) -> str:
    """Return the name of a region in a language; an unknown code is returned as it is."""
    region = _regions().get(code)
    return region.names[known_language(language)][0] if region else code


def region_codes() -> tuple[str, ...]:
    """List every region code, continents and subregions first, provinces after."""
    return tuple(_regions())


def regions_of_country(country: str) -> tuple[str, ...]:
    """List the regions of several countries that hold this one, the smallest first.

    The smallest comes first because a search is widened step by step: Maghreb before Africa.
    """
    holding = [r for r in _regions().values() if country in r.countries and not r.is_province]
    return tuple(region.code for region in sorted(holding, key=lambda r: (len(r.countries), r.code)))


@functools.cache
def _regions() -> Mapping[str, Region]:
    shelf = read_shelf("bot.vocabulary", "regions.yml")
    return {
        code: Region(
            code=code,
            countries=frozenset(entry["in"].split()),
            names={language: phrases(entry[language]) for language in LANGUAGES},
            is_province=kind == "provinces",
        )
        for kind in ("regions", "provinces")
        for code, entry in shelf[kind].items()
    }


def _spellings() -> Iterator[tuple[str, str]]:
    for region in _regions().values():
        for names in region.names.values():
            yield from ((name, region.code) for name in names)


@functools.cache
def _lookup() -> Lookup:
    near_words = ("serie", "marche", "pays", "corses", "europeen", "africain", "asiatique", "arabe", "compagne")
    refused = frozenset(fold(word) for word in near_words)
    return Lookup(index(_spellings()), score=88.0, shortest=6, refused=refused)
