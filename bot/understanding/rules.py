"""The simple mode: what is still understood, and found in a text, when Rasa does not answer.

It knows greetings, politeness, help, a human, privacy, the list of results and plain searches; it
finds countries, regions, well-known towns, domains, schemes, durations, dates and ages by looking
them up. It is meant to be modest: what it does not know for sure it leaves to the menu.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from bot.understanding.models import Intent
from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import fold

_WHOLE_CONFIDENCE = 0.95
_INSIDE_CONFIDENCE = 0.8
_LONGEST = 300
_GAP = r"(?:\w+ ){0,3}"


def parse_by_rules(text: str, language: str) -> Intent | None:
    """Return the intent of a plain message, None when the rules do not know it.

    All languages are tried whatever `language` says: people greet in one and ask in another.
    """
    del language
    folded = fold(text[:_LONGEST])
    whole = _whole()
    name = whole.get(folded) or whole.get(_without_politeness(folded))
    if name:
        return Intent(name, _WHOLE_CONFIDENCE)
    inside = next((intent for intent, pattern in _inside().items() if pattern.search(folded)), None)
    return Intent(inside, _INSIDE_CONFIDENCE) if inside else None


def _without_politeness(folded: str) -> str:
    return re.sub(r"\s+", " ", _polite().sub(" ", f" {folded} ")).strip()


@functools.cache
def _whole() -> Mapping[str, str]:
    groups = read_shelf("bot.understanding", "rules.yml")["whole"]
    return {fold(phrase): intent for intent, phrases in groups.items() for phrase in phrases}


@functools.cache
def _inside() -> Mapping[str, re.Pattern[str]]:
    groups = read_shelf("bot.understanding", "rules.yml")["inside"]
    return {
        intent: re.compile("|".join(f"(?:{line.replace('~', _GAP)})" for line in lines))
        for intent, lines in groups.items()
    }


@functools.cache
def _polite() -> re.Pattern[str]:
    words = sorted(map(fold, read_shelf("bot.understanding", "rules.yml")["polite"]), key=len, reverse=True)
    return re.compile(r"(?<= )(?:" + "|".join(map(re.escape, words)) + r")(?= )")
