"""What part a thing named plays: wanted, refused, or where the person is; what the model missed is mended here."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.conversation.markers import is_apart, is_corrected, is_joined, is_lacking, is_living, is_refused, is_under
from bot.conversation.models import Conversation
from bot.conversation.others import role_of_age
from bot.knowledge.service import read_value
from bot.understanding.models import PLACES, Entity, Parse
from bot.understanding.service import is_origin_said
from bot.vocabulary.text import fold
from bot.vocabulary.zones import zone_of_country, zone_of_place

_REFUSABLE = (*PLACES, "field", "programme")
_A_PAIR = 2


def with_refusals(parse: Parse, *, sought: Collection[str] = ()) -> Parse:
    """Return the parse with what the words refuse or do not have marked so: "hors Europe ni Canada", "sans le bac".

    What a correction names is wanted, whatever the model said: "actually no, Spain"; and "not Spain, Italy" when Spain
    is one of the countries `sought` so far.
    """
    marked: list[Entity] = []
    for named in parse.entities:
        heard = None if _is_misheard(parse, named) else named.role
        role = heard or ("exclude" if _is_refused(parse, named, marked) else None)
        is_wanted = role == "exclude" and (
            is_corrected(parse.text[: named.start]) or _takes_the_place(parse, named, marked, sought)
        )
        marked.append(replace(named, role=None if is_wanted else role))
    return replace(parse, entities=tuple(marked))


def with_origin(parse: Parse) -> Parse:
    """Return the parse with the place where the person is marked as such: "j'habite en France", "to leave France".

    Words that tell less ("étudiant en Espagne") do so for the first place only, and when another one is named: alone,
    it is where they are, or where they want to be.
    """
    places = [named for named in parse.entities if named.entity in PLACES and named.role != "origin"]
    marked = tuple(
        replace(named, role="origin") if _is_home(parse, named, places) else named for named in parse.entities
    )
    return replace(parse, entities=marked)


def with_ages(parse: Parse) -> Parse:
    """Return the parse with each age that it tells read as a person means it (see `_age_meant`)."""
    read = tuple(
        _age_meant(parse, named) if named.entity == "age" and isinstance(named.norm, int) else named
        for named in parse.entities
    )
    return replace(parse, entities=read)


def _age_meant(parse: Parse, named: Entity) -> Entity:
    """Return an age with a role when it is somebody else's; "moins de 18 ans" is the year below: they are minors."""
    before = _before_number(parse, named)
    norm = named.norm - 1 if isinstance(named.norm, int) and is_under(before, parse.language) else named.norm
    return replace(named, norm=norm, role=role_of_age(parse.text, before, parse.text[named.end :]))


def note_residence(conversation: Conversation, parse: Parse) -> None:
    """Keep the country, and the region of France or the time zone, where a person says they are.

    No search is filtered by it.
    """
    told = next((known for entity in parse.entities if entity.role == "origin" if (known := _residence(entity))), None)
    if told:
        before = {fact: value for fact, value in (conversation.situation or {}).items() if fact != "zone"}
        conversation.situation = {**before, **told}


def _is_home(parse: Parse, named: Entity, places: Sequence[Entity]) -> bool:
    if named not in places or named.role is not None:
        return False
    before = parse.text[: named.start]
    is_first_of_several = named == places[0] and len(places) > 1
    return is_living(before, parse.language) or (is_first_of_several and is_origin_said(fold(before)))


def _before_number(parse: Parse, named: Entity) -> str:
    """Return what stands before the number of an age, in the entity too: models take in more or fewer words."""
    within, *number = re.split(r"\d", named.value, maxsplit=1)
    return parse.text[: named.start] + (within if number else "")


def _is_misheard(parse: Parse, entity: Entity) -> bool:
    """Say whether a question ("un visa pour l'Espagne ?") was heard as a refusal that none of its words make."""
    return entity.role == "exclude" and parse.intent.name.startswith("ask_") and entity.entity in PLACES


def _is_refused(parse: Parse, named: Entity, before: Sequence[Entity]) -> bool:
    words = parse.text[: named.start]
    if named.entity == "level":
        return is_lacking(words, parse.language)
    if named.entity not in _REFUSABLE:
        return False
    last = before[-1] if before else None
    goes_on = last is not None and last.role == "exclude" and is_joined(parse.text[last.end : named.start])
    return is_refused(words, parse.language) or goes_on


def _takes_the_place(parse: Parse, entity: Entity, before: list[Entity], sought: Collection[str]) -> bool:
    """Say whether a country named alone after a comma stands against the one refused, which was sought: "not X, Y"."""
    last = before[-1] if before else None
    if last is None or len(parse.entities) != _A_PAIR or last.role != "exclude" or last.norm not in tuple(sought):
        return False
    return is_apart(parse.text[last.end : entity.start])


def _residence(entity: Entity) -> dict[str, str]:
    country = _country_of(entity)
    if country is None:
        return {}
    zone = zone_of_place(entity.value) if entity.entity == "city" else None
    apart = {"zone": zone} if zone and zone != zone_of_country(country) else {}  # "j'habite à Vancouver"
    is_french_city = country == "FR" and entity.entity == "city"
    region = {"region": read_value(entity.value, "region") or "other"} if is_french_city else {}
    return {"residence": country, **region, **apart}


def _country_of(entity: Entity) -> str | None:
    if entity.entity == "country" and isinstance(entity.norm, str):
        return entity.norm
    if entity.entity == "city" and isinstance(entity.norm, dict):
        return str(entity.norm["country"])
    return None
