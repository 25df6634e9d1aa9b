"""The 24 domains of the catalogue, and the trades, skills and publics people name instead of them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from bot.vocabulary.lookup import Lookup, bare, index
from bot.vocabulary.shelf import LANGUAGES, known_language, phrases, read_shelf
from bot.vocabulary.text import fold

FIELDS: tuple[str, ...] = (
    "tourism",
    "hospitality",
    "agriculture",
    "environment",
    "education",
    "childhood",
    "health",
    "social",
    "humanitarian",
    "culture",
    "communication",
    "commerce",
    "finance",
    "engineering",
    "construction",
    "digital",
    "sport",
    "languages",
    "law",
    "logistics",
    "research",
    "crafts",
    "food",
    "energy",
)
_LONGEST_PHRASE = 4
_SHORTEST_PLURAL = 5


def field_code(text: str) -> str | None:
    """Return the domain a text names, else None.

    The whole text is tried first, then its longest known phrase from the left ("travailler avec
    des enfants" gives childhood), then one misspelling of a single word of six letters or more.
    """
    return _lookup().exact(text) or _phrase_inside(text) or _misspelt_inside(text)


def exact_field_code(text: str) -> str | None:
    """Return the domain of a word or phrase written in full, else None."""
    return _lookup().exact(text)


def field_label(code: str, language: str) -> str:
    """Return the name of a domain in a language; an unknown code is returned as it is."""
    entry = read_shelf("bot.vocabulary", "fields.yml").get(code)
    return str(entry["label"][known_language(language)]) if entry else code


def field_words(code: str, language: str) -> tuple[str, ...]:
    """List what people say for a domain in a language, as written on the shelf."""
    entry: Mapping[str, Any] = read_shelf("bot.vocabulary", "fields.yml").get(code, {})
    return phrases(entry.get(language, ""))


def _phrase_inside(text: str) -> str | None:
    words = bare(text).split()
    for size in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            code = _lookup().exact(" ".join(words[start : start + size]))
            if code:
                return code
    return None


def _misspelt_inside(text: str) -> str | None:
    return next((code for word in bare(text).split() if (code := _lookup().closest(word))), None)


@functools.cache
def _lookup() -> Lookup:
    refused = frozenset(fold(word) for word in ("interne", "nationale", "national", "portugais", "maison", "vacance"))
    return Lookup(index(_spellings()), score=88.0, shortest=6, refused=refused)


def _spellings() -> Iterator[tuple[str, str]]:
    """Yield (words, code), with the plural or singular in "s" of each last word."""
    for code in FIELDS:
        for language in LANGUAGES:
            yield field_label(code, language), code
            for phrase in field_words(code, language):
                yield phrase, code
    for code in FIELDS:
        for language in ("fr", "en", "es"):
            for phrase in field_words(code, language):
                yield _other_number(phrase), code


def _other_number(phrase: str) -> str:
    is_plural = phrase.endswith("s") and not phrase.endswith("ss") and len(phrase) >= _SHORTEST_PLURAL
    return phrase[:-1] if is_plural else phrase + "s"
