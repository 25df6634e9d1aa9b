"""Opens turns at a terminal for tests of what a conversation does."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.queries import conversation_of
from bot.conversation.replies import Turn
from bot.kit.clock import local_day
from bot.profiles.service import person_of_chat


async def open_turn(session: AsyncSession, now: datetime) -> Turn:
    """Return the first turn of somebody who writes French at a terminal."""
    person = await person_of_chat(session, channel="terminal", chat_id=1, telegram_language="fr", now=now)
    await session.flush()
    conversation = await conversation_of(session, person_id=person.id, now=now)
    return Turn(
        session=session, person=person, conversation=conversation, language="fr", now=now, today=local_day(now),
        inbox_id=1, received_at=now,
    )  # fmt: skip
