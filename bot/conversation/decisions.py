"""What is decided without Rasa: the step after an intent, the parse of what was plain, the parse a button kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.kit.masking import mask
from bot.understanding.models import Entity, Intent, Parse

_STEP_OF_INTENT = {
    "search_internship": "search_offers",
    "search_job": "search_offers",
    "search_volunteering": "search_offers",
    "search_training": "search_offers",
    "search_exchange": "search_offers",
    "search_any": "search_offers",
    "ask_funding": "answer_funding",
    "ask_visa": "answer_visa",
    "ask_eligibility": "answer_eligibility",
    "ask_programme": "answer_programme",
    "talk_to_adviser": "offer_adviser",
    "privacy_request": "privacy",
    "restart": "confirm_restart",
    "thanks": "thank",
    "nlu_fallback": "out_of_scope",
}


def step_of(intent: str) -> str:
    """Return the step that follows an intent when Rasa named none (its names differ for a few intents only)."""
    return _STEP_OF_INTENT.get(intent, intent)


def decided(text: str, *, language: str, intent: str) -> Parse:
    """Return the parse of a text whose intent was decided before any model was asked."""
    return Parse(text=text, language=language, intent=Intent(intent, 1.0), source="rules")


def kept_parse(parse: Parse, *, intent: str) -> dict[str, Any]:
    """Return a parse as a button keeps it, JSON-able: masked, and with the intent that the button stands for."""
    entities = [masked(entity.to_json()) for entity in parse.entities]
    return {"text": mask(parse.text), "intent": intent, "entities": entities}


def parse_kept(kept: Mapping[str, Any], *, language: str) -> Parse:
    """Return the parse that a button kept. Its entities' places are those of the text before it was masked."""
    entities = tuple(Entity(**entity) for entity in kept["entities"])
    return Parse(str(kept["text"]), language, Intent(str(kept["intent"]), 1.0), entities=entities, source="rules")


def masked(value: Any) -> Any:
    """Return a JSON value whose texts are masked: an organisation's value and its norm are both what was written."""
    if isinstance(value, dict):
        return {name: masked(part) for name, part in value.items()}
    if isinstance(value, list):
        return [masked(part) for part in value]
    return mask(value) if isinstance(value, str) else value
