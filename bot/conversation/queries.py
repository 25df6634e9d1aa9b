"""The tables of conversations: where one stands, the lists that were shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.criteria import ADULT
from bot.conversation.models import Conversation, ResultList
from bot.deliveries.models import Delivery


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


async def told_offers(session: AsyncSession, delivery_ids: Sequence[int], *, person_id: int) -> list[Delivery]:
    """Return those of some deliveries that are this person's and speak of an offer, in the order given."""
    query = select(Delivery).where(
        Delivery.id.in_(delivery_ids), Delivery.person_id == person_id, Delivery.offer_id.is_not(None)
    )
    told = {delivery.id: delivery for delivery in await session.scalars(query)}
    return [told[one] for one in delivery_ids if one in told]


async def was_shown_a_list_as_minor(session: AsyncSession, *, person_id: int) -> bool:
    """Return whether a search of this person was ever made below eighteen."""
    as_minor = ResultList.criteria["age"].as_integer() < ADULT
    query = select(ResultList.id).where(ResultList.person_id == person_id, as_minor).limit(1)
    return await session.scalar(query) is not None


def people_younger_than(age: int) -> Select[int]:
    """Return the query of the people who said, of themselves or in their running search, that they are younger."""
    told = Conversation.situation["age"]
    # A bracket is taken by its low end: who may be too young is.
    youngest = case(
        (func.jsonb_typeof(told) == "number", told.as_float()),
        (func.jsonb_typeof(told) == "array", told[0].as_float()),
    )
    return select(Conversation.person_id).where(or_(youngest < age, Conversation.criteria["age"].as_integer() < age))
