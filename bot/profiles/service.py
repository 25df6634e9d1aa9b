"""Finds or registers the person behind a chat, and keeps their language and reachability."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.locales.service import DEFAULT_LANGUAGE
from bot.profiles.models import Person


async def person_of_chat(
    session: AsyncSession, *, channel: str, chat_id: int, telegram_language: str | None, now: datetime
) -> Person:
    """Return the person of this chat, registered if new, marked as seen and reachable; the row stays locked."""
    await session.execute(
        insert(Person)
        .values(channel=channel, chat_id=chat_id, first_seen_at=now, last_seen_at=now, language_chosen=False)
        .on_conflict_do_nothing(index_elements=["channel", "chat_id"])
    )
    # Not against rows that merely refer to this one: alerts are written for people who are in the middle of a turn.
    query = select(Person).where(Person.channel == channel, Person.chat_id == chat_id)
    query = query.with_for_update(key_share=True)
    person = (await session.scalars(query)).one()
    person.last_seen_at = now
    person.telegram_language = telegram_language or person.telegram_language
    person.unreachable_at = person.unreachable_reason = None
    return person


async def mark_unreachable(
    session: AsyncSession, *, channel: str, chat_id: int, reason: str, now: datetime
) -> int | None:
    """Note that nothing can be sent to this chat any more ("blocked", "deactivated", "chat_not_found").

    Returns the person of that chat, if anybody is known there; their row stays locked.
    """
    statement = (
        update(Person)
        .where(Person.channel == channel, Person.chat_id == chat_id)
        .values(unreachable_at=now, unreachable_reason=reason)
        .returning(Person.id)
    )
    return (await session.scalars(statement)).first()


def language_of() -> ColumnElement[str]:
    """Return the language of a person in SQL; French while it is unknown."""
    return func.coalesce(Person.language, DEFAULT_LANGUAGE)


async def move_chat(session: AsyncSession, *, channel: str, chat_id: int, new_chat_id: int) -> None:
    """Follow a chat that Telegram moved to another identity."""
    await session.execute(
        update(Person).where(Person.channel == channel, Person.chat_id == chat_id).values(chat_id=new_chat_id)
    )
