"""Erases what is kept: of one person who asks for it or never came back, and what nobody uses any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import procrastinate
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.service import people_to_erase
from bot.chat.keyboards import LIFETIME
from bot.chat.models import Keyboard
from bot.conversation.models import Conversation, ResultList
from bot.db.service import Sessions, transaction
from bot.inbox.models import InboxUpdate
from bot.kit.clock import Clock
from bot.outbox.models import OutboxCall
from bot.profiles.models import Person

_ERASED_AT_ONCE = 100


async def erase_person(session: AsyncSession, *, person_id: int) -> bool:
    """Erase a person and all that is kept of them, in every table; return whether there was such a person.

    Their conversation, lists, alerts, kept offers, deliveries and logged messages go with the person's row.
    """
    person = await session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None:
        return False
    await session.execute(delete(Keyboard).where(Keyboard.person_id == person_id))
    for table in (OutboxCall, InboxUpdate):
        await session.execute(delete(table).where(table.channel == person.channel, table.chat_id == person.chat_id))
    await session.execute(delete(Person).where(Person.id == person_id))
    return True


async def erase_silent(session: AsyncSession, *, now: datetime, most: int = _ERASED_AT_ONCE) -> int:
    """Erase the people who gave no sign of life for two years; return how many, `most` at once."""
    people = await people_to_erase(session, now=now, most=most)
    for person_id in people:
        await erase_person(session, person_id=person_id)
    return len(people)


async def forget_lists(session: AsyncSession, *, now: datetime) -> None:
    """Drop the lists and keyboards whose buttons have expired."""
    await session.execute(delete(Keyboard).where(Keyboard.created_at < now - LIFETIME))
    await session.execute(delete(ResultList).where(ResultList.created_at < now - LIFETIME))


async def forget_situations(session: AsyncSession, *, now: datetime) -> None:
    """Empty the conversations of thirty silent days: what people said of themselves lasts no longer than messages."""
    forgotten: dict[str, Any] = dict.fromkeys(
        ("criteria", "list_id", "offer_id", "pending_question", "situation", "flow")
    )
    stale = update(Conversation).where(Conversation.updated_at < now - LIFETIME)
    await session.execute(stale.values(page=0, **forgotten))


def conversation_tasks(sessions: Sessions, *, clock: Clock) -> procrastinate.Blueprint:
    """Return the tasks of conversations, for a worker to register under "conversation"."""
    tasks = procrastinate.Blueprint()

    @tasks.task(name="forget_lists")
    async def forget() -> None:
        async with transaction(sessions) as session:
            await forget_lists(session, now=clock())
            await forget_situations(session, now=clock())

    @tasks.task(name="erase_silent")
    async def erase() -> dict[str, int]:
        total, last = 0, 1
        while last:  # each batch in a transaction of its own
            async with transaction(sessions) as session:
                last = await erase_silent(session, now=clock())
            total += last
        return {"erased": total}

    return tasks
