"""What part a thing named plays: wanted, refused, or where the person is; what the model missed is mended here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.conversation.markers import is_apart, is_corrected, is_joined, is_refused
from bot.conversation.models import Conversation
from bot.understanding.models import Entity, Parse
from bot.understanding.service import is_origin_said
from bot.vocabulary.text import fold

_REFUSABLE = frozenset({"country", "city", "region", "field", "programme"})
_PLACES = ("country", "city", "region")
_A_PAIR = 2


def with_refusals(parse: Parse, *, sought: Collection[str] = ()) -> Parse:
    """Return the parse with what the words refuse marked as such: "pas en Afrique", "hors Europe ni Canada".

    What a correction names is wanted, whatever the model said: "actually no, Spain"; and "not Spain, Italy" when Spain
    is one of the countries `sought` so far.
    """
    marked: list[Entity] = []
    for named in parse.entities:
        role = "exclude" if _is_refused(parse, named, marked) else named.role
        is_wanted = role == "exclude" and (
            is_corrected(parse.text[: named.start]) or _takes_the_place(parse, named, marked, sought)
        )
        marked.append(replace(named, role=None if is_wanted else role))
    return replace(parse, entities=tuple(marked))


def with_origin(parse: Parse) -> Parse:
    """Return the parse with the first place marked as where the person is, when its words say so and another is wanted.

    Alone, it stays wanted: "étudiant en Espagne" is where they are, or where they want to be.
    """
    places = [one for one in parse.entities if one.entity in _PLACES and one.role is None]
    if len(places) <= 1 or not is_origin_said(fold(parse.text[: places[0].start])):
        return parse
    first = replace(places[0], role="origin")
    return replace(parse, entities=tuple(first if one == places[0] else one for one in parse.entities))


def note_residence(conversation: Conversation, parse: Parse) -> None:
    """Keep the country where the person says they are; it never filters what they look for."""
    codes = [code for entity in parse.entities if entity.role == "origin" if (code := _country_of(entity))]
    if codes:
        conversation.situation = {**(conversation.situation or {}), "residence": codes[0]}


def _is_refused(parse: Parse, entity: Entity, before: list[Entity]) -> bool:
    if entity.role is not None or entity.entity not in _REFUSABLE:
        return False
    if is_refused(parse.text[: entity.start], parse.language):
        return True
    last = before[-1] if before else None
    return last is not None and last.role == "exclude" and is_joined(parse.text[last.end : entity.start])


def _takes_the_place(parse: Parse, entity: Entity, before: list[Entity], sought: Collection[str]) -> bool:
    """Say whether a country named alone after a comma stands against the one refused, which was sought: "not X, Y"."""
    last = before[-1] if before else None
    if last is None or len(parse.entities) != _A_PAIR or last.role != "exclude" or last.norm not in tuple(sought):
        return False
    return is_apart(parse.text[last.end : entity.start])


def _country_of(entity: Entity) -> str | None:
    if entity.entity == "country" and isinstance(entity.norm, str):
        return entity.norm
    if entity.entity == "city" and isinstance(entity.norm, dict):
        return str(entity.norm["country"])
    return None
