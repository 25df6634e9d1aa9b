"""Nationalities: what people say they are ("je suis malien", "pasaporte peruano"), as codes of countries.

An adjective counts only when it is said of a person: after words such as "je suis" or "passeport", after an age, or
alone. "Une entreprise allemande" and "je parle espagnol" say nothing of who writes.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from bot.vocabulary.shelf import known_language, phrases, read_shelf
from bot.vocabulary.text import fold, is_arabic

EUROPEAN_UNION = "european-union"
_ALONE = 3  # words: "malien", "je suis malien"
_ENDINGS = ("", "s", "e", "es", "ne", "nes")


def nationality_codes(text: str) -> tuple[str, ...]:
    """Return the nationalities that a message says of its writer, in its order, each once.

    A country code each, or `european-union` for "citoyen européen".
    """
    folded = fold(text)
    words = folded.split()
    if len(words) < _ALONE and (code := _codes().get(" ".join(words))):
        return (code,)
    found = (_codes().get(name) for match in _said().finditer(f" {folded} ") for name in _names_in(match))
    return tuple(dict.fromkeys(code for code in found if code))


def nationality_label(code: str, language: str) -> str:
    """Return the nationality in a language; an unknown code is returned as it is."""
    entry = _shelf()["nationalities"].get(code)
    return phrases(entry[known_language(language)])[0] if entry else code


def _names_in(match: re.Match[str]) -> list[str]:
    return [name for name in re.split(r" (?:et|and|y|e|o|ou|or|و) ?", match["names"]) if name]


@functools.cache
def _codes() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for code, entry in _shelf()["nationalities"].items():
        for language, written in entry.items():
            for phrase in phrases(written):
                for name in _forms(fold(phrase), language):
                    names.setdefault(name, code)
    return names


def _forms(name: str, language: str) -> list[str]:
    """Return the forms of a name that its spelling gives away: "malien" has "maliens", "malienne"."""
    if language == "ar" or is_arabic(name[0]):
        return [name, f"{name}ه", f"{name}ين", f"{name}يه", f"ال{name}"]
    if language == "es" and name.endswith("o"):
        return [name, name[:-1] + "a", name + "s", name[:-1] + "as"]
    return [name + ending for ending in _ENDINGS]


@functools.cache
def _said() -> re.Pattern[str]:
    openings = "|".join(sorted(map(re.escape, _folded("openings")), key=len, reverse=True))
    fillers = "|".join(map(re.escape, _folded("fillers")))
    names = "|".join(sorted(map(re.escape, _codes()), key=len, reverse=True))
    ages = "|".join(map(re.escape, _folded("ages")))
    person = rf"(?<= )(?:(?:{openings})|[1-9]\d ?(?:{ages})) (?:(?:{fillers}) ){{0,3}}"
    return re.compile(rf"{person}(?P<names>(?:{names})(?: (?:et |and |y |o |و ?)?(?:{names}))*)(?= )")


def _folded(section: str) -> list[str]:
    return [fold(phrase) for phrase in phrases(_shelf()[section])]


def _shelf() -> Mapping[str, Any]:
    return read_shelf("bot.vocabulary", "nationalities.yml")
