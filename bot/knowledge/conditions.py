"""Conditions of entries and what is known of a person: yes, no, or to be checked (Kleene's three-valued logic).

A condition that names a fact nobody told is unknown, and so is one that only a human can tell. A list of conditions
holds when all hold, fails when one fails, and is unknown otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.knowledge.situations import PLACES, SPANS, STATUSES, Situation, Span, is_place_code, places_of
from bot.knowledge.texts import Text, at_most
from bot.knowledge.truths import Truth
from bot.vocabulary.kinds import KINDS
from bot.vocabulary.levels import LEVELS, level_order

Fact: TypeAlias = Literal[
    "age", "status", "nationality", "destination", "residence", "region", "months", "level", "kind", "grant", "permit"
]
PERMITS = (
    "residence_permit", "student_permit", "first_receipt", "renewal_receipt", "temporary", "asylum_seeker", "refugee",
    "subsidiary_protection", "long_term_eu", "none",
)  # fmt: skip
REGIONS = ("auvergne-rhone-alpes", "other")
VALUES: dict[str, tuple[str, ...]] = {
    "status": STATUSES,
    "permit": PERMITS,
    "region": REGIONS,
    "level": LEVELS,
    "kind": KINDS,
}

_MOST = 1_000  # years or months: beyond, somebody mistyped


class Condition(BaseModel):
    """One condition, as `docs/knowledge.md` writes it: on a fact, or a sentence that somebody must check."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    fact: Fact | None = None
    min: float | str | None = None
    max: float | str | None = None
    any_of: tuple[str, ...] = Field(default=(), alias="any")
    none_of: tuple[str, ...] = Field(default=(), alias="none")
    wanted: bool | None = Field(default=None, alias="is")
    check: Annotated[Text, at_most(80)] | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> Condition:
        if (self.fact is None) == (self.check is None):
            raise ValueError("name either a fact or a text to check")
        if self.fact is not None:
            _check_fact(self)
        return self


@dataclass(frozen=True)
class Judgement:
    """What a list of conditions gives for a situation.

    Attributes:
        truth: yes, no or unknown.
        missing: the facts that would settle it, in the order of the conditions.
        checks: what only a human or the official page can tell.
        failed: the conditions that do not hold.
    """

    truth: Truth
    missing: tuple[str, ...] = ()
    checks: tuple[Text, ...] = ()
    failed: tuple[Condition, ...] = ()


def judge(conditions: Sequence[Condition], situation: Situation) -> Judgement:
    """Return whether a situation fulfils every condition, and what is missing to know."""
    truths = [(condition, truth_of(condition, situation)) for condition in conditions]
    unknown = [condition for condition, truth in truths if truth is Truth.UNKNOWN]
    return Judgement(
        truth=Truth.of_all(truth for _, truth in truths),
        missing=tuple(dict.fromkeys(condition.fact for condition in unknown if condition.fact)),
        checks=tuple(condition.check for condition in unknown if condition.check),
        failed=tuple(condition for condition, truth in truths if truth is Truth.NO),
    )


def truth_of(condition: Condition, situation: Situation) -> Truth:
    """Return whether one condition holds."""
    if condition.fact is None:
        return Truth.UNKNOWN
    if condition.fact in SPANS:
        return _within(situation.spans.get(condition.fact), condition.min, condition.max)
    if condition.fact == "grant":
        return Truth.UNKNOWN if situation.has_grant is None else Truth.of(situation.has_grant is condition.wanted)
    wanted, refused = _accepted(condition), _codes(condition.fact, condition.none_of)
    held = situation.held.get(condition.fact)
    if held is None:
        return Truth.UNKNOWN
    return Truth.of_any(_membership(alternatives, wanted, refused) for alternatives in held)


def _membership(alternatives: frozenset[str], wanted: frozenset[str] | None, refused: frozenset[str]) -> Truth:
    is_wanted = Truth.YES if wanted is None else _share(alternatives, wanted)
    return Truth.of_all((is_wanted, _share(alternatives, refused).denied()))


def _share(alternatives: frozenset[str], codes: frozenset[str]) -> Truth:
    """Whether the one true alternative, which nobody knows, is among `codes`."""
    if alternatives <= codes:
        return Truth.YES
    return Truth.UNKNOWN if alternatives & codes else Truth.NO


def _within(span: Span | None, low: float | str | None, high: float | str | None) -> Truth:
    if span is None:
        return Truth.UNKNOWN
    least, most = (None if bound is None else float(bound) for bound in (low, high))
    return span.within(least, most)


def _accepted(condition: Condition) -> frozenset[str] | None:
    if condition.fact == "level" and condition.min is not None:
        return frozenset(LEVELS[level_order(str(condition.min)) :])
    return _codes(condition.fact, condition.any_of) if condition.any_of else None


def _codes(fact: str | None, codes: Sequence[str]) -> frozenset[str]:
    if fact in PLACES:
        return frozenset(country for code in codes for country in places_of(code))
    return frozenset(codes)


def _check_fact(condition: Condition) -> None:
    fact = condition.fact
    bounds: tuple[Any, ...] = (condition.min, condition.max)
    if fact in SPANS:
        if all(bound is None for bound in bounds) or any(isinstance(bound, str) for bound in bounds):
            raise ValueError(f"{fact} needs min or max, as numbers")
        if not all(bound is None or 0 <= bound <= _MOST for bound in bounds):
            raise ValueError(f"{fact} lies between 0 and {_MOST}")
    elif fact == "grant":
        if condition.wanted is None:
            raise ValueError("grant needs is: true or is: false")
    elif fact == "level" and condition.min is not None:
        _check_codes(fact, (str(condition.min),))
    elif not condition.any_of and not condition.none_of:
        raise ValueError(f"{fact} needs any or none")
    _check_codes(str(fact), (*condition.any_of, *condition.none_of))


def _check_codes(fact: str, codes: Sequence[str]) -> None:
    for code in codes:
        if not (is_place_code(code) if fact in PLACES else code in VALUES.get(fact, ())):
            raise ValueError(f"{code!r} is no value of {fact}: see the table of facts in docs/knowledge.md")
