"""Merges what a message says into the running search: it replaces, adds, excludes or completes.

"non finalement au Portugal" replaces the place, "ou en Grèce" adds one, "pas en Espagne" excludes one, and
"dans le tourisme" completes a search that had no field. What a person is (age, level, languages) outlives a search.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from bot.catalogue.criteria import CityChoice, Criteria
from bot.kit.masking import cut_out, mask
from bot.understanding.models import Entity, Parse
from bot.vocabulary.kinds import kind_of_intent
from bot.vocabulary.text import fold

_T = TypeVar("_T")

_PLACES = ("country", "region", "city")
_ADDING = re.compile(
    r"(^|\s)(ou|aussi|egalement|sinon|en plus|et aussi|et (?=au |aux |en |a |dans )|or|also|too|as well|otra|tambien"
    r"|o|y tambien|او|ايضا|وايضا)(\s|$)"
)
_REPLACING = re.compile(
    r"(^|\s)(non|finalement|plutot|en fait|au lieu|actually|rather|instead|mejor|en realidad)(\s|$)"
)
_ANYWHERE = re.compile(
    r"n ?importe (ou|quel pays|quelle ville)|peu importe (ou|le pays|la destination|l endroit)|partout|ou que ce soit"
    r"|anywhere|any country|wherever|en cualquier|donde sea|cualquier pais|اي مكان|اي بلد"
)


def start_search(parse: Parse, running: Criteria | None) -> Criteria:
    """Return the criteria of a new search.

    A message that says only a kind ("un stage plutôt") changes the kind of the running search and keeps the rest; one
    that says more begins afresh, keeping what the person said of themselves.
    """
    said = criteria_of(parse, Criteria())
    kind = kind_of_intent(parse.intent.name)
    if running is not None and not said.to_json().keys() - {"words"}:
        return replace(running, kind=kind or running.kind, words=cut_out(parse.text))
    kept = personal(running)
    base = replace(kept, kind=kind, words=cut_out(parse.text))
    return criteria_of(parse, base)


def refine_search(parse: Parse, running: Criteria | None) -> Criteria:
    """Return the running criteria with what this message adds, replaces, excludes or completes."""
    base = running or Criteria()
    folded = fold(parse.text)
    if _ANYWHERE.search(folded):
        base = replace(base, countries=(), regions=(), cities=())
    is_adding = bool(_ADDING.search(folded)) and not _REPLACING.search(folded)
    refined = criteria_of(parse, base, adds=is_adding)
    words = f"{base.words} {cut_out(parse.text)}".strip()
    return replace(refined, words=words[-300:])


def personal(running: Criteria | None) -> Criteria:
    """Return what the running search knows of the person rather than of the search."""
    if running is None:
        return Criteria()
    return Criteria(age=running.age, level=running.level, languages=running.languages)


def criteria_of(parse: Parse, base: Criteria, *, adds: bool = False) -> Criteria:
    """Return `base` with the entities of `parse`; values of a criterion replace the old ones, or add to them."""
    wanted = [entity for entity in parse.entities if entity.norm is not None and entity.role is None]
    refused = [entity for entity in parse.entities if entity.norm is not None and entity.role == "exclude"]
    result = _with_places(base, wanted, adds=adds)
    result = _with_lists(result, wanted, adds=adds)
    result = _with_single_values(result, wanted)
    return _with_refusals(result, refused)


def _with_places(base: Criteria, wanted: list[Entity], *, adds: bool) -> Criteria:
    if not any(entity.entity in _PLACES for entity in wanted):
        return base
    countries = [str(entity.norm) for entity in wanted if entity.entity == "country"]
    regions = [
        entity.norm["region"] for entity in wanted if entity.entity == "region" and isinstance(entity.norm, dict)
    ]
    cities = [city for entity in wanted if entity.entity == "city" and (city := _city(entity)) is not None]
    # "à Lyon, France" is a city, said with its country.
    countries = [code for code in countries if code not in {city.country for city in cities}]
    before = base if adds else replace(base, countries=(), regions=(), cities=())
    return replace(
        before,
        countries=_union(before.countries, countries),
        regions=_union(before.regions, regions),
        cities=_union(before.cities, cities),
        excluded_countries=tuple(code for code in base.excluded_countries if code not in countries),
        excluded_cities=tuple(key for key in base.excluded_cities if key not in {city.key for city in cities}),
    )


def _with_lists(base: Criteria, wanted: list[Entity], *, adds: bool) -> Criteria:
    fields = [str(entity.norm) for entity in wanted if entity.entity == "field"]
    programmes = [code for entity in wanted if entity.entity == "programme" for code in _as_list(entity.norm)]
    languages = [str(entity.norm) for entity in wanted if entity.entity == "language"]
    return replace(
        base,
        fields=_union(base.fields if adds else (), fields) if fields else base.fields,
        programmes=_union(base.programmes if adds else (), programmes) if programmes else base.programmes,
        languages=_union(base.languages, languages),
    )


def _with_single_values(base: Criteria, wanted: list[Entity]) -> Criteria:
    changes: dict[str, Any] = {}
    for entity in wanted:
        norm = entity.norm
        match entity.entity:
            case "duration" if isinstance(norm, dict):
                exact = norm.get("months")
                changes["duration_min"] = exact if exact is not None else norm.get("months_min")
                changes["duration_max"] = exact if exact is not None else norm.get("months_max")
            case "date" if isinstance(norm, dict):
                changes["start_from"] = date.fromisoformat(norm["start"])
                changes["start_until"] = date.fromisoformat(norm["end"])
            case "age" if isinstance(norm, int):
                changes["age"] = norm
            case "level":
                changes["level"] = str(norm)
            case "organisation":
                changes["organisation"] = mask(str(norm))
    return replace(base, **changes)


def _with_refusals(base: Criteria, refused: list[Entity]) -> Criteria:
    countries = [str(entity.norm) for entity in refused if entity.entity == "country"]
    cities = [city.key for entity in refused if entity.entity == "city" and (city := _city(entity)) is not None]
    fields = {str(entity.norm) for entity in refused if entity.entity == "field"}
    return replace(
        base,
        countries=tuple(code for code in base.countries if code not in countries),
        cities=tuple(city for city in base.cities if city.key not in cities),
        fields=tuple(code for code in base.fields if code not in fields),
        excluded_countries=_union(base.excluded_countries, countries),
        excluded_cities=_union(base.excluded_cities, cities),
    )


def _city(entity: Entity) -> CityChoice | None:
    if not isinstance(entity.norm, dict) or "country" not in entity.norm:
        return None
    name = str(entity.norm["city"])
    return CityChoice(key=fold(name), name=name, country=str(entity.norm["country"]))


def _as_list(norm: object) -> list[str]:
    return [str(code) for code in norm] if isinstance(norm, list | tuple) else [str(norm)]


def _union(before: Iterable[_T], new: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys([*before, *new]))
