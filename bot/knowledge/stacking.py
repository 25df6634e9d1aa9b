"""The funding stacker: which schemes apply, which add up, which exclude each other, and what must be asked in time.

Nothing is invented: two schemes add up only when an entry says so, and no sum is told, because their amounts differ in
period, currency or year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from bot.knowledge.conditions import Judgement, judge
from bot.knowledge.entries import Scheme
from bot.knowledge.situations import Situation
from bot.knowledge.truths import Truth


@dataclass(frozen=True)
class Judged:
    """A scheme and what its conditions give for the person."""

    scheme: Scheme
    judgement: Judgement


@dataclass(frozen=True)
class Stack:
    """Every scheme in its place.

    Attributes:
        applies: all that is known agrees; a human may still have to confirm (`judgement.checks`).
        may_apply: facts are missing (`judgement.missing`).
        fails: a condition does not hold (`judgement.failed`).
        sets: the largest groups of schemes that add up, among those that apply or may and that answers may assert.
        exclusive: pairs among them of which only one can be had.
    """

    applies: tuple[Judged, ...]
    may_apply: tuple[Judged, ...]
    fails: tuple[Judged, ...]
    sets: tuple[tuple[Scheme, ...], ...]
    exclusive: tuple[tuple[Scheme, Scheme], ...]

    def before_departure(self) -> tuple[Scheme, ...]:
        """Return what must be asked before leaving, among what applies or may."""
        return tuple(each.scheme for each in (*self.applies, *self.may_apply) if each.scheme.before_departure)


def stack(schemes: Iterable[Scheme], situation: Situation, *, programmes: Sequence[str] = ()) -> Stack:
    """Judge every scheme that a person may ask for; those of other programmes fail when the programme is known.

    Args:
        schemes: the schemes.
        situation: what is known of the person and of the stay.
        programmes: identities of the programmes that they leave with, when that is known.
    """
    personal = [scheme for scheme in schemes if not scheme.collective]
    judged = [Judged(scheme, _judged(scheme, situation, programmes)) for scheme in personal]
    applies = tuple(each for each in judged if each.judgement.truth is not Truth.NO and not each.judgement.missing)
    may_apply = tuple(each for each in judged if each.judgement.truth is Truth.UNKNOWN and each.judgement.missing)
    fails = tuple(each for each in judged if each.judgement.truth is Truth.NO)
    possible = [each.scheme for each in (*applies, *may_apply) if each.scheme.is_asserted]
    return Stack(applies, may_apply, fails, _largest_sets(possible), _exclusive(possible))


def adds_up(one: Scheme, other: Scheme) -> bool:
    """Return whether a source says that two schemes can be had together."""
    return not excludes(one, other) and (other.id in one.adds_with or one.id in other.adds_with)


def excludes(one: Scheme, other: Scheme) -> bool:
    """Return whether a source says that only one of two schemes can be had."""
    return other.id in one.excludes or one.id in other.excludes


def _judged(scheme: Scheme, situation: Situation, programmes: Sequence[str]) -> Judgement:
    if programmes and scheme.programmes and not set(programmes) & set(scheme.programmes):
        return Judgement(Truth.NO)
    return judge(scheme.conditions, situation)


def _exclusive(schemes: Sequence[Scheme]) -> tuple[tuple[Scheme, Scheme], ...]:
    return tuple((one, other) for one, other in combinations(schemes, 2) if excludes(one, other))


def _largest_sets(schemes: Sequence[Scheme]) -> tuple[tuple[Scheme, ...], ...]:
    """Return the maximal groups of two or more in which every pair adds up, the largest first."""
    neighbours = {one.id: {other.id for other in schemes if adds_up(one, other)} for one in schemes}
    groups = _cliques(set(), {scheme.id for scheme in schemes}, set(), neighbours)
    order = {scheme.id: rank for rank, scheme in enumerate(schemes)}
    by_id = {scheme.id: scheme for scheme in schemes}
    sets = [sorted(group, key=order.__getitem__) for group in groups if len(group) > 1]
    sets.sort(key=lambda group: (-len(group), [order[name] for name in group]))
    return tuple(tuple(by_id[name] for name in group) for group in sets)


def _cliques(
    chosen: set[str], open_: set[str], closed: set[str], neighbours: dict[str, set[str]]
) -> list[frozenset[str]]:
    """Return the maximal cliques (Bron and Kerbosch, 1973, with a pivot)."""
    if not open_ and not closed:
        return [frozenset(chosen)]
    pivot = max(sorted(open_ | closed), key=lambda name: len(neighbours[name] & open_))
    found: list[frozenset[str]] = []
    for name in sorted(open_ - neighbours[pivot]):
        found += _cliques(chosen | {name}, open_ & neighbours[name], closed & neighbours[name], neighbours)
        open_ = open_ - {name}
        closed = closed | {name}
    return found
