"""What a person wants of messages that they did not ask for at that moment: agreed, stopped, taken up again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries.ledger import drop_due
from bot.deliveries.models import Delivery, PushPreferences


async def preferences_of(session: AsyncSession, person_id: int) -> PushPreferences | None:
    """Return what a person wants, or None when they never agreed to anything."""
    return await session.get(PushPreferences, person_id)


async def agree(session: AsyncSession, *, person_id: int, now: datetime) -> PushPreferences:
    """Note that a person wants to be written to, and take up again what was stopped; return their preferences."""
    statement = insert(PushPreferences).values(person_id=person_id, agreed_at=now, updated_at=now)
    await session.execute(statement.on_conflict_do_nothing())
    preferences = await session.get_one(PushPreferences, person_id)
    preferences.stopped_at = preferences.stop_reason = None
    preferences.updated_at = now
    return preferences


async def stop_pushes(session: AsyncSession, *, person_id: int, reason: str, now: datetime) -> int:
    """Send this person nothing more, from now on and what waits in the outbox included; return how many were withdrawn.

    Their saved searches and kept offers stay. The caller holds the lock of the person's row.

    Args:
        reason: asked, blocked, deactivated or chat_not_found.
    """
    await session.execute(
        update(PushPreferences)
        .where(PushPreferences.person_id == person_id, PushPreferences.stopped_at.is_(None))
        .values(stopped_at=now, stop_reason=reason, updated_at=now)
    )
    return await drop_due(session, Delivery.person_id == person_id, error="stopped", now=now)


async def stop_campaigns(session: AsyncSession, *, person_id: int, now: datetime) -> int:
    """Send this person no campaign any more; alerts and reminders go on."""
    await session.execute(
        update(PushPreferences)
        .where(PushPreferences.person_id == person_id)
        .values(campaigns_stopped_at=now, updated_at=now)
    )
    is_theirs = (Delivery.person_id == person_id, Delivery.kind == "campaign")
    return await drop_due(session, *is_theirs, error="stopped", now=now)
