"""Conditions are answered yes, no or unknown, and what is missing is named."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from bot.knowledge.conditions import Condition, judge, truth_of
from bot.knowledge.situations import Situation, places_of
from bot.knowledge.truths import Truth

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
WORDS = {"fr": "à voir", "en": "to see", "es": "por ver", "ar": "للتحقق"}
ORDER = (NO, UNKNOWN, YES)


def condition(**fields: Any) -> Condition:
    return Condition.model_validate(fields)


@pytest.mark.parametrize(("one", "other"), list(product(ORDER, ORDER)))
def test_and_is_the_least_or_is_the_greatest(one: Truth, other: Truth) -> None:
    ranks = sorted((ORDER.index(one), ORDER.index(other)))
    assert Truth.of_all((one, other)) is ORDER[ranks[0]]
    assert Truth.of_any((one, other)) is ORDER[ranks[1]]


def test_the_contrary_of_unknown_is_unknown() -> None:
    assert [truth.denied() for truth in (YES, NO, UNKNOWN)] == [NO, YES, UNKNOWN]


def test_nothing_to_fulfil_is_fulfilled() -> None:
    assert judge((), Situation()).truth is YES


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, UNKNOWN),
        ({"age": 17}, NO),
        ({"age": 18}, YES),
        ({"age": 30}, YES),
        ({"age": 31}, NO),
        ({"age": [26, 30]}, YES),
        ({"age": [26, None]}, UNKNOWN),
        ({"age": [None, 17]}, NO),
        ({"age": [15, 20]}, UNKNOWN),
        ({"age": "vingt"}, UNKNOWN),
    ],
)
def test_an_age_is_compared_with_both_ends_included(told: dict[str, Any], expected: Truth) -> None:
    assert truth_of(condition(fact="age", min=18, max=30), Situation.of(told)) is expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, UNKNOWN),
        ({"destination": ["ES"]}, YES),
        ({"destination": ["CH"]}, NO),
        ({"destination": ["IS"]}, YES),
        ({"destination": ["BR"]}, NO),
        ({"destination": ["europe"]}, UNKNOWN),
        ({"destination": ["ES", "PT"]}, YES),
        ({"destination": ["ES", "BR"]}, UNKNOWN),
        ({"destination": ["outside-europe"]}, NO),
        ({"destination": ["nowhere"]}, UNKNOWN),
    ],
)
def test_a_region_stands_for_one_of_its_countries(told: dict[str, Any], expected: Truth) -> None:
    wanted = condition(fact="destination", any=["european-union", "IS"], none=["CH"])
    assert truth_of(wanted, Situation.of(told)) is expected


def test_only_a_refusal_is_fulfilled_by_any_other_place() -> None:
    refused = condition(fact="destination", none=["FR"])
    assert truth_of(refused, Situation.of({"destination": ["ES"]})) is YES
    assert truth_of(refused, Situation.of({"destination": ["FR"]})) is NO
    assert truth_of(refused, Situation.of({"destination": ["western-europe"]})) is UNKNOWN


def test_one_of_two_nationalities_is_enough() -> None:
    european = condition(fact="nationality", any=["european-union"])
    assert truth_of(european, Situation.of({"nationality": ["ML", "FR"]})) is YES
    assert truth_of(european, Situation.of({"nationality": ["ML"]})) is NO


def test_papers_and_nationality_tell_of_each_other() -> None:
    european = condition(fact="nationality", any=["european-union"])
    assert truth_of(european, Situation.of({"permit": ["refugee"]})) is NO
    assert truth_of(condition(fact="permit", any=["none"]), Situation.of({"nationality": ["FR"]})) is YES
    assert truth_of(condition(fact="permit", any=["none"]), Situation.of({"nationality": ["ML"]})) is UNKNOWN


@pytest.mark.parametrize(("level", "expected"), [("none", NO), ("cap", NO), ("bac", YES), ("bac+5", YES)])
def test_a_level_is_at_least_the_one_asked_for(level: str, expected: Truth) -> None:
    assert truth_of(condition(fact="level", min="bac"), Situation.of({"level": level})) is expected


@pytest.mark.parametrize(("told", "expected"), [({}, UNKNOWN), ({"grant": True}, YES), ({"grant": False}, NO)])
def test_a_scholarship_is_held_or_not(told: dict[str, Any], expected: Truth) -> None:
    assert truth_of(condition(**{"fact": "grant", "is": True}), Situation.of(told)) is expected


def test_what_is_missing_what_failed_and_what_to_check_are_named() -> None:
    conditions = (
        condition(fact="age", min=18),
        condition(fact="status", any=["student"]),
        condition(fact="kind", any=["internship"]),
        condition(check=WORDS),
    )
    open_question = judge(conditions, Situation.of({"age": 20}))
    assert (open_question.truth, open_question.missing) == (UNKNOWN, ("status", "kind"))
    assert [text.said("es") for text in open_question.checks] == ["por ver"]
    settled = judge(conditions, Situation.of({"age": 16, "status": ["student"]}))
    assert settled.truth is NO
    assert [failed.fact for failed in settled.failed] == ["age"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"fact": "age"},
        {"fact": "age", "min": "bac"},
        {"fact": "status"},
        {"fact": "status", "any": ["king"]},
        {"fact": "level", "min": "bac+9"},
        {"fact": "grant"},
        {"fact": "age", "min": 18, "check": WORDS},
        {"fact": "shoe_size", "min": 40},
    ],
)
def test_a_condition_that_says_nothing_or_nonsense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        condition(**wrong)


def test_rough_places_share_the_world_out() -> None:
    parts = [places_of(code) for code in ("european-union", "other-europe", "outside-europe")]
    assert sum(len(part) for part in parts) == len(frozenset().union(*parts))
    assert "FR" not in places_of("other-european-union")


def test_who_lives_outside_france_holds_no_french_permit_and_is_not_asked_for_one() -> None:
    permit = Condition(fact="permit", any=("residence_permit",))
    abroad = Situation.of({"nationality": "MA", "residence": "MA"})
    somewhere = Situation.of({"nationality": "MA", "residence": "outside-france"})
    assert [judge([permit], each).truth for each in (abroad, somewhere)] == [Truth.NO, Truth.NO]
    assert judge([permit], Situation.of({"nationality": "MA", "residence": "FR"})).missing == ("permit",)
