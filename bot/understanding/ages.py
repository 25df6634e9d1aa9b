"""How old somebody says they are."""

from __future__ import annotations

import re

from bot.understanding.wording import pattern_of, words_for
from bot.vocabulary.text import fold

YOUNGEST, OLDEST = 10, 99


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
