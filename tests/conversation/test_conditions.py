"""Conditions in words: what is asked, and what is missing to know."""

from __future__ import annotations

import pytest

from bot.conversation.conditions import failed_words, missing_words
from bot.knowledge.service import Condition


def condition(**fields: object) -> Condition:
    return Condition.model_validate(fields)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"fact": "age", "min": 18, "max": 30}, "âge : 18–30"),
        ({"fact": "age", "max": 30}, "âge : 30 ou moins"),
        ({"fact": "months", "min": 12, "max": 24}, "durée : 12 à 24 mois"),
        ({"fact": "months", "min": 0.9}, "durée : 4 semaines ou plus"),
        ({"fact": "months", "min": 2.75}, "durée : 3 mois ou plus"),
        ({"fact": "level", "min": "bac"}, "diplôme : Bac ou plus"),
        ({"fact": "destination", "any": ["DE"]}, "destination : Allemagne"),
    ],
)
def test_a_condition_says_what_it_asks_for(wanted: dict[str, object], expected: str) -> None:
    assert failed_words(condition(**wanted), "fr") == expected


def test_english_puts_no_space_before_a_colon() -> None:
    assert failed_words(condition(fact="age", min=18), "en") == "age: 18 or more"


def test_what_is_missing_comes_with_what_is_asked_of_it_unless_that_is_long() -> None:
    everywhere = ["AR", "AU", "BR", "CL", "CO", "KR", "EC", "HK", "JP", "MX", "NZ", "PE", "TW", "UY"]
    conditions = [condition(fact="months", min=12, max=24), condition(fact="destination", any=everywhere)]
    assert missing_words(conditions, ["months", "destination"], "fr") == ["durée : 12 à 24 mois", "destination"]
