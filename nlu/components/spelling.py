"""How people write: one folded form of a message, and seeded copies with the mistakes of a small keyboard."""

import random
import re
import unicodedata
from typing import List

_REPEATED = re.compile(r"(\D)\1{2,}")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "´": "'", "œ": "oe", "æ": "ae", "\u00a0": " "})
# Tashkeel and tatweel change nothing of the meaning of an Arabic word; a doubled letter is a slip more often than not.
_ARABIC_MARKS = re.compile("[\u064b-\u0652\u0640]")
_ARABIC_TWICE = re.compile("([\u0621-\u064a])\\1+")
_WITHOUT_ACCENTS = 0.5
_DOUBLED, _SWAPPED, _NEIGHBOUR, _KINDS = 1, 2, 3, 4  # the kind 0 drops the letter
# fmt: off
_NEIGHBOURS = {
    "a": "zqs", "b": "vn", "c": "xv", "d": "sf", "e": "zr", "f": "dg", "g": "fh", "h": "gj", "i": "uo",
    "j": "hk", "k": "jl", "l": "km", "m": "l", "n": "b", "o": "ip", "p": "o", "q": "as", "r": "et",
    "s": "qd", "t": "ry", "u": "yi", "v": "cb", "w": "x", "x": "wc", "y": "tu", "z": "ae",
}
# fmt: on


def fold(text: str) -> str:
    """Return the message in lower case, with one kind of apostrophe and no letter more than twice in a row.

    A letter written three times or more ("slttt", "ouiii") is kept once, an Arabic one written twice too. Accents
    stay: see `without_accents`.
    """
    lowered = unicodedata.normalize("NFC", text).lower().translate(_APOSTROPHES)
    bare = _ARABIC_TWICE.sub(r"\1", _ARABIC_MARKS.sub("", lowered))
    return _REPEATED.sub(r"\1", bare).strip()


def without_accents(text: str) -> str:
    """Return the text without the accents of Latin letters; other scripts are left alone."""
    decomposed = unicodedata.normalize("NFD", text)
    kept = [c for c in decomposed if not "\u0300" <= c <= "\u036f"]
    return unicodedata.normalize("NFC", "".join(kept))


def misspelt(text: str, *, rate: float, rng: random.Random) -> str:
    """Return a copy as a hurried thumb writes it: with typos, and without accents half of the time."""
    return with_typos(without_accents(text) if rng.random() < _WITHOUT_ACCENTS else text, rate=rate, rng=rng)


def with_typos(text: str, *, rate: float, rng: random.Random) -> str:
    """Return a copy with mistakes: each letter has the probability `rate` of being hit.

    A hit drops the letter, doubles it, swaps it with the next one or takes a neighbour on an AZERTY keyboard.
    """
    letters: List[str] = list(text)
    out: List[str] = []
    i = 0
    while i < len(letters):
        letter = letters[i]
        if letter.isalpha() and rng.random() < rate:
            kind = rng.randrange(_KINDS)
            if kind == _DOUBLED:
                out.append(letter * 2)
            elif kind == _SWAPPED and i + 1 < len(letters):
                out.extend((letters[i + 1], letter))
                i += 1
            elif kind == _NEIGHBOUR:
                out.append(rng.choice(_NEIGHBOURS.get(letter, letter)))
        else:
            out.append(letter)
        i += 1
    return "".join(out)
