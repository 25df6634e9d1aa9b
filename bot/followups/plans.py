"""The plan of a departure: made for one person and one offer, ticked, and moved when the offer's days move."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.models import Offer
from bot.catalogue.service import load_offers
from bot.followups.applications import SENT
from bot.followups.models import DeparturePlan
from bot.followups.queries import applications, read_plan, read_steps, tick_step, write_plan
from bot.followups.steps import APPLICATION, due_days, rank_of, steps_for
from bot.knowledge.service import Situation


@dataclass(frozen=True)
class PlannedStep:
    """A step of a plan.

    Attributes:
        code: its code in `steps.yml`.
        due_on: the day by which it should be done; it may have passed.
    """

    code: str
    due_on: date
    is_done: bool

    def is_late(self, today: date) -> bool:
        """Return whether its day has passed and it is still to be done."""
        return not self.is_done and self.due_on < today


@dataclass(frozen=True)
class Plan:
    """The dated steps before a departure, by day, and those of one day as an adviser would take them."""

    offer_id: int
    departs_on: date
    made_at: datetime
    steps: tuple[PlannedStep, ...]


def departure_of(offer: Offer, *, today: date) -> date | None:
    """Return the first day of an offer, when it has one and it is still to come."""
    return offer.start_from if offer.start_from is not None and offer.start_from > today else None


async def make_plan(
    session: AsyncSession, offer: Offer, *, person_id: int, departs_on: date, situation: Situation, now: datetime
) -> Plan:
    """Write the plan of a departure for a person who keeps the offer, or bring it up to what is known now."""
    codes = steps_for(situation, covers=offer.covers)
    said = (await applications(session, [offer.id], person_id=person_id)).get(offer.id)
    due = due_days(codes, departs_on=departs_on, deadline=offer.deadline, application=said)
    await write_plan(session, offer.id, person_id=person_id, departs_on=departs_on, due=due, now=now)
    if said in SENT:
        await tick_step(session, offer.id, APPLICATION, person_id=person_id, done=True, now=now)
    plan = await plan_of(session, offer.id, person_id=person_id)
    assert plan is not None
    return plan


async def plan_of(session: AsyncSession, offer_id: int, *, person_id: int) -> Plan | None:
    """Return the plan of a departure, or None."""
    found = await read_plan(session, offer_id, person_id=person_id)
    if found is None:
        return None
    steps = [PlannedStep(*step) for step in await read_steps(session, offer_id, person_id=person_id)]
    steps.sort(key=lambda step: (step.due_on, rank_of(step.code)))
    return Plan(offer_id, found[0], found[1], tuple(steps))


async def date_plan(session: AsyncSession, offer: Offer, *, person_id: int, now: datetime) -> None:
    """Compute anew the days of the plan that there may be, after what was said of the application; ticks stay."""
    if (found := await read_plan(session, offer.id, person_id=person_id)) is not None:
        await _write_days(session, offer, person_id=person_id, departs_on=found[0], now=now)


async def _write_days(session: AsyncSession, offer: Offer, *, person_id: int, departs_on: date, now: datetime) -> bool:
    codes = [code for code, _, _ in await read_steps(session, offer.id, person_id=person_id)]
    said = (await applications(session, [offer.id], person_id=person_id)).get(offer.id)
    due = due_days(codes, departs_on=departs_on, deadline=offer.deadline, application=said)
    if due:
        await write_plan(session, offer.id, person_id=person_id, departs_on=departs_on, due=due, now=now)
    return bool(due)


async def move_plans(
    session: AsyncSession, offer_ids: Collection[int], *, started: dict[int, date | None], now: datetime
) -> int:
    """Compute anew the plans of offers whose first day or deadline changed; ticks stay. Return how many.

    A departure that the person chose themselves stays where it is: only one that followed the offer follows it on.

    Args:
        session: the transaction.
        offer_ids: the offers that changed.
        started: their first day before the change, for those whose first day changed.
        now: the moment.
    """
    offers = await load_offers(session, offer_ids)
    plans = await session.execute(
        select(DeparturePlan.person_id, DeparturePlan.offer_id, DeparturePlan.departs_on).where(
            DeparturePlan.offer_id.in_(offers)
        )
    )
    moved = 0
    for person_id, offer_id, departs_on in plans.all():
        offer = offers[offer_id]
        is_followed = offer_id in started and departs_on == started[offer_id]
        day = offer.start_from if is_followed and offer.start_from is not None else departs_on
        moved += await _write_days(session, offer, person_id=person_id, departs_on=day, now=now)
    return moved
