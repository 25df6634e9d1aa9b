"""The keys under which offers meet saved searches: combinations of the criteria that tell offers apart the most.

A search has one key for each combination of its values: internships in Spain or Portugal have two. An offer has one for
each set of criteria that a search may hold, a few dozen. Only what shares a key is compared in full, so that the cost
grows with what matches and not with searches times offers. A key never leaves a match out: what it does not hold is
compared afterwards.

Where the criteria tell too little apart, what else the search holds brings it to offers: the letters of the
organisation, or its words and their meaning.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from bot.catalogue.criteria import ADULT

# The dimension of the most values is dropped until a search has no more keys than this.
MOST_KEYS = 64
# A search with words or an organisation is met by these when its criteria let through more offers than this share.
_TELLING = 0.02
# Roughly what share of offers one value of a dimension lets through.
_SHARES = {"kind": 0.2, "place": 0.03, "field": 0.05, "programme": 0.05, "minors": 0.25}
EVERYTHING = "*"
WORD, LETTERS = "w:", "o:"

Dimensions = dict[str, Sequence[str]]


def keys_of_search(columns: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return by what offers meet a search, and its keys when it is by the combinations of its criteria.

    Args:
        columns: see `bot.alerts.unfolding.columns_of`.

    Returns:
        "criteria" with the keys, or "letters" (of the organisation) or "words", whose keys the database knows.
    """
    dimensions = _dimensions(columns)
    if not _is_telling(dimensions):
        if columns["organisation"] is not None:
            return "letters", []
        if columns["words"] is not None:
            return "words", []
    return "criteria", _keys(dimensions)


def offer_keys(offer: Any) -> Iterator[str]:
    """Yield the keys that an offer, a row of what filters read, may be met under."""
    values: Dimensions = {"kind": [offer.kind], "place": [*offer.countries, *offer.city_keys], "field": [offer.field]}
    if offer.programme:
        values["programme"] = [offer.programme]
    if offer.open_to_minors:
        values["minors"] = ["yes"]
    for size in range(len(values) + 1):
        for names in combinations(values, size):
            yield from _keys({name: values[name] for name in names})


def _dimensions(columns: Mapping[str, Any]) -> Dimensions:
    """Return what a search asks of each dimension, few enough combinations; none for a search of something else."""
    age = columns["age"]
    places = None if columns["countries"] is None else [*columns["countries"], *(columns["city_keys"] or ())]
    asked: dict[str, Sequence[str] | None] = {
        "kind": [columns["kind"]] if columns["kind"] else None,
        "place": places,
        "field": columns["fields"],
        "programme": columns["programmes"],
        "minors": ["yes"] if age is not None and age < ADULT else None,
    }
    kept = {name: values for name, values in asked.items() if values is not None}
    while math.prod(len(values) for values in kept.values()) > MOST_KEYS:
        del kept[max(kept, key=lambda name: len(kept[name]))]
    return kept


def _is_telling(dimensions: Dimensions) -> bool:
    """Say whether these values tell enough offers apart by themselves."""
    shares = (min(1.0, len(values) * _SHARES[name]) for name, values in dimensions.items())
    return math.prod(shares) <= _TELLING


def _keys(dimensions: Dimensions) -> list[str]:
    """Return the keys of a search: one for each combination of its values."""
    return [_key(zip(dimensions, values, strict=True)) for values in product(*dimensions.values())]


def _key(parts: Any) -> str:
    return "|".join(f"{name}={value}" for name, value in parts) or EVERYTHING
