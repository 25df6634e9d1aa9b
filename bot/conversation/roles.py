"""What part a thing named plays: wanted, refused, or where the person is; what the model missed is mended here."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.markers import is_joined, is_refused
from bot.conversation.models import Conversation
from bot.understanding.models import Entity, Parse

_REFUSABLE = frozenset({"country", "city", "region", "field", "programme"})


def with_refusals(parse: Parse) -> Parse:
    """Return the parse with what the words refuse marked as such: "pas en Afrique", "hors Europe ni Canada"."""
    marked: list[Entity] = []
    for entity in parse.entities:
        is_open = entity.role is None and entity.entity in _REFUSABLE
        marked.append(replace(entity, role="exclude") if is_open and _is_refused(parse, entity, marked) else entity)
    return replace(parse, entities=tuple(marked))


def note_residence(conversation: Conversation, parse: Parse) -> None:
    """Keep the country where the person says they are; it never filters what they look for."""
    codes = [code for entity in parse.entities if entity.role == "origin" if (code := _country_of(entity))]
    if codes:
        conversation.situation = {**(conversation.situation or {}), "residence": codes[0]}


def _is_refused(parse: Parse, entity: Entity, before: list[Entity]) -> bool:
    if is_refused(parse.text[: entity.start], parse.language):
        return True
    last = before[-1] if before else None
    return last is not None and last.role == "exclude" and is_joined(parse.text[last.end : entity.start])


def _country_of(entity: Entity) -> str | None:
    if entity.entity == "country" and isinstance(entity.norm, str):
        return entity.norm
    if entity.entity == "city" and isinstance(entity.norm, dict):
        return str(entity.norm["country"])
    return None
