"""Writes and reads the conversation log, and the flags of what somebody must look at.

Callers mask first (`bot.kit.masking.mask`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.transcripts.models import ConversationFlag, LoggedMessage

MESSAGES_KEPT = timedelta(days=30)
BUTTON = "button"  # the source of what was pressed
PUSH = "push"  # the source of what the assistant sent by itself


async def log_message(
    session: AsyncSession,
    *,
    person_id: int,
    text: str,
    language: str | None,
    intent: str | None,
    confidence: float | None,
    entities: list[Any],
    source: str,
    model_version: str | None,
    update_id: int,
    now: datetime,
) -> None:
    """Log what a person wrote or pressed; `text` and `entities` are already masked."""
    session.add(
        LoggedMessage(
            person_id=person_id, at=now, direction="in", text=text, language=language, intent=intent,
            confidence=confidence, entities=entities, source=source, model_version=model_version, update_id=update_id,
        )
    )  # fmt: skip


async def log_answer(
    session: AsyncSession,
    *,
    person_id: int,
    text: str,
    language: str,
    now: datetime,
    latency_ms: int | None = None,
    update_id: int | None = None,
    source: str | None = None,
) -> None:
    """Log what the assistant said; `text` is already masked.

    Args:
        session: the transaction of the message.
        person_id: to whom.
        text: what they read.
        language: in which language.
        now: the moment.
        latency_ms: of an answer, from the update's reception.
        update_id: of an answer, the update.
        source: `PUSH` when nothing was asked at that moment.
    """
    session.add(
        LoggedMessage(
            person_id=person_id, at=now, direction="out", text=text, language=language, entities=[],
            latency_ms=latency_ms, update_id=update_id, source=source,
        )
    )  # fmt: skip


async def count_recent(
    session: AsyncSession,
    *,
    person_id: int,
    now: datetime,
    window: timedelta,
    pressed: bool = False,
    intent: str | None = None,
) -> int:
    """Return how many messages this person wrote in the last `window`, or how many buttons they pressed."""
    query = select(func.count()).where(
        LoggedMessage.person_id == person_id, LoggedMessage.direction == "in", LoggedMessage.at > now - window
    )
    source = func.coalesce(LoggedMessage.source, "")
    query = query.where(source == BUTTON if pressed else source != BUTTON)
    if intent is not None:
        query = query.where(LoggedMessage.intent == intent)
    return (await session.execute(query)).scalar_one()


async def forget_messages(session: AsyncSession, *, now: datetime) -> int:
    """Drop the messages older than `MESSAGES_KEPT`; return how many."""
    statement = delete(LoggedMessage).where(LoggedMessage.at < now - MESSAGES_KEPT).returning(LoggedMessage.id)
    return len((await session.scalars(statement)).all())


async def list_conversations(session: AsyncSession, *, limit: int = 20) -> Sequence[tuple[int, datetime, int]]:
    """Return (person, last message, number of messages) of the latest conversations."""
    last = func.max(LoggedMessage.at)
    query = select(LoggedMessage.person_id, last, func.count()).group_by(LoggedMessage.person_id)
    return [(row[0], row[1], row[2]) for row in await session.execute(query.order_by(last.desc()).limit(limit))]


async def read_conversation(session: AsyncSession, *, person_id: int, limit: int = 100) -> Sequence[LoggedMessage]:
    """Return the last `limit` messages of one person, oldest first."""
    query = select(LoggedMessage).where(LoggedMessage.person_id == person_id).order_by(LoggedMessage.id.desc())
    return list(reversed((await session.scalars(query.limit(limit))).all()))


async def flag_conversation(session: AsyncSession, *, person_id: int, reason: str, now: datetime) -> None:
    """Ask an operator to look at a conversation; one that nobody has looked at yet counts once more."""
    statement = insert(ConversationFlag).values(person_id=person_id, reason=reason, at=now, times=1)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "reason"],
            index_where=text("seen_at IS NULL"),
            set_={"times": ConversationFlag.times + 1},
        )
    )


async def list_flags(session: AsyncSession) -> Sequence[ConversationFlag]:
    """Return the flags that nobody has looked at, the latest first."""
    query = select(ConversationFlag).where(ConversationFlag.seen_at.is_(None))
    return (await session.scalars(query.order_by(ConversationFlag.at.desc(), ConversationFlag.id.desc()))).all()


async def mark_seen(session: AsyncSession, *, person_id: int, now: datetime) -> int:
    """Note that an operator has looked at a conversation; return how many flags that answers."""
    unseen = (ConversationFlag.person_id == person_id, ConversationFlag.seen_at.is_(None))
    statement = update(ConversationFlag).where(*unseen).values(seen_at=now).returning(ConversationFlag.id)
    return len((await session.scalars(statement)).all())
