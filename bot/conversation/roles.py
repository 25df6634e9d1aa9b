"""What part a thing named plays: wanted, refused, or where the person is; what the model missed is mended here."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.markers import is_joined, is_lacking, is_living, is_refused
from bot.conversation.models import Conversation
from bot.knowledge.service import read_value
from bot.understanding.models import Entity, Parse

_PLACES = frozenset({"country", "city"})
_REFUSABLE = frozenset({"country", "city", "region", "field", "programme"})


def with_refusals(parse: Parse) -> Parse:
    """Return the parse with what the words refuse, or do not have, or live in, marked as such.

    "pas en Afrique", "hors Europe ni Canada", "sans le bac" are excluded; "j'habite en France" is an origin.
    """
    marked: list[Entity] = []
    for entity in parse.entities:
        heard = None if _is_misheard(parse, entity) else entity.role
        role = heard or _role_said(parse, entity, marked)
        marked.append(replace(entity, role=role) if role != entity.role else entity)
    return replace(parse, entities=tuple(marked))


def note_residence(conversation: Conversation, parse: Parse) -> None:
    """Keep the country, and the region of France, where a person says they are; no search is filtered by it."""
    told = next((known for entity in parse.entities if entity.role == "origin" if (known := _residence(entity))), None)
    if told:
        conversation.situation = {**(conversation.situation or {}), **told}


def _role_said(parse: Parse, entity: Entity, before: list[Entity]) -> str | None:
    """Return the role that the words before an entity give it: "sans le bac", "j'habite en France"."""
    if entity.entity == "level":
        return "exclude" if is_lacking(parse.text[: entity.start], parse.language) else None
    if entity.entity in _PLACES and is_living(parse.text[: entity.start], parse.language):
        return "origin"
    return "exclude" if entity.entity in _REFUSABLE and _is_refused(parse, entity, before) else None


def _is_misheard(parse: Parse, entity: Entity) -> bool:
    """Say whether a question ("un visa pour l'Espagne ?") was heard as a refusal that none of its words make."""
    return entity.role == "exclude" and parse.intent.name.startswith("ask_") and entity.entity in _PLACES


def _is_refused(parse: Parse, entity: Entity, before: list[Entity]) -> bool:
    if is_refused(parse.text[: entity.start], parse.language):
        return True
    last = before[-1] if before else None
    return last is not None and last.role == "exclude" and is_joined(parse.text[last.end : entity.start])


def _residence(entity: Entity) -> dict[str, str]:
    country = _country_of(entity)
    if country is None:
        return {}
    is_french_city = country == "FR" and entity.entity == "city"
    region = {"region": read_value(entity.value, "region") or "other"} if is_french_city else {}
    return {"residence": country, **region}


def _country_of(entity: Entity) -> str | None:
    if entity.entity == "country" and isinstance(entity.norm, str):
        return entity.norm
    if entity.entity == "city" and isinstance(entity.norm, dict):
        return str(entity.norm["country"])
    return None
