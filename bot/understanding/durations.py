"""How long a stay lasts, in months, from a few written words in four languages.

A week is a quarter of a month, a fortnight or fifteen days half of one, because offers are
compared in months and nobody counts days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding.models import Json
from bot.understanding.wording import number_of, pattern_of, words_for
from bot.vocabulary.text import fold

_MONTHS_IN = {"day": 1 / 30, "week": 0.25, "month": 1.0, "year": 12.0, "semester": 6.0, "quarter": 3.0}
_LONGEST_MONTHS = 120.0
_PLURAL_OR_UNCLEAR = frozenset(
    {
        "j",
        "moi",
        "mois",
        "months",
        "meses",
        "mes",
        "jours",
        "days",
        "dias",
        "weeks",
        "semanas",
        "ans",
        "years",
        "anos",
        "sem",
    }
)
_AT_LEAST = re.compile(
    r"\b(?:au moins|minimum|mini|min|plus d[eu]?|plus que|at least|more than|over|al menos|mas de|como minimo|"
    r"علي الاقل|اكثر من|كتر من)\b"
)
_AT_MOST = re.compile(
    r"\b(?:au plus|maximum|maxi|max|moins d[eu]?|moins que|jusqu|at most|less than|up to|under|como maximo|menos de|"
    r"hasta|maximo|pas plus|no mas|no more|not more|علي الاكثر|اقل من)\b"
)
_CLAUSE = re.compile(r"[.!?;,:\n؟،]+")
# What may stand between such words and the length: "au moins pour 4 mois", "jusqu'à 2 mois".
_BETWEEN = r"(?: (?:a|de|d|que|than|of|pour|for|un|une|el|la|l))*"
_ENDS_AT_MOST = re.compile(rf"{_AT_MOST.pattern}{_BETWEEN}$")
_ENDS_AT_LEAST = re.compile(rf"{_AT_LEAST.pattern}{_BETWEEN}$")
# After a length fewer words bound it: in "2 mois plus de choix" none does.
_BEGINS_AT_MOST = re.compile(r"(?:au plus|maximum|maxi|max|at most|como maximo|maximo|علي الاكثر)\b")
_BEGINS_AT_LEAST = re.compile(
    r"(?:au moins|minimum|mini|min|at least|al menos|como minimo|minimo|علي الاقل|(?:ou|or|o) (?:plus|more|mas))\b"
)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of stay in months; a missing bound is open."""

    months_min: float | None
    months_max: float | None

    def to_json(self) -> dict[str, Json]:
        """Return {"months": n} for one length, else the bounds that are known."""
        if self.months_min == self.months_max:
            return {"months": _short(self.months_min)}
        bounds = {"months_min": self.months_min, "months_max": self.months_max}
        return {name: _short(months) for name, months in bounds.items() if months is not None}


def parse_duration(text: str) -> Duration | None:
    """Return the length of stay a text gives, None when it gives none ("court"); never raises."""
    folded = _prepared(text)
    months = _whole_phrase(folded) or _range(folded) or _single(folded)
    if months is None or not 0 < months[1] <= _LONGEST_MONTHS:
        return None
    return _bounded(folded, *months)


def bounds_around(before: str, after: str) -> tuple[bool, bool]:
    """Say whether the words next to a length make it the longest, or the shortest: "moins de 3 mois", "2 meses max"."""
    words = f"{_CLAUSE.split(before)[-1]} "
    following = _CLAUSE.split(after)[0]
    is_longest = bool(_ENDS_AT_MOST.search(fold(words))) or bool(_BEGINS_AT_MOST.match(fold(following)))
    is_shortest = bool(_ENDS_AT_LEAST.search(fold(words))) or bool(_BEGINS_AT_LEAST.match(fold(following)))
    return is_longest, is_shortest and not is_longest


def _prepared(text: str) -> str:
    """Fold a text but keep decimal commas and points, and set digits apart from letters."""
    guarded = re.sub(r"(?<=\d)[.,](?=\d)", " point ", text)
    spaced = re.sub(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)", " ", fold(guarded))
    return spaced.replace(" point ", ".")


def _bounded(folded: str, low: float, high: float) -> Duration:
    if low == high and _AT_MOST.search(folded):
        return Duration(None, high)
    if low == high and _AT_LEAST.search(folded):
        return Duration(low, None)
    return Duration(min(low, high), max(low, high))


def _whole_phrase(folded: str) -> tuple[float, float] | None:
    """Recognise the phrases that say a length without a number: "un semestre", "شهرين", "a fortnight"."""
    phrases = sorted(words_for("duals").items(), key=lambda pair: len(pair[0]), reverse=True)
    months = next((float(value) for phrase, value in phrases if re.search(rf"\b{re.escape(phrase)}\b", folded)), None)
    return (months, months) if months else None


def _range(folded: str) -> tuple[float, float] | None:
    number = rf"\d+(?:\.\d+)?|{pattern_of('numbers')}"
    units = pattern_of("units")
    join = rf"(?:{pattern_of('to')} )?"
    found = re.search(rf"\b({number}) (?:({units}) )?{join}({number}) ({units})\b", folded)
    if not found:
        return None
    low, high = number_of(found[1]), number_of(found[3])
    unit_high = _MONTHS_IN[words_for("units")[found[4]]]
    unit_low = _MONTHS_IN[words_for("units")[found[2]]] if found[2] else unit_high
    if low is None or high is None or (not found[2] and low >= high):
        return None
    return (_rounded(low * unit_low), _rounded(high * unit_high))


def _single(folded: str) -> tuple[float, float] | None:
    number = rf"\d+(?:\.\d+)?|{pattern_of('numbers')}"
    found = re.search(rf"\b(?:({number}) )?({pattern_of('units')})\b( et demi\w*| and a half| y medi\w+)?", folded)
    if not found or (found[1] is None and not _is_lone_unit(folded, found[2])):
        return None
    amount = number_of(found[1]) if found[1] else 1.0
    unit = _MONTHS_IN[words_for("units")[found[2]]]
    months = _rounded(((amount or 0.0) + (0.5 if found[3] else 0.0)) * unit)
    return (months, months)


def _is_lone_unit(folded: str, unit: str) -> bool:
    """Say whether a unit without a number is the whole text: "semestre", "شهر", "l'année"."""
    words = [word for word in folded.split() if word not in {"l", "le", "la", "pour", "por", "for", "el", "durant"}]
    return words == [unit] and unit not in _PLURAL_OR_UNCLEAR


def _rounded(months: float) -> float:
    """Round to what people mean: days to the half month they stand for, the rest to a quarter."""
    return round(months * 4) / 4 if months >= 0.25 else round(months, 2)  # noqa: PLR2004 - a week


def _short(months: float | None) -> Json:
    return int(months) if months is not None and months == int(months) else months
