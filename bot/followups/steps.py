"""The steps before a departure and their days, computed backwards from its first day (`steps.yml`)."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict

from bot.knowledge.service import Condition, Situation, Truth, judge

APPLICATION = "application"


class Step(BaseModel):
    """One step, as `steps.yml` writes it.

    Attributes:
        days: how many days before the departure it is to be done.
        days_before_deadline: counts from the offer's deadline in its place, when there is one.
        days_left: how many days before the departure it is to be done at the latest, whatever the deadline.
        after: a step that comes before this one: one buys no ticket before there is an agreement.
        is_sourced: whether the sources give the number of days; otherwise it is a margin of ours.
        when: the conditions of a person and a stay that need it.
        only_if_sure: left out unless the conditions are known to hold.
        unless_covered: left out when the offer covers this.
        sources: sheets that tell more, as "topic/identity".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int
    days_before_deadline: int | None = None
    days_left: int = 0
    after: str | None = None
    is_sourced: bool = False
    when: tuple[Condition, ...] = ()
    only_if_sure: bool = False
    unless_covered: str | None = None
    sources: tuple[str, ...] = ()


@functools.cache
def known_steps() -> Mapping[str, Step]:
    """Return every step by its code, in the order in which an adviser would take them."""
    written = yaml.safe_load(resources.files("bot.followups").joinpath("steps.yml").read_text(encoding="utf-8"))
    return {code: Step.model_validate(values) for code, values in written.items()}


def steps_for(situation: Situation, *, covers: Collection[str]) -> tuple[str, ...]:
    """Return the steps that a person and a stay need; what is not known of them leaves a step in.

    Args:
        situation: what is known of the person, and of the stay: its kind and its countries.
        covers: what the offer covers, such as housing.
    """
    return tuple(code for code, step in known_steps().items() if _is_needed(step, situation, covers))


def due_day(code: str, *, departs_on: date, deadline: date | None, is_accepted: bool = False) -> date:
    """Return the day by which a step should be done.

    Args:
        code: of the step.
        departs_on: the first day of the stay.
        deadline: of the offer.
        is_accepted: whether the organisation said yes: then no step waits for the application.
    """
    step = known_steps()[code]
    if step.days_before_deadline is not None and deadline is not None:
        latest = departs_on - timedelta(days=step.days_left)
        return min(deadline - timedelta(days=step.days_before_deadline), latest)
    own = departs_on - timedelta(days=step.days)
    if step.after is None or (is_accepted and step.after == APPLICATION):
        return own
    return max(own, due_day(step.after, departs_on=departs_on, deadline=deadline, is_accepted=is_accepted))


def due_days(
    codes: Iterable[str], *, departs_on: date, deadline: date | None, application: str | None
) -> dict[str, date]:
    """Return the day of each step, where the application to the offer stands as the person said."""
    is_accepted = application == "accepted"
    return {code: due_day(code, departs_on=departs_on, deadline=deadline, is_accepted=is_accepted) for code in codes}


def rank_of(code: str) -> int:
    """Return the place of a step in the order in which an adviser would take them."""
    return list(known_steps()).index(code)


def _is_needed(step: Step, situation: Situation, covers: Collection[str]) -> bool:
    if step.unless_covered in covers:
        return False
    truth = judge(step.when, situation).truth
    return truth is Truth.YES or (truth is Truth.UNKNOWN and not step.only_if_sure)
