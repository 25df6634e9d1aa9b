"""Merges what a message says into the running search: it replaces, adds, excludes or completes.

"non finalement au Portugal" replaces the place, "ou en Grèce" adds one, "pas en Espagne" excludes one, and
"dans le tourisme" completes a search that had no field. What a person is (age, level, languages) outlives a search.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from bot.catalogue.criteria import CityChoice, Criteria
from bot.conversation.markers import has_marker, refused_kinds, wanted_kinds
from bot.conversation.others import OTHER, SOUGHT_FOR
from bot.kit.masking import cut_out, mask
from bot.understanding.models import PLACES, Entity, Intent, Parse
from bot.vocabulary.kinds import kind_of_intent
from bot.vocabulary.levels import level_below
from bot.vocabulary.regions import region_countries
from bot.vocabulary.text import fold

_T = TypeVar("_T")

_OF_A_STAY = (*PLACES, "field", "programme", "organisation", "date", "duration")
_LONGEST_WORDS = 300
# What "n'importe où", "n'importe quand"… give up.
_WIDENED: dict[str, dict[str, Any]] = {
    "anywhere": {"countries": (), "regions": (), "cities": ()},
    "anytime": {"start_from": None, "start_until": None},
    "any_duration": {"duration_min": None, "duration_max": None},
    "any_field": {"fields": ()},
    "any_kind": {"kind": None},
}


def start_search(parse: Parse, running: Criteria | None) -> Criteria:
    """Return the criteria of a new search.

    A message that says only a kind ("un stage plutôt") changes the kind of the running search and keeps the rest, and
    so does a correction ("non je voulais dire un job au Portugal"); one that says more begins afresh, keeping what the
    person said of themselves, and the kind when the message names none.
    """
    kind = _kind_wanted(parse)
    said = criteria_of(parse, Criteria())
    if running is not None:
        if not said.to_json().keys() - {"words", "excluded_kinds"}:
            running = replace(running, kind=kind or running.kind, words=_own_words(parse))
            return _kinds_settled(_widened(parse, running), parse)
        if has_marker(parse.text, "replacing", parse.language):
            return refine_search(parse, replace(running, kind=kind or running.kind))
    kept = personal(running)
    known = running.kind if running is not None else None
    base = replace(kept, kind=kind or known, words=_own_words(parse))
    return _kinds_settled(criteria_of(parse, _widened(parse, base)), parse)


def refine_search(parse: Parse, running: Criteria | None) -> Criteria:
    """Return the running criteria with what this message adds, replaces, excludes or completes."""
    before = running or Criteria()
    is_replacing = has_marker(parse.text, "replacing", parse.language)
    is_adding = has_marker(parse.text, "adding", parse.language) and not is_replacing
    base = _widened(parse, before)
    named = wanted_kinds(parse.text, parse.language)
    if named and (is_replacing or refused_kinds(parse.text, parse.language)):
        base = replace(base, kind=named[0])
    refined = _kinds_settled(criteria_of(parse, base, adds=is_adding), parse)
    # "Remets l'Afrique" refuses it no more, and wants the rest too.
    if has_marker(parse.text, "restoring", parse.language):
        refined = replace(refined, countries=base.countries, regions=base.regions, cities=base.cities)
    return replace(refined, words=f"{before.words} {_own_words(parse)}".strip()[-_LONGEST_WORDS:])


def search_asked_about(parse: Parse, running: Criteria) -> Criteria:
    """Return what "à 17 ans je peux faire un stage en Italie ?" asks about; with an age alone, the running search."""
    kinds = wanted_kinds(parse.text, parse.language)
    asked = replace(parse, intent=Intent(f"search_{kinds[0]}" if kinds else "search_any", parse.intent.confidence))
    if any(entity.norm is not None and entity.entity in _OF_A_STAY and not entity.role for entity in parse.entities):
        return start_search(asked, running)
    return criteria_of(parse, replace(running, kind=kinds[0] if kinds else running.kind))


def personal(running: Criteria | None) -> Criteria:
    """Return what the running search knows of the person rather than of the search."""
    if running is None:
        return Criteria()
    return Criteria(age=running.age, level=running.level, languages=running.languages)


def names_something(parse: Parse) -> bool:
    """Say whether a message names anything that a search can use: "oui au Portugal" is more than a yes."""
    return any(entity.norm is not None and entity.role not in ("origin", OTHER) for entity in parse.entities)


def programmes_of(entities: Iterable[Entity]) -> list[str]:
    """Return the codes of the programmes that are named: a name may stand for several."""
    norms = [entity.norm for entity in entities if entity.entity == "programme" and entity.norm]
    return [str(code) for norm in norms for code in (norm if isinstance(norm, list | tuple) else [norm])]


def _own_words(parse: Parse) -> str:
    """Return the words that rank: without what is refused, nor the places, which filter and may be given up later."""
    text, end = "", 0
    for entity in sorted(parse.entities, key=lambda each: each.start):
        if entity.entity in PLACES or entity.role == "exclude":
            text, end = f"{text}{parse.text[end : entity.start]} ", max(end, entity.end)
    return cut_out(text + parse.text[end:])


def _kind_wanted(parse: Parse) -> str | None:
    """Return the kind of the intent, or another that is named when the message refuses that one."""
    kind = kind_of_intent(parse.intent.name)
    if kind not in refused_kinds(parse.text, parse.language):
        return kind
    return next(iter(wanted_kinds(parse.text, parse.language)), None)


def _kinds_settled(criteria: Criteria, parse: Parse) -> Criteria:
    """Refuse the kinds that the message refuses, and no longer the one that is wanted."""
    refused = refused_kinds(parse.text, parse.language)
    kind = None if criteria.kind in refused else criteria.kind
    excluded = tuple(one for one in _union(criteria.excluded_kinds, refused) if one != kind)
    return replace(criteria, kind=kind, excluded_kinds=excluded)


def _widened(parse: Parse, base: Criteria) -> Criteria:
    for section, given_up in _WIDENED.items():
        if has_marker(parse.text, section, parse.language):
            base = replace(base, **given_up)
    return base


def criteria_of(parse: Parse, base: Criteria, *, adds: bool = False) -> Criteria:
    """Return `base` with the entities of `parse`; values of a criterion replace the old ones, or add to them."""
    wanted = [entity for entity in parse.entities if entity.norm is not None and entity.role in (None, SOUGHT_FOR)]
    refused = [entity for entity in parse.entities if entity.norm is not None and entity.role == "exclude"]
    result = _with_places(base, wanted, adds=adds)
    result = _with_lists(result, wanted, adds=adds)
    result = _with_single_values(result, wanted)
    return _with_refusals(result, refused)


def _with_places(base: Criteria, wanted: list[Entity], *, adds: bool) -> Criteria:
    if not any(entity.entity in PLACES for entity in wanted):
        return base
    countries = [str(entity.norm) for entity in wanted if entity.entity == "country"]
    regions = [
        entity.norm["region"] for entity in wanted if entity.entity == "region" and isinstance(entity.norm, dict)
    ]
    cities = [city for entity in wanted if entity.entity == "city" and (city := _city(entity)) is not None]
    # "à Lyon, France" is a city, said with its country.
    countries = [code for code in countries if code not in {city.country for city in cities}]
    before = base if adds else replace(base, countries=(), regions=(), cities=())
    again = {
        *countries,
        *(city.country for city in cities),
        *(code for one in regions for code in region_countries(one)),
    }
    return replace(
        before,
        countries=_union(before.countries, countries),
        regions=_union(before.regions, regions),
        cities=_union(before.cities, cities),
        excluded_countries=tuple(code for code in base.excluded_countries if code not in again),
        excluded_cities=tuple(key for key in base.excluded_cities if key not in {city.key for city in cities}),
    )


def _with_lists(base: Criteria, wanted: list[Entity], *, adds: bool) -> Criteria:
    fields = [str(entity.norm) for entity in wanted if entity.entity == "field"]
    programmes = programmes_of(wanted)
    languages = [str(entity.norm) for entity in wanted if entity.entity == "language"]
    return replace(
        base,
        fields=_union(base.fields if adds else (), fields) if fields else base.fields,
        programmes=_union(base.programmes if adds else (), programmes) if programmes else base.programmes,
        languages=_union(base.languages, languages),
        excluded_fields=tuple(code for code in base.excluded_fields if code not in fields),
        excluded_programmes=tuple(code for code in base.excluded_programmes if code not in programmes),
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
    fields = [str(entity.norm) for entity in refused if entity.entity == "field"]
    programmes = programmes_of(refused)
    spoken = {str(entity.norm) for entity in refused if entity.entity == "language"}
    without_values = _without_single_values(_without_places(base, refused), refused)
    return replace(
        without_values,
        fields=tuple(code for code in base.fields if code not in fields),
        programmes=tuple(code for code in base.programmes if code not in programmes),
        languages=tuple(code for code in base.languages if code not in spoken),
        excluded_fields=_union(base.excluded_fields, fields),
        excluded_programmes=_union(base.excluded_programmes, programmes),
    )


def _without_places(base: Criteria, refused: list[Entity]) -> Criteria:
    regions = [
        entity.norm["region"] for entity in refused if entity.entity == "region" and isinstance(entity.norm, dict)
    ]
    countries = [str(entity.norm) for entity in refused if entity.entity == "country"]
    for region in regions:
        # A province stands for its country, which is more than was refused.
        countries += sorted(region_countries(region)) if len(region_countries(region)) > 1 else []
    cities = [city.key for entity in refused if entity.entity == "city" and (city := _city(entity)) is not None]
    return replace(
        base,
        countries=tuple(code for code in base.countries if code not in countries),
        regions=tuple(code for code in base.regions if code not in regions),
        cities=tuple(city for city in base.cities if city.key not in cities and city.country not in countries),
        excluded_countries=_union(base.excluded_countries, countries),
        excluded_cities=_union(base.excluded_cities, cities),
    )


def _without_single_values(base: Criteria, refused: list[Entity]) -> Criteria:
    """Drop the duration, start, level or organisation that a message takes back: no filter keeps what they are not."""
    said = _with_single_values(Criteria(), refused)
    changes: dict[str, Any] = {}
    if base.duration_min is not None and (base.duration_min, base.duration_max) == (
        said.duration_min,
        said.duration_max,
    ):
        changes.update(duration_min=None, duration_max=None)
    if said.start_from is not None and base.start_from is not None and _overlap(base, said):
        changes.update(start_from=None, start_until=None)
    if said.level is not None:  # "sans le bac" says of the person what they have not
        changes["level"] = level_below(said.level)
    if said.organisation is not None and said.organisation == base.organisation:
        changes["organisation"] = None
    return replace(base, **changes)


def _overlap(base: Criteria, said: Criteria) -> bool:
    ends = (base.start_until or date.max, said.start_until or date.max)
    return (base.start_from or date.min) <= ends[1] and (said.start_from or date.min) <= ends[0]


def _city(entity: Entity) -> CityChoice | None:
    if not isinstance(entity.norm, dict) or "country" not in entity.norm:
        return None
    name = str(entity.norm["city"])
    return CityChoice(key=fold(name), name=name, country=str(entity.norm["country"]))


def _union(before: Iterable[_T], new: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys([*before, *new]))
