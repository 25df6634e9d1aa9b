"""What people say of their application to an offer, and what it changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries.models import Delivery
from bot.deliveries.service import drop_due
from bot.followups.models import APPLICATIONS
from bot.followups.queries import KINDS, applications, keep_offer, tick_step, write_application
from bot.kit.errors import UserError

# From then on an offer brings no reminder to apply; after the last two it brings nothing at all.
SENT = ("applied", "interview", "accepted")
OVER = ("refused", "gave_up")
_THESE_DAYS = timedelta(days=3)


async def set_application(session: AsyncSession, offer_id: int, state: str, *, person_id: int, now: datetime) -> None:
    """Keep what a person says of their application, and the offer with it; what lost its reason is withdrawn.

    Raises:
        UserError: there is no such answer.
    """
    if state not in APPLICATIONS:
        raise UserError("chat.button_expired")
    await keep_offer(session, offer_id, person_id=person_id, now=now)
    await write_application(session, offer_id, state, person_id=person_id, now=now)
    if state in SENT:
        await tick_step(session, offer_id, "application", person_id=person_id, done=True, now=now)
    useless = {"not_yet": ("question",), **dict.fromkeys(SENT, ("reminder", "question")), **dict.fromkeys(OVER, KINDS)}
    is_of_it = (Delivery.person_id == person_id, Delivery.offer_id == offer_id)
    await drop_due(session, *is_of_it, Delivery.kind.in_(useless[state]), error="muted", now=now)


async def last_asked(session: AsyncSession, *, person_id: int, now: datetime) -> int | None:
    """Return the offer of the last "as-tu postulé ?" sent these days and not answered yet, if any."""
    offer_id = await _last_told(session, "question", person_id=person_id, now=now)
    if offer_id is None:
        return None
    states = await applications(session, [offer_id], person_id=person_id)
    return offer_id if states.get(offer_id, "not kept") is None else None


async def last_reminded(session: AsyncSession, *, person_id: int, now: datetime) -> int | None:
    """Return the offer whose departure was last reminded of these days, if any."""
    return await _last_told(session, "step", person_id=person_id, now=now)


async def _last_told(session: AsyncSession, kind: str, *, person_id: int, now: datetime) -> int | None:
    query = (
        select(Delivery.offer_id)
        .where(Delivery.person_id == person_id, Delivery.kind == kind, Delivery.status == "sent")
        .where(Delivery.settled_at > now - _THESE_DAYS)
        .order_by(Delivery.settled_at.desc())
        .limit(1)
    )
    return await session.scalar(query)
