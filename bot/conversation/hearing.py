"""What is heard in a message before any model is asked: the label of a button, insults that say nothing else."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from bot.chat.keyboards import Press, last_buttons
from bot.conversation.replies import Turn
from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import fold

_LONGEST_INSULT = 120
_LONGEST_LABEL = 64
_COUNT = re.compile(r"\s\d+$")  # "En Espagne (12)" is typed "en espagne"


async def typed_press(turn: Turn) -> Press | None:
    """Return the button last shown whose label was typed, without emoji, capitals or the number of offers it tells."""
    typed = fold(turn.text) if len(turn.text) <= _LONGEST_LABEL else ""
    if not typed:
        return None
    buttons = await last_buttons(turn.session, person_id=turn.person.id, now=turn.now)
    return labelled(typed, buttons)


def labelled(typed: str, buttons: Iterable[tuple[str, Press]]) -> Press | None:
    """Return the first button whose folded label is what was typed, with or without its count."""
    by_label: dict[str, Press] = {}
    for label, press in buttons:
        folded = fold(label)
        by_label.setdefault(folded, press)
        by_label.setdefault(_COUNT.sub("", folded), press)
    return by_label.get(typed)


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
