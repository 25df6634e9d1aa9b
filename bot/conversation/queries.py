"""The tables of conversations: where one stands, the lists that were shown, the offers that a person keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.criteria import ADULT
from bot.conversation.models import Conversation, ResultList, SavedOffer


async def conversation_of(session: AsyncSession, *, person_id: int, now: datetime) -> Conversation:
    """Return where a person's conversation stands, begun now if they have none."""
    begun = insert(Conversation).values(person_id=person_id, page=0, rasa_epoch=0, rasa_turns=0, updated_at=now)
    await session.execute(begun.on_conflict_do_nothing())
    conversation = await session.get_one(Conversation, person_id)
    conversation.updated_at = now
    return conversation


async def keep_list(
    session: AsyncSession,
    *,
    person_id: int,
    criteria: Mapping[str, Any],
    offer_ids: Sequence[int],
    reasons: Sequence[Any],
    total: int,
    now: datetime,
) -> ResultList:
    """Keep a list as it stands, for its pages and its buttons."""
    statement = insert(ResultList).values(
        person_id=person_id, criteria=criteria, offer_ids=offer_ids, reasons=reasons, total=total, created_at=now
    )
    return (await session.scalars(statement.returning(ResultList))).one()


async def own_list(session: AsyncSession, list_id: int | None, *, person_id: int) -> ResultList | None:
    """Return a list that was shown to this person, or None."""
    shown = await session.get(ResultList, list_id) if list_id is not None else None
    return shown if shown is not None and shown.person_id == person_id else None


async def was_shown_a_list_as_minor(session: AsyncSession, *, person_id: int) -> bool:
    """Return whether a search of this person was ever made below eighteen."""
    as_minor = ResultList.criteria["age"].as_integer() < ADULT
    query = select(ResultList.id).where(ResultList.person_id == person_id, as_minor).limit(1)
    return await session.scalar(query) is not None


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
