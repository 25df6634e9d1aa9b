"""Funding schemes: what applies, what adds up, what excludes, and totals that are never invented."""

from __future__ import annotations

from bot.knowledge.situations import Situation
from bot.knowledge.stacking import stack
from tests.knowledge.samples import scheme

STUDENT = {"fact": "status", "any": ["student"]}
ABROAD = {"fact": "destination", "none": ["FR"]}


def names(schemes: object) -> list[str]:
    return [each.id for each in schemes]  # type: ignore[attr-defined]


def test_schemes_apply_may_apply_or_fail_with_what_is_missing() -> None:
    found = stack(
        [scheme("sure", ABROAD), scheme("open", STUDENT), scheme("no", {"fact": "age", "max": 17})],
        Situation.of({"destination": ["ES"], "age": 20}),
    )
    assert [each.scheme.id for each in found.applies] == ["sure"]
    assert [(each.scheme.id, each.judgement.missing) for each in found.may_apply] == [("open", ("status",))]
    assert [(each.scheme.id, each.judgement.failed[0].fact) for each in found.fails] == [("no", "age")]


def test_a_scheme_of_another_programme_fails_once_the_programme_is_known() -> None:
    tied = scheme("tied", programmes=["erasmus"])
    assert stack([tied], Situation()).applies
    assert stack([tied], Situation(), programmes=["erasmus", "vie"]).applies
    assert stack([tied], Situation(), programmes=["vie"]).fails


def test_schemes_add_up_only_when_an_entry_says_so_and_exclusion_wins() -> None:
    schemes = [
        scheme("a", adds_with=["b", "c"]),
        scheme("b", adds_with=["c"]),
        scheme("c"),
        scheme("d", adds_with=["a"], excludes=["a"]),
        scheme("e"),
    ]
    found = stack(schemes, Situation())
    assert [names(group) for group in found.sets] == [["a", "b", "c"]]
    assert [names(pair) for pair in found.exclusive] == [["a", "d"]]


def test_groups_are_the_largest_and_may_share_a_scheme() -> None:
    found = stack([scheme("a", adds_with=["b", "c"]), scheme("b", excludes=["c"]), scheme("c")], Situation())
    assert [names(group) for group in found.sets] == [["a", "b"], ["a", "c"]]


def test_what_failed_adds_up_with_nothing() -> None:
    found = stack([scheme("a", adds_with=["b"]), scheme("b", {"fact": "age", "max": 10})], Situation.of({"age": 20}))
    assert found.sets == ()


def test_what_must_be_asked_before_leaving_is_told_for_what_may_apply_too() -> None:
    schemes = [scheme("a", before_departure=True), scheme("b", STUDENT, before_departure=True), scheme("c")]
    assert names(stack(schemes, Situation()).before_departure()) == ["a", "b"]


def test_what_only_an_association_asks_for_has_no_place_in_the_stack() -> None:
    found = stack([scheme("mine"), scheme("theirs", collective=True)], Situation())
    assert [each.scheme.id for each in (*found.applies, *found.may_apply, *found.fails)] == ["mine"]


def test_nothing_is_said_to_add_up_with_or_to_exclude_what_is_not_sure() -> None:
    unsure = scheme("unsure", adds_with=["a"], excludes=["b"], confidence="low")
    found = stack([scheme("a"), scheme("b"), unsure], Situation())
    assert names(each.scheme for each in found.applies) == ["a", "b", "unsure"]
    assert (found.sets, found.exclusive) == ((), ())
