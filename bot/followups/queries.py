"""The tables of kept offers and departure plans."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries.models import Delivery
from bot.deliveries.service import drop_due
from bot.followups.models import DeparturePlan, DepartureStep, SavedOffer

KINDS = ("change", "reminder", "step", "question")  # what kept offers bring


async def keep_offer(session: AsyncSession, offer_id: int, *, person_id: int, now: datetime) -> bool:
    """Keep an offer for a person; return whether it was not kept before."""
    statement = insert(SavedOffer).values(person_id=person_id, offer_id=offer_id, saved_at=now)
    result = await session.execute(statement.on_conflict_do_nothing().returning(SavedOffer.offer_id))
    return result.first() is not None


async def drop_offer(session: AsyncSession, offer_id: int, *, person_id: int, now: datetime) -> None:
    """Stop keeping an offer: its plan goes, and what was to be told of it is withdrawn."""
    await session.execute(delete(SavedOffer).where(SavedOffer.person_id == person_id, SavedOffer.offer_id == offer_id))
    is_of_it = (Delivery.person_id == person_id, Delivery.offer_id == offer_id, Delivery.kind.in_(KINDS))
    await drop_due(session, *is_of_it, error="muted", now=now)


async def is_kept(session: AsyncSession, offer_id: int, *, person_id: int) -> bool:
    """Return whether a person keeps an offer."""
    return await kept_offer(session, offer_id, person_id=person_id) is not None


async def kept_offer(session: AsyncSession, offer_id: int, *, person_id: int) -> SavedOffer | None:
    """Return what is known of an offer that a person keeps, or None when they do not."""
    query = select(SavedOffer).where(SavedOffer.person_id == person_id, SavedOffer.offer_id == offer_id)
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def kept_offers(session: AsyncSession, *, person_id: int, most: int) -> list[int]:
    """Return the offers that a person keeps, the last kept first."""
    query = select(SavedOffer.offer_id).where(SavedOffer.person_id == person_id)
    return list(await session.scalars(query.order_by(SavedOffer.saved_at.desc()).limit(most)))


async def applications(session: AsyncSession, offer_ids: Collection[int], *, person_id: int) -> dict[int, str | None]:
    """Return what a person said of their application to each of these offers that they keep."""
    query = select(SavedOffer.offer_id, SavedOffer.application).where(
        SavedOffer.person_id == person_id, SavedOffer.offer_id.in_(offer_ids)
    )
    return {row.offer_id: row.application for row in (await session.execute(query)).all()}


async def write_application(session: AsyncSession, offer_id: int, state: str, *, person_id: int, now: datetime) -> None:
    """Write what a person says of their application to an offer that they keep."""
    is_it = (SavedOffer.person_id == person_id, SavedOffer.offer_id == offer_id)
    await session.execute(update(SavedOffer).where(*is_it).values(application=state, application_at=now))


async def write_plan(
    session: AsyncSession, offer_id: int, *, person_id: int, departs_on: date, due: Mapping[str, date], now: datetime
) -> None:
    """Write the plan of a departure; steps already ticked stay ticked, those that are no use any more go."""
    mine = {"person_id": person_id, "offer_id": offer_id}
    plan = insert(DeparturePlan).values(**mine, departs_on=departs_on, created_at=now)
    await session.execute(
        plan.on_conflict_do_update(index_elements=list(mine), set_={"departs_on": plan.excluded.departs_on})
    )
    gone = delete(DepartureStep).where(
        DepartureStep.person_id == person_id, DepartureStep.offer_id == offer_id, DepartureStep.step.not_in(due)
    )
    await session.execute(gone.where(DepartureStep.done_at.is_(None)))
    steps = insert(DepartureStep).values([{**mine, "step": code, "due_on": day} for code, day in due.items()])
    await session.execute(
        steps.on_conflict_do_update(index_elements=[*mine, "step"], set_={"due_on": steps.excluded.due_on})
    )


async def read_plan(session: AsyncSession, offer_id: int, *, person_id: int) -> tuple[date, datetime] | None:
    """Return the first day of a planned departure and when it was planned; None without a plan."""
    query = select(DeparturePlan.departs_on, DeparturePlan.created_at).where(
        DeparturePlan.person_id == person_id, DeparturePlan.offer_id == offer_id
    )
    found = (await session.execute(query)).one_or_none()
    return (found[0], found[1]) if found else None


async def read_steps(session: AsyncSession, offer_id: int, *, person_id: int) -> list[tuple[str, date, bool]]:
    """Return code, day and whether it is done, of each step of a plan, the earliest first."""
    query = select(DepartureStep.step, DepartureStep.due_on, DepartureStep.done_at).where(
        DepartureStep.person_id == person_id, DepartureStep.offer_id == offer_id
    )
    rows = (await session.execute(query.order_by(DepartureStep.due_on, DepartureStep.step))).all()
    return [(step, due_on, done_at is not None) for step, due_on, done_at in rows]


async def tick_step(
    session: AsyncSession, offer_id: int, step: str, *, person_id: int, done: bool, now: datetime
) -> bool:
    """Tick a step, or untick it; return whether the plan has it. A step that is done is not reminded any more."""
    is_it = (DepartureStep.person_id == person_id, DepartureStep.offer_id == offer_id, DepartureStep.step == step)
    statement = update(DepartureStep).where(*is_it).values(done_at=now if done else None)
    found = (await session.execute(statement.returning(DepartureStep.step))).first()
    if done:
        is_of_it = (Delivery.person_id == person_id, Delivery.offer_id == offer_id, Delivery.kind == "step")
        await drop_due(session, *is_of_it, Delivery.reason.startswith(f"step:{step}:"), error="muted", now=now)
    return found is not None
