"""What is known of a person and of the stay that they want, as conditions read it.

A conversation keeps it as JSON (`Conversation.situation`): `age` and `months` are a number or [low, high]; `status`,
`nationality` and `permit` list what the person holds, all at once; `destination` lists places of which one is meant;
`residence`, `region`, `level` and `kind` are one code; `grant` is true or false. A region of the vocabulary stands for
one of its countries, nobody knows which.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.knowledge.truths import Truth
from bot.vocabulary.countries import country_codes, is_country
from bot.vocabulary.regions import region_countries

PLACES = ("nationality", "destination", "residence")
SPANS = ("age", "months")
STATUSES = (
    "pupil", "vocational_pupil", "apprentice", "student", "trainee", "jobseeker", "graduate", "employee", "other",
)  # fmt: skip
NOT_STUDENT = "not-student"  # said by "je ne suis plus étudiant": one of the others, nobody knows which
# Answers of buttons: rougher than a country, and enough for many rules.
OTHER_EU, OUTSIDE_EU, OTHER_EUROPE, OUTSIDE_EUROPE, OUTSIDE_FRANCE = (
    "other-european-union", "outside-european-union", "other-europe", "outside-europe", "outside-france",
)  # fmt: skip
# They move as freely as the Union's citizens and are few: who says "another nationality" is taken for none of them.
_FREE_TO_MOVE = frozenset({"IS", "LI", "NO", "CH"})
_LIVES_ELSEWHERE = "lives-elsewhere"  # no permit of France, and no need of one
_HELD = ("status", "nationality", "residence", "region", "level", "kind", "permit")


@dataclass(frozen=True)
class Span:
    """A number known to lie between two bounds, both included; None where a bound is not known."""

    low: float | None
    high: float | None

    def within(self, least: float | None, most: float | None) -> Truth:
        """Return whether the number lies between `least` and `most`."""
        return Truth.of_all((self._reaches(least), self._stays_under(most)))

    def _reaches(self, least: float | None) -> Truth:
        if least is None or (self.low is not None and self.low >= least):
            return Truth.YES
        return Truth.NO if self.high is not None and self.high < least else Truth.UNKNOWN

    def _stays_under(self, most: float | None) -> Truth:
        if most is None or (self.high is not None and self.high <= most):
            return Truth.YES
        return Truth.NO if self.low is not None and self.low > most else Truth.UNKNOWN


@dataclass(frozen=True)
class Situation:
    """What is known; a fact that is not here is unknown.

    Attributes:
        spans: age in years and months of stay.
        held: what is true at once, fact by fact; each is a set of codes of which exactly one is meant.
        has_grant: whether they hold a need-based scholarship.
    """

    spans: Mapping[str, Span] = field(default_factory=dict)
    held: Mapping[str, tuple[frozenset[str], ...]] = field(default_factory=dict)
    has_grant: bool | None = None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Situation:
        """Return the situation that a conversation's JSON describes; what cannot be read is unknown."""
        spans = {fact: span for fact in SPANS if (span := _span(told.get(fact)))}
        held = {fact: tuple(_alternatives(fact, code) for code in _list(told, fact)) for fact in _HELD}
        held = {fact: alternatives for fact, alternatives in held.items() if alternatives}
        if destinations := frozenset(code for place in _list(told, "destination") for code in places_of(place)):
            held["destination"] = (destinations,)
        _infer_papers(held, told)
        grant = told.get("grant")
        return cls(spans, held, grant if isinstance(grant, bool) else None)

    def knows(self, fact: str) -> bool:
        """Return whether anything is known of a fact."""
        return fact in self.spans or fact in self.held or (fact == "grant" and self.has_grant is not None)


def is_place_code(code: str) -> bool:
    """Return whether a code names a country, a region of the vocabulary, or one of the rough answers."""
    return is_country(code) or bool(places_of(code))


@functools.cache
def places_of(code: str) -> frozenset[str]:
    """Return the countries that a place code stands for; none for an unknown code."""
    if is_country(code):
        return frozenset({code})
    union, europe, world = region_countries("european-union"), region_countries("europe"), frozenset(country_codes())
    rough = {
        OTHER_EU: union - {"FR"},
        OUTSIDE_EU: world - union - _FREE_TO_MOVE,
        OTHER_EUROPE: europe - union,
        OUTSIDE_EUROPE: world - europe - union,
        OUTSIDE_FRANCE: world - {"FR"},
    }
    return rough.get(code, region_countries(code))


def _span(value: object) -> Span | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Span(float(value), float(value))
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == len(("low", "high")):
        return Span(*(None if bound is None else float(bound) for bound in value))
    return None


def _list(told: Mapping[str, Any], fact: str) -> tuple[str, ...]:
    value = told.get(fact)
    if isinstance(value, str):
        return (value,)
    return tuple(code for code in value if isinstance(code, str)) if isinstance(value, list | tuple) else ()


def _alternatives(fact: str, code: str) -> frozenset[str]:
    if code == NOT_STUDENT:
        return frozenset(STATUSES) - {"student"}
    return (places_of(code) or frozenset({code})) if fact in PLACES else frozenset({code})


def _infer_papers(held: dict[str, tuple[frozenset[str], ...]], told: Mapping[str, Any]) -> None:
    """Complete nationality and papers from each other, and from where somebody lives.

    A citizen of the Union needs no permit in France; who lives elsewhere is no holder of one, nor in France without it.
    """
    union = region_countries("european-union")
    is_elsewhere = "residence" in held and not any("FR" in codes for codes in held["residence"])
    is_european = any(codes <= union for codes in held.get("nationality", ()))
    if "permit" not in held and (is_european or is_elsewhere):
        held["permit"] = (frozenset({"none" if is_european else _LIVES_ELSEWHERE}),)
    elif "nationality" not in held and any(code != "none" for code in _list(told, "permit")):
        held["nationality"] = (places_of(OUTSIDE_EU),)
