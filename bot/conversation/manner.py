"""How a person is spoken to: "tu" unless they choose "vous" (in Spanish "usted"); plain words for who wants them."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from bot.chat.keyboards import Button
from bot.conversation.answers import resume_rows
from bot.conversation.replies import Reply, Turn, speak
from bot.locales.service import say
from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import fold

_LONGEST_ASKING = 12  # words; beyond, "vouvoyer" is part of another story
_SPEAK_WITH_VOUS = ("fr", "es")
# What each wish changes of a person.
_WISHES: dict[str, dict[str, bool]] = {
    "formal": {"is_formal": True},
    "informal": {"is_formal": False},
    "plain": {"is_plain": True},
    "usual": {"is_plain": False},
}


def manner_asked(text: str) -> str | None:
    """Return how a message asks to be spoken to: "formal", "informal", "plain" or "usual"; None when it does not."""
    folded = fold(text)
    if len(folded.split()) > _LONGEST_ASKING:
        return None
    found = {manner: match.group() for manner, wish in _wishes().items() if (match := wish.search(folded))}
    return max(found, key=lambda manner: len(found[manner]), default=None)


def beside_manner(text: str) -> str:
    """Return what a message says besides how to be spoken to, folded."""
    rest = fold(text)
    for wish in _wishes().values():
        rest = wish.sub(" ", rest)
    return rest.strip()


def choose_style(turn: Turn) -> Reply:
    """Offer the manners of speaking that the language has."""
    wishes = ["informal", "formal"] if turn.language in _SPEAK_WITH_VOUS else []
    rows = [[_button(turn, wish) for wish in pair] for pair in (wishes, ["plain", "usual"]) if pair]
    return Reply(say("chat.style", turn.language), rows)


def set_style(turn: Turn, wish: str) -> Reply:
    """Speak from now on as the person wishes."""
    for name, value in _WISHES[wish].items():
        setattr(turn.person, name, value)
    speak(turn, turn.language)
    return Reply(say(f"chat.style_{wish}_set", turn.language), resume_rows(turn))


def _button(turn: Turn, wish: str) -> Button:
    return Button(say(f"chat.style_{wish}", turn.language), "set_style", {"wish": wish})


@functools.cache
def _wishes() -> Mapping[str, re.Pattern[str]]:
    shelf = read_shelf("bot.conversation", "manner.yml")
    phrases = {
        manner: sorted((phrase for listed in shelf[manner].values() for phrase in listed), key=len, reverse=True)
        for manner in _WISHES
    }
    return {manner: re.compile(rf"(?<!\S)(?:{'|'.join(words)})(?!\S)") for manner, words in phrases.items()}
