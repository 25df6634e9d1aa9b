"""Hands an offer over from one search of a person to another that fits it too.

An offer has one row of the ledger for a person, whichever of their searches found it first. When that search ends, or
tells later than another one, the row goes to the other: the offer is still told, once, and as soon as it was asked for.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.matching import CLOSE_ENOUGH, NEAR_ENOUGH
from bot.alerts.queries import HAND_OVER
from bot.catalogue.criteria import ADULT
from bot.deliveries.models import Delivery
from bot.deliveries.service import LIFETIMES, drop_due
from bot.kit.clock import local_day


async def withdraw_found(session: AsyncSession, search_id: int, *, now: datetime) -> int:
    """Withdraw what a search that is paused or gone found and has not told, a message in the outbox included.

    What another search of the same person fits too is due by that one, at its own rhythm. What else a withdrawn message
    told is due again. The caller holds the lock of the person's row.

    Returns:
        how many findings nobody tells any more.
    """
    is_of_it = (Delivery.kind == "alert", Delivery.source_id == search_id)
    count = await drop_due(session, *is_of_it, error="muted", now=now)
    is_untold = (Delivery.status == "dropped") & (Delivery.settled_at == now) | (Delivery.status == "sending")
    withdrawn = select(Delivery.id, Delivery.status).where(*is_of_it, Delivery.error == "muted", is_untold)
    states: dict[int, str] = {row.id: row.status for row in await session.execute(withdrawn)}
    handed = await hand_over(session, states, now=now)
    return count - len([one for one in handed if states[one] == "dropped"])


async def tell_soonest(session: AsyncSession, *, person_id: int, now: datetime) -> None:
    """Let whatever waits to be told to a person be told by the search that fits it and tells soonest."""
    is_waiting = (Delivery.person_id == person_id, Delivery.kind == "alert", Delivery.status == "due")
    await hand_over(session, list(await session.scalars(select(Delivery.id).where(*is_waiting))), now=now)


async def hand_over(session: AsyncSession, delivery_ids: Collection[int], *, now: datetime) -> set[int]:
    """Give alerts that were not told to the searches that tell them soonest; return which ones changed hands.

    Those whose own search speaks and is no later than the others stay with it; see `bot.alerts.queries.HAND_OVER`.
    """
    if not delivery_ids:
        return set()
    values = {
        "deliveries": list(delivery_ids), "near_enough": NEAR_ENOUGH, "close_enough": CLOSE_ENOUGH, "adult": ADULT,
        "lifetime": LIFETIMES["alert"], "today": local_day(now), "now": now,
    }  # fmt: skip
    handed = set(await session.scalars(HAND_OVER, values))
    if handed:  # those that are being told at this moment know of it
        known = select(Delivery).where(Delivery.id.in_(handed)).execution_options(populate_existing=True)
        (await session.scalars(known)).all()
    return handed
