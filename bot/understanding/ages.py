"""How old somebody says they are."""

from __future__ import annotations

import functools
import re

from bot.understanding.wording import pattern_of, words_for
from bot.vocabulary.text import fold

YOUNGEST, OLDEST = 10, 99
_SHORTEST_MONTH = 4  # "17 may I apply", "16 out of school": a short name of a month is often another word


def parse_age(text: str) -> int | None:
    """Return the age a text gives, in years, in digits of any script or in words; None outside 10 to 99."""
    folded = fold(text)
    digits = re.search(r"(?<!\d)(\d{2})(?!\d)", folded)
    if digits:
        age = int(digits[1])
        return age if YOUNGEST <= age <= OLDEST else None
    if re.search(r"\d", folded):
        return None
    words = re.findall(rf"\b{pattern_of('numbers')}\b", folded)
    ages = [int(words_for("numbers")[word]) for word in words]
    return next((age for age in ages if YOUNGEST <= age <= OLDEST), None)


def counts_no_years(value: str, after: str) -> bool:
    """Say whether what was taken for an age counts something else than years: "15 jours", "10h", "20 décembre".

    A number read as an age decides what somebody may be shown and sent: it must not come from a rhythm or an hour.

    Args:
        value: the words taken for an age.
        after: the text that follows them.
    """
    if digits := re.match(r"\D*\d+\s?([^\W\d_]+|€)", value + after):
        return fold(digits[1]) in _no_years() or digits[1] == "€"
    if re.search(r"\d", value):
        return False
    return any(word in _no_years() for word in (*fold(value).split()[-1:], *fold(after).split()[:1]))


@functools.cache
def _no_years() -> frozenset[str]:
    months = (word for word in words_for("months") if len(word) >= _SHORTEST_MONTH)
    return frozenset({*words_for("no_age"), *months})
