"""Levels of study, from none to bac+5, in the order offers compare them.

The level is the one reached, not the one prepared, when the words make the difference: somebody
in "terminale" has no bac yet. A year of a degree counts for the step of the scale it belongs to
("licence 1" and "licence 2" are bac+2, "master 1" is bac+5), because offers ask in those steps.
"""

from __future__ import annotations

import functools

from bot.vocabulary.lookup import Lookup, bare, index
from bot.vocabulary.shelf import known_language, read_shelf
from bot.vocabulary.text import fold

LEVELS: tuple[str, ...] = ("none", "cap", "bac", "bac+2", "bac+3", "bac+5")


def level_code(text: str) -> str | None:
    """Return the level of study a text says was reached, else None.

    "Sans le bac" is a condition, not a level: it gives None.
    """
    folded = fold(text.replace("+", " "))
    if _is_denied(folded):
        return _lookup().exact(folded)
    return _lookup().exact(folded) or _longest_inside(folded)


def exact_level_code(text: str) -> str | None:
    """Return the level whose name is the whole text, else None."""
    return _lookup().codes.get(fold(text))


def level_order(code: str) -> int:
    """Return the rank of a level, 0 for none; an unknown level ranks as none."""
    return LEVELS.index(code) if code in LEVELS else 0


def level_below(code: str) -> str:
    """Return what somebody without a level has at least: nothing for the first diplomas, else the step before it."""
    return "none" if level_order(code) <= level_order("bac") else LEVELS[level_order(code) - 1]


def level_label(code: str, language: str) -> str:
    """Return the name of a level in a language; an unknown code is returned as it is."""
    entry = read_shelf("bot.vocabulary", "levels.yml")["labels"].get(code)
    return str(entry[known_language(language)]) if entry else code


def _is_denied(folded: str) -> bool:
    return any(word in {"sans", "pas", "without", "no", "sin", "بدون", "ni"} for word in folded.split())


def _longest_inside(folded: str) -> str | None:
    words = bare(folded).split()
    for size in range(min(4, len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            code = _lookup().codes.get(" ".join(words[start : start + size]))
            if code:
                return code
    return None


@functools.cache
def _lookup() -> Lookup:
    shelf = read_shelf("bot.vocabulary", "levels.yml")
    return Lookup(index((word.replace("+", " "), code) for code in LEVELS for word in shelf[code]), score=101.0)
