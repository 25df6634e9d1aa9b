"""The tables of conversations: what one person sees is theirs alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.queries import conversation_of, keep_list, own_list, was_shown_a_list_as_minor
from bot.profiles.service import person_of_chat


async def somebody(session: AsyncSession, now: datetime, chat_id: int = 1) -> int:
    person = await person_of_chat(session, channel="telegram", chat_id=chat_id, telegram_language="fr", now=now)
    await session.flush()
    return person.id


async def searched(session: AsyncSession, person_id: int, now: datetime, **criteria: object) -> int:
    """Keep a list without offers; return its identity."""
    shown = await keep_list(session, person_id=person_id, criteria=criteria, offer_ids=[], reasons=[], total=0, now=now)
    return shown.id


async def test_a_conversation_begins_once_and_remembers_when_it_was_last_used(
    session: AsyncSession, now: datetime
) -> None:
    person = await somebody(session, now)
    (await conversation_of(session, person_id=person, now=now)).page = 3
    await session.flush()
    again = await conversation_of(session, person_id=person, now=now + timedelta(hours=1))
    assert (again.page, again.updated_at) == (3, now + timedelta(hours=1))


async def test_a_list_belongs_to_whom_it_was_shown(session: AsyncSession, now: datetime) -> None:
    one, other = await somebody(session, now, 1), await somebody(session, now, 2)
    list_id = await searched(session, one, now)
    shown = await own_list(session, list_id, person_id=one)
    assert shown is not None
    assert shown.id == list_id
    assert await own_list(session, list_id, person_id=other) is None
    assert await own_list(session, None, person_id=one) is None


async def test_a_list_below_eighteen_is_remembered_of_this_person_alone(session: AsyncSession, now: datetime) -> None:
    one, other = await somebody(session, now, 1), await somebody(session, now, 2)
    await searched(session, one, now)
    await searched(session, one, now, age=18)
    assert not await was_shown_a_list_as_minor(session, person_id=one)
    await searched(session, one, now, age=17)
    assert await was_shown_a_list_as_minor(session, person_id=one)
    assert not await was_shown_a_list_as_minor(session, person_id=other)
