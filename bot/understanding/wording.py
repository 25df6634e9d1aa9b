"""The words of time and number, read once: what durations, periods and ages are recognised from."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from rapidfuzz import fuzz, process

from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import fold, is_arabic

_NEAR = 84.0
_SHORTEST_MISSPELT = 5
_NO_MONTHS = frozenset(
    {"marche", "marches", "marcher", "marchez", "maree", "autre", "autres", "ouvre", "mayor", "mayores", "augustin"}
)
_GLUED = ("وال", "بال", "فال", "لل", "ال", "ف", "ب", "ل", "و")


@functools.cache
def words_for(section: str) -> Mapping[str, str]:
    """Return the folded words of a section of `calendar.yml` with what each stands for.

    A section that is a plain list maps its words to the section's own name.
    """
    content = read_shelf("bot.understanding", "calendar.yml")[section]
    groups = content if isinstance(content, dict) else {section: content}
    return {fold(word): key for key, words in groups.items() for word in words}


@functools.cache
def pattern_of(section: str) -> str:
    """Return a regular expression, longest words first, that matches any word of a section."""
    words = sorted(words_for(section), key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, words)) + ")"


def time_fold(text: str) -> str:
    """Fold a text for the grammar of time: digits apart from letters, Arabic prefixes off, months spelt right.

    Dates keep their separators as spaces: "12/03/2027" gives "12 03 2027".
    """
    spaced = re.sub(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)", " ", fold(text))
    return " ".join(_spelt(word) for word in spaced.split())


def number_of(words: str) -> float | None:
    """Return a number written in digits (with a comma or a point) or in words, else None."""
    plain = words.strip().replace(",", ".")
    if re.fullmatch(r"\d{1,4}(\.\d{1,2})?", plain):
        return float(plain)
    found = words_for("numbers").get(fold(words))
    return float(found) if found else None


def contains(folded: str, section: str) -> bool:
    """Say whether a folded text holds a whole word or phrase of a section."""
    return bool(re.search(rf"\b{pattern_of(section)}\b", folded))


def _spelt(word: str) -> str:
    """Return a word without glued Arabic prefix, or the month it misspells."""
    if word in _known() or word.isdigit():
        return word
    if is_arabic(word[0]):
        return next(
            (rest for prefix in _GLUED if (rest := word.removeprefix(prefix)) != word and rest in _known()), word
        )
    return _nearest_month(word) or word


def _nearest_month(word: str) -> str | None:
    if len(word) < _SHORTEST_MISSPELT or word in _NO_MONTHS:
        return None
    long_names = [name for name in words_for("months") if len(name) >= _SHORTEST_MISSPELT]
    hit = process.extractOne(word, long_names, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return hit[0] if hit else None


@functools.cache
def _known() -> frozenset[str]:
    sections = read_shelf("bot.understanding", "calendar.yml")
    return frozenset(part for name in sections for phrase in words_for(name) for part in phrase.split())
