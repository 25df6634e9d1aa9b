"""The table of kept offers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.followups.models import SavedOffer


async def keep_offer(session: AsyncSession, offer_id: int, *, person_id: int, now: datetime) -> bool:
    """Keep an offer for a person; return whether it was not kept before."""
    statement = insert(SavedOffer).values(person_id=person_id, offer_id=offer_id, saved_at=now)
    result = await session.execute(statement.on_conflict_do_nothing().returning(SavedOffer.offer_id))
    return result.first() is not None


async def drop_offer(session: AsyncSession, offer_id: int, *, person_id: int) -> None:
    """Stop keeping an offer."""
    await session.execute(delete(SavedOffer).where(SavedOffer.person_id == person_id, SavedOffer.offer_id == offer_id))


async def is_kept(session: AsyncSession, offer_id: int, *, person_id: int) -> bool:
    """Return whether a person keeps an offer."""
    return await session.get(SavedOffer, (person_id, offer_id)) is not None


async def kept_offers(session: AsyncSession, *, person_id: int, most: int) -> list[int]:
    """Return the offers that a person keeps, the last kept first."""
    query = select(SavedOffer.offer_id).where(SavedOffer.person_id == person_id)
    return list(await session.scalars(query.order_by(SavedOffer.saved_at.desc()).limit(most)))
