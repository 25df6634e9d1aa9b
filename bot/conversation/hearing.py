"""What is heard in a message before any model is asked: insults that say nothing else."""

from __future__ import annotations

import functools
import re

from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import fold

_LONGEST_INSULT = 120


def is_insult(text: str) -> bool:
    """Say whether a message only insults the assistant ("t'es vraiment un idiot"); swearing at life is no insult."""
    if len(text) > _LONGEST_INSULT:
        return False
    rest, phrases = _phrases().subn(" ", f" {fold(text)} ")
    words = rest.split()
    aimed = [word for word in words if word in _words("words")]
    return bool(phrases or aimed) and all(word in _words("words") or word in _words("around") for word in words)


@functools.cache
def _words(section: str) -> frozenset[str]:
    by_language = read_shelf("bot.conversation", "insults.yml")[section]
    return frozenset(fold(word) for words in by_language.values() for word in words)


@functools.cache
def _phrases() -> re.Pattern[str]:
    longest_first = sorted(_words("phrases"), key=len, reverse=True)
    return re.compile("|".join(rf"(?<= ){re.escape(phrase)}(?= )" for phrase in longest_first))
