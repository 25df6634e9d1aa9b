"""Which of the four languages a chat message is written in, and when to change the answer's language.

Evidence is asked in this order: the Arabic script, the signs that only Spanish has, a lexicon of
chat words, lingua above a confidence floor, the language of the conversation, the language of the
Telegram application, French. One borrowed word ("stage", "ok", "menu") never changes the language of a conversation.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.vocabulary.shelf import LANGUAGES, read_shelf
from bot.vocabulary.text import fold, is_arabic, words_of

if TYPE_CHECKING:
    from lingua import LanguageDetector

CONFIDENCE_FLOOR = 0.65
_SURE = 0.9
_SPANISH_SIGNS = frozenset("¿¡")
_ARABIC_SHARE = 0.3
_SENTENCE = 4  # words that make a sentence for a change of language
_ENOUGH_EVIDENCE = 2
_READ_AT_MOST = 1_000


def detect_language(text: str, *, previous: str | None, telegram: str | None) -> str:
    """Return fr, en, es or ar for a message; never raises.

    Args:
        text: the message.
        previous: language of the conversation so far, None at its start.
        telegram: language code of the person's Telegram application ("pt-br" is no help).
    """
    text = text[:_READ_AT_MOST]
    kept = previous if previous in LANGUAGES else _application_language(telegram)
    if _is_in_arabic_letters(text):
        return "ar"
    if not _SPANISH_SIGNS.isdisjoint(text):
        return "es"
    words = [word.folded for word in words_of(text)]
    is_settled = previous in LANGUAGES
    by_words = _language_of_words(words, needed=_ENOUGH_EVIDENCE if is_settled else 1, spoken=previous)
    return by_words or _language_of_lingua(text, words, is_settled=is_settled) or kept


def preload_languages() -> None:
    """Load the lexicon and the lingua models now rather than at the first message."""
    _lexicon()
    _detector().compute_language_confidence_values("bonjour hello hola")


def _application_language(telegram: str | None) -> str:
    code = (telegram or "").lower().replace("_", "-").split("-")[0]
    return code if code in LANGUAGES else "fr"


def _is_in_arabic_letters(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    arabic = sum(map(is_arabic, letters))
    return arabic > 1 and arabic >= _ARABIC_SHARE * len(letters)


def _language_of_words(words: list[str], *, needed: int, spoken: str | None) -> str | None:
    """Return the language with most evidence when it leads and has enough.

    An opening is enough alone, and so is one word of the language spoken so far.
    """
    evidence = {language: sum(word in known for word in words) for language, known in _lexicon().items()}
    best, second = sorted(evidence, key=lambda language: evidence[language], reverse=True)[:2]
    if evidence[best] == evidence[second]:
        return _opening_language(words) if len(words) <= _SENTENCE else None
    is_opened = _opening_language(words) == best
    return best if evidence[best] >= needed or is_opened or best == spoken else None


def _opening_language(words: list[str]) -> str | None:
    openings: Mapping[str, list[str]] = read_shelf("bot.understanding", "words.yml")["openings"]
    return next((language for language in LANGUAGES if words and words[0] in openings[language]), None)


def _language_of_lingua(text: str, words: list[str], *, is_settled: bool) -> str | None:
    """Return lingua's language above the floor.

    A settled conversation needs more: a sentence, certainty about three words, or a word of the
    lexicon that says the same.
    """
    own = [word for word in words if word not in _borrowed() and not word.isdigit()]
    if not own:
        return None
    code, confidence = _ask_lingua(text)
    is_backed = len(words) > _ENOUGH_EVIDENCE and any(word in _lexicon()[code] for word in own)
    is_long = len(own) >= _SENTENCE or (len(own) > _ENOUGH_EVIDENCE and confidence >= _SURE)
    return code if confidence >= CONFIDENCE_FLOOR and (is_backed or is_long or not is_settled) else None


def _ask_lingua(text: str) -> tuple[str, float]:
    best = _detector().compute_language_confidence_values(text)[0]
    return best.language.iso_code_639_1.name.lower(), best.value


@functools.cache
def _lexicon() -> Mapping[str, frozenset[str]]:
    """Read the words of each language, by hand and drawn; a word of several languages counts for each of them."""
    shelf, drawn = (read_shelf("bot.understanding", name) for name in ("words.yml", "frequent_words.yml"))
    return {
        language: frozenset(map(fold, [*shelf["words"][language], *shelf["openings"][language], *drawn[language]]))
        - _borrowed()
        for language in LANGUAGES
    }


@functools.cache
def _borrowed() -> frozenset[str]:
    return frozenset(map(fold, read_shelf("bot.understanding", "words.yml")["borrowed"]))


@functools.cache
def _detector() -> LanguageDetector:
    from lingua import Language, LanguageDetectorBuilder

    spoken = (Language.FRENCH, Language.ENGLISH, Language.SPANISH, Language.ARABIC)
    return LanguageDetectorBuilder.from_languages(*spoken).with_low_accuracy_mode().build()
