"""The public face of understanding: plain functions from a message to a `Parse`.

`understand` checks and normalises what Rasa found; `understand_simply` does without Rasa. Both
give the same `Parse`, so that nothing after them knows who understood.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.understanding.ages import counts_no_years
from bot.understanding.alarm import EMERGENCY, Alarm, agreed
from bot.understanding.durations import bounds_around
from bot.understanding.ear import DistressEar, find_weights
from bot.understanding.errors import RasaUnavailable
from bot.understanding.gazetteer import find_entities, is_origin_said
from bot.understanding.guard import Screen, Verdict, is_distress, screen
from bot.understanding.homonyms import with_island
from bot.understanding.language import detect_language, preload_languages
from bot.understanding.models import FALLBACK_INTENT, Entity, Intent, Parse
from bot.understanding.normalisation import ENTITIES, settle
from bot.understanding.rasa_client import RasaClient
from bot.understanding.rules import parse_by_rules
from bot.vocabulary.cities import preload_cities
from bot.vocabulary.text import fold

__all__ = [
    "EMERGENCY",
    "Alarm",
    "DistressEar",
    "RasaClient",
    "RasaUnavailable",
    "Screen",
    "Verdict",
    "agreed",
    "detect_language",
    "find_weights",
    "is_distress",
    "is_origin_said",
    "preload",
    "screen",
    "understand",
    "understand_simply",
]

_ROLES = ("origin", "exclude")
_EDGES = ' \t\n.,;:!?…"«»()[]{}'


def understand(raw: Mapping[str, Any], *, text: str, language: str, today: date, model: str | None = None) -> Parse:
    """Turn Rasa's parse of a message into the house's: checked offsets, mended kinds, normalised values.

    An entity whose words do not stand at its offsets is dropped, as is an unknown kind; of two that
    overlap the longer stays. Never raises on a strange parse: what cannot be read is left out.

    Args:
        raw: Rasa's parse as it came.
        text: the very text that was sent to Rasa.
        language: language of the message.
        today: the day it was written, for dates.
        model: identifier of the model.
    """
    intent = _intent(raw.get("intent")) or Intent(FALLBACK_INTENT, 0.0)
    ranking = tuple(found for each in _items(raw.get("intent_ranking")) if (found := _intent(each)))
    read = (entity for each in _items(raw.get("entities")) if (entity := _entity(each, text)))
    entities = (_settled(entity, today=today, language=language) for entity in _apart(read) if _is_said(entity, text))
    return with_island(Parse(text, language, intent, ranking, _bounded(tuple(entities), text), model, "rasa"))


def understand_simply(text: str, *, language: str, today: date) -> Parse:
    """Understand a message without Rasa: distress first, then the rules, then the words of the vocabularies.

    A message that names a place, a domain or a scheme and nothing the rules know is taken for a
    search of any kind; otherwise the intent is the fallback.
    """
    entities = _bounded(find_entities(text, today, language), text)
    is_search = any(entity.entity in {"country", "region", "city", "field", "programme"} for entity in entities)
    guess = Intent("search_any", 0.6) if is_search else Intent(FALLBACK_INTENT, 0.0)
    intent = Intent("emergency", 1.0) if is_distress(text) else parse_by_rules(text, language) or guess
    return with_island(Parse(text, language, intent, (intent,), entities, None, "simple"))


def preload() -> None:
    """Load what the first message would otherwise wait two seconds for: languages, towns, patterns."""
    preload_languages()
    preload_cities()
    understand_simply("stage en Espagne", language="fr", today=date(2027, 1, 1))


def _is_said(entity: Entity, text: str) -> bool:
    """Say whether an entity is what the model took it for: "tous les 15 jours" tells no age."""
    return entity.entity != "age" or not counts_no_years(entity.value, text[entity.end :])


def _settled(entity: Entity, *, today: date, language: str) -> Entity:
    settled = settle(entity.entity, entity.value, today=today, language=language)
    return replace(entity, entity=settled.entity, norm=settled.norm)


def _bounded(entities: tuple[Entity, ...], text: str) -> tuple[Entity, ...]:
    """Make a length of stay the longest or the shortest when the words next to it say so: "moins de 3 mois"."""
    return tuple(_with_bounds(entity, text) if entity.entity == "duration" else entity for entity in entities)


def _with_bounds(entity: Entity, text: str) -> Entity:
    months = entity.norm.get("months") if isinstance(entity.norm, dict) else None
    is_longest, is_shortest = bounds_around(text[: entity.start], text[entity.end :])
    if months is None or not (is_longest or is_shortest):
        return entity
    return replace(entity, norm={"months_max" if is_longest else "months_min": months})


def _apart(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """Keep the longest of entities that overlap, in the order of the text."""
    kept: list[Entity] = []
    for entity in sorted(entities, key=lambda each: (each.start - each.end, each.start)):
        if all(entity.end <= other.start or entity.start >= other.end for other in kept):
            kept.append(entity)
    return tuple(sorted(kept, key=lambda each: each.start))


def _entity(raw: object, text: str) -> Entity | None:
    """Read one entity of Rasa, its edges freed of spaces and punctuation; None when it cannot be trusted."""
    if not isinstance(raw, Mapping) or raw.get("entity") not in ENTITIES:
        return None
    start, end = raw.get("start"), raw.get("end")
    if not _is_offset(start) or not _is_offset(end) or not 0 <= start < end <= len(text):  # type: ignore[operator]
        return None
    written = text[start:end]
    if fold(str(raw.get("value", ""))) != fold(written) or not fold(written):
        return None
    start += len(written) - len(written.lstrip(_EDGES))  # type: ignore[operator]
    value = written.strip(_EDGES)
    role = raw.get("role")
    return Entity(raw["entity"], value, start, start + len(value), role if role in _ROLES else None)


def _is_offset(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _intent(raw: object) -> Intent | None:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("name"), str) or not raw["name"]:
        return None
    confidence = raw.get("confidence")
    is_number = isinstance(confidence, int | float) and math.isfinite(confidence)
    return Intent(raw["name"], min(1.0, max(0.0, float(confidence))) if is_number else 0.0)  # type: ignore[arg-type]


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []
