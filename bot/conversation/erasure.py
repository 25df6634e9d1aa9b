"""Erases what is kept: of one person who asks for it, and what nobody uses any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import procrastinate
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.keyboards import LIFETIME
from bot.chat.models import Keyboard
from bot.conversation.models import Conversation, ResultList
from bot.db.service import Sessions, transaction
from bot.inbox.models import InboxUpdate
from bot.kit.clock import Clock
from bot.outbox.models import OutboxCall
from bot.profiles.models import Person


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

    return tasks
