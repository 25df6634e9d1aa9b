"""What is decided without Rasa: the step that follows an intent, and the parse of what needed no understanding."""

from __future__ import annotations

from bot.understanding.models import Intent, Parse

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
