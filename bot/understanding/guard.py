"""What is decided before any model is asked: what may be sent to Rasa, and who needs human help at once.

Measured on Rasa 3.6.21: an empty text is a goodbye to it, a leading slash names an intent with
confidence 1, and one text of 20,000 words leaves the process at 14.6 GB. None of them reaches it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import fold

LONGEST_TEXT = 1_000
_GAP = r"(?:\w+ ){0,5}"
_CAPTURING = re.compile(r"\((?!\?)")


class Verdict(StrEnum):
    """What the guard says of a message; only `OK` and `TOO_LONG` texts may reach a model."""

    OK = "ok"
    EMPTY = "empty"
    LETTERLESS = "letterless"
    TOO_LONG = "too_long"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Screen:
    """A screened message.

    Attributes:
        verdict: what it is.
        text: the message without control characters and leading slashes, at most `LONGEST_TEXT` characters.
        command: the word after the slash, in lower case and without the bot's name, else None.
    """

    verdict: Verdict
    text: str
    command: str | None = None


def screen(text: str) -> Screen:
    """Say whether a message may be understood, and give the only form of it a model may see.

    A leading slash never survives, whatever spaces or invisible characters stand before it.
    """
    visible = _without_control(text)
    bare = visible.lstrip(" /").strip()
    verdict = _verdict(visible, bare)
    command = fold_command(bare) if verdict is Verdict.COMMAND else None
    return Screen(verdict, bare[:LONGEST_TEXT].rstrip(), command)


def fold_command(bare: str) -> str:
    """Return the first word of a command, without the bot's name: "start@EscaleBot abc" gives "start"."""
    first = bare.split(maxsplit=1)[0] if bare else ""
    return re.sub(r"\W.*", "", first).lower()


def is_distress(text: str) -> bool:
    """Say whether a message shows distress, violence, danger or a night without a roof, in four languages.

    It reads words, not minds: it is tuned to miss little (see `distress.yml` and its tests), and
    its answer is human help lines, never a diagnosis.
    """
    return bool(_signs().search(_calm().sub(" . ", opened(text))))


def opened(text: str) -> str:
    """Return the beginning of a text, folded, its chat spellings written out: "jveu" gives "je veux"."""
    return " ".join(_spelling().get(word, word) for word in fold(text[: 4 * LONGEST_TEXT]).split())


def _verdict(visible: str, bare: str) -> Verdict:
    if visible.startswith("/") and re.match(r"\w", bare):
        return Verdict.COMMAND
    if not bare:
        return Verdict.EMPTY
    if not any(character.isalnum() for character in bare):
        return Verdict.LETTERLESS
    return Verdict.TOO_LONG if len(bare) > LONGEST_TEXT else Verdict.OK


def _without_control(text: str) -> str:
    """Replace line ends by spaces and drop every other control, format, private or lone surrogate character."""
    kept = (" " if character in "\n\r\t\x0b\x0c\x85\u2028\u2029" else _printable(character) for character in text)
    return re.sub(r"\s+", " ", "".join(kept)).strip()


def _printable(character: str) -> str:
    return "" if unicodedata.category(character).startswith("C") else character


def _spelling() -> Mapping[str, str]:
    spelling: Mapping[str, str] = read_shelf("bot.understanding", "distress.yml")["spelling"]
    return spelling


@functools.cache
def _calm() -> re.Pattern[str]:
    return _one_pattern(tuple(read_shelf("bot.understanding", "distress.yml")["calm"]))


@functools.cache
def _signs() -> re.Pattern[str]:
    signs = read_shelf("bot.understanding", "distress.yml")["signs"]
    return _one_pattern(tuple(line for lines in signs.values() for line in lines))


def _one_pattern(lines: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of any of the lines, at the beginning of a word.

    Each alternative then begins with its own first letter, and is given up at once: twenty times faster than lines that
    each look for the beginning of a word and capture groups that nobody reads. Longest texts took half a second.
    """
    either = "|".join(line.replace("~", _GAP) for line in lines)
    return re.compile(rf"\b[وفس]?(?:{_CAPTURING.sub('(?:', either)})")
