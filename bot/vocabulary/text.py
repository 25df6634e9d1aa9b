"""The one folding of written words, shared by every look-up of the house, and how phrases are found in a folded text.

Two spellings that a reader takes for the same word fold to the same string, whatever the
keyboard: case, accents, apostrophes, hyphens, Arabic alef, ya, ta marbuta and digits.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_LETTERS = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ı": "i",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "گ": "غ",
        "ڤ": "ف",
        "پ": "ب",
        "ة": "ه",
        "ٱ": "ا",
        "ء": "",
        "ـ": "",
    }
)
_NOT_A_WORD = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f\u0640\u064b-\u065f\u0670]+[^\W_]*)*")
_UNIT = re.compile(r"(?<=\d)(?=[^\W\d])")
# What parts a message as it was written; folding takes it away.
BREAK = re.compile(r"[.,;:!?…،؛؟\n]+")
_COMBINING = ("Mn", "Mc", "Me", "Cf")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a message: its folded form and its offsets in the original message."""

    folded: str
    start: int
    end: int


@functools.lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Fold a text to the form every vocabulary is indexed by.

    Case, accents, Arabic vowel marks, tatweel and hamza are dropped, alef, ya and ta marbuta are
    unified, digits of any script become 0-9, and anything that is not a letter or a digit
    (apostrophes, hyphens, emoji) becomes one space. Folding twice changes nothing.
    """
    if text.isascii():
        return _NOT_A_WORD.sub(" ", text.casefold()).strip()
    spelled = unicodedata.normalize("NFKD", text.translate(_LETTERS).casefold().translate(_LETTERS))
    kept = "".join(_plain(character) for character in spelled)
    return _NOT_A_WORD.sub(" ", kept.translate(_LETTERS).casefold()).strip()


def words_of(text: str) -> tuple[Word, ...]:
    """List the words of a message with their offsets; words that fold to nothing are left out."""
    found = (Word(fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(text))
    return tuple(word for word in found if word.folded)


def any_of(phrases: Iterable[str]) -> str:
    """Return a regular expression that matches any of some folded phrases, the longest first."""
    return f"(?:{'|'.join(map(re.escape, sorted(phrases, key=len, reverse=True)))})"


@functools.cache
def phrase_pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of some phrases, folded here, as whole words of a folded text."""
    return re.compile(rf"(?<!\S){any_of(map(fold, phrases))}(?!\S)")


def numbers_apart(folded: str) -> str:
    """Return a folded text with numbers apart from the letters right after them: "6pm" as "6 pm"."""
    return _UNIT.sub(" ", folded)


def has_question_mark(text: str) -> bool:
    """Say whether a message holds a question mark, of either script."""
    return "?" in text or "؟" in text


def is_arabic(character: str) -> bool:
    """Say whether a character belongs to the Arabic blocks of Unicode."""
    return "\u0600" <= character <= "\u06ff" or "\u0750" <= character <= "\u077f" or "\ufb50" <= character <= "\ufefc"


def _plain(character: str) -> str:
    """Return an ASCII digit for any decimal digit, nothing for a mark, else the character."""
    if unicodedata.category(character) in _COMBINING:
        return ""
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)
