"""Turns criteria into the columns that matching compares, exactly as the search's own filters unfold them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import date
from typing import Any

from bot.catalogue.criteria import Criteria
from bot.catalogue.filters import filter_values

# Any day: the criteria alone are unfolded; the day of the comparison comes with it.
_ANY_DAY = date(2000, 1, 1)
_AS_THEY_ARE = (
    "kind", "fields", "longest", "shortest", "start_from", "start_until", "age", "levels", "programmes", "organisation",
    "excluded_fields", "excluded_kinds", "excluded_programmes", "excluded_countries", "excluded_cities",
)  # fmt: skip


def columns_of(criteria: Criteria, words: str) -> dict[str, Any]:
    """Return the columns of a saved search; a place that is no country's leaves an empty list, and nothing fits.

    Args:
        criteria: what the search asks for.
        words: what it requires beyond its criteria, as its person spelt it; see `bot.alerts.asked_words`.
    """
    values = filter_values(criteria, _ANY_DAY)
    has_place = criteria.has_place()
    columns = {name: values[name] for name in _AS_THEY_ARE}
    columns["countries"] = (values["all_countries"] or []) if has_place else None
    columns["city_keys"] = values["cities"] if has_place else None
    columns["words"] = words or None
    return columns


def criteria_key(criteria: Criteria, words: Collection[str]) -> str:
    """Return what tells searches apart: the same criteria that require the same words, however said, are one."""
    known = {**criteria.to_json(), "words": sorted(words)}
    return hashlib.sha256(json.dumps(known, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]
