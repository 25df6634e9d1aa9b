"""Turns criteria into the columns that matching compares, exactly as the search's own filters unfold them."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from bot.catalogue.criteria import Criteria
from bot.catalogue.filters import filter_values
from bot.catalogue.words import free_text, free_words

# Any day: the criteria alone are unfolded; the day of the comparison comes with it.
_ANY_DAY = date(2000, 1, 1)
_AS_THEY_ARE = (
    "kind", "fields", "longest", "shortest", "start_from", "start_until", "age", "levels", "programmes", "organisation",
    "excluded_fields", "excluded_kinds", "excluded_programmes", "excluded_countries", "excluded_cities",
)  # fmt: skip


def columns_of(criteria: Criteria) -> dict[str, Any]:
    """Return the columns of a saved search; a place that is no country's leaves an empty list, and nothing fits."""
    values = filter_values(criteria, _ANY_DAY)
    has_place = criteria.has_place()
    columns = {name: values[name] for name in _AS_THEY_ARE}
    columns["countries"] = (values["all_countries"] or []) if has_place else None
    columns["city_keys"] = values["cities"] if has_place else None
    columns["words"] = free_text(criteria) or None
    return columns


def criteria_key(criteria: Criteria) -> str:
    """Return what tells searches apart: the same criteria with the same content words, however said, are one."""
    known = {**criteria.to_json(), "words": sorted(free_words(criteria))}
    return hashlib.sha256(json.dumps(known, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]
