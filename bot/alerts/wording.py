"""How a saved search is called in a message."""

from __future__ import annotations

from bot.alerts.models import SavedSearch
from bot.catalogue.criteria import Criteria
from bot.catalogue.wording import describe
from bot.chat.formatting import isolate, shortened
from bot.kit.masking import mask
from bot.locales.service import say

_LONGEST_WORDS = 40


def search_label(search: SavedSearch, language: str, *, most: int) -> str:
    """Return how a search is called in `most` letters: by its person, else by what it asks for; not yet HTML."""
    if search.name:
        name = shortened(search.name, most)
        return isolate(name) if language == "ar" else name
    return search_words(search, language, most=most)


def search_words(search: SavedSearch, language: str, *, most: int) -> str:
    """Return all that a search asks for in `most` letters, not yet HTML: "stages · en Espagne · « chevaux »".

    What it requires beyond its criteria is told in the person's own words, for it decides what they are told of.
    """
    criteria = Criteria.from_json(search.criteria)
    words = criteria.words if criteria.is_bare() else search.words
    parts = [] if words and criteria.is_bare() else [describe(criteria, language)]
    if words:
        parts.append(say("alerting.words", language, what=shortened(mask(words), _LONGEST_WORDS)))
    return shortened(" · ".join(parts), most)
