"""Whether kept offers bring messages: asked once, changed at any time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries.models import Delivery
from bot.deliveries.service import agree, drop_due, preferences_of, set_follows_kept, stop_pushes
from bot.followups.queries import KINDS


async def follows_kept(session: AsyncSession, *, person_id: int) -> bool | None:
    """Return whether a person is told of their kept offers; None when it was never asked.

    Whoever stopped every message is told of nothing.
    """
    preferences = await preferences_of(session, person_id)
    if preferences is None or preferences.follows_kept is None:
        return None
    return preferences.follows_kept and preferences.stopped_at is None


async def follow_kept(session: AsyncSession, *, person_id: int, wanted: bool, now: datetime) -> None:
    """Note whether a person wants to be told of their kept offers; a "no" withdraws what waits.

    A "no" from somebody who never agreed to anything is no agreement to the rest: their messages stand stopped.
    """
    is_new = await preferences_of(session, person_id) is None
    if wanted or is_new:
        await agree(session, person_id=person_id, now=now)
        await session.flush()
    await set_follows_kept(session, person_id=person_id, is_wanted=wanted, now=now)
    if not wanted and is_new:
        await stop_pushes(session, person_id=person_id, reason="asked", now=now)
    if not wanted:
        is_theirs = (Delivery.person_id == person_id, Delivery.kind.in_(KINDS))
        await drop_due(session, *is_theirs, error="muted", now=now)
