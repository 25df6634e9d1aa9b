"""What the command line reads of people, ready to print, and what it erases of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.apps.sessions import do_on
from bot.conversation.erasure import erase_person
from bot.db.service import open_engine, sessions_of, transaction
from bot.kit.clock import utc_now
from bot.kit.errors import InputError
from bot.locales.service import say
from bot.profiles.models import Person
from bot.transcripts.service import list_conversations, list_flags, mark_seen
from bot.transcripts.service import read_conversation as read_transcript


async def read_conversations(database_url: str, *, limit: int) -> list[dict[str, Any]]:
    """Return the latest conversations, the newest first: person, last, messages."""
    engine = open_engine(database_url, pool_size=1)
    try:
        async with sessions_of(engine)() as session:
            found = await list_conversations(session, limit=limit)
    finally:
        await engine.dispose()
    return [{"person": person, "last": last, "messages": count} for person, last, count in found]


async def read_flagged(database_url: str, *, limit: int) -> list[dict[str, Any]]:
    """Return the latest conversations, those that an operator must look at first, with why, since when, how often."""
    engine = open_engine(database_url, pool_size=1)
    try:
        async with sessions_of(engine)() as session:
            flags = await list_flags(session)
            found = {person: (last, count) for person, last, count in await list_conversations(session, limit=limit)}
    finally:
        await engine.dispose()
    flagged = {flag.person_id for flag in flags}
    rows: list[dict[str, Any]] = [
        {"person": flag.person_id, "flag": flag.reason, "since": flag.at, "times": flag.times} for flag in flags
    ]
    rows += [{"person": person, "flag": None} for person in found if person not in flagged]
    for row in rows:
        row["last"], row["messages"] = found.get(row["person"], (row.get("since"), None))
    return rows


async def mark_read(database_url: str, *, person_id: int) -> int:
    """Note that an operator has looked at a conversation; return how many flags that answers.

    Raises:
        InputError: there is no such person.
    """
    engine = open_engine(database_url, pool_size=1)
    try:
        async with transaction(sessions_of(engine)) as session:
            await _check_person(session, person_id)
            return await mark_seen(session, person_id=person_id, now=utc_now())
    finally:
        await engine.dispose()


async def read_messages(database_url: str, *, person_id: int, limit: int) -> list[dict[str, Any]]:
    """Return the last messages of one person, the oldest first.

    Raises:
        InputError: there is no such person.
    """
    engine = open_engine(database_url, pool_size=1)
    try:
        async with sessions_of(engine)() as session:
            await _check_person(session, person_id)
            found = await read_transcript(session, person_id=person_id, limit=limit)
    finally:
        await engine.dispose()
    names = (
        "at", "direction", "text", "language", "intent", "confidence", "entities", "source", "model_version",
        "latency_ms",
    )  # fmt: skip
    return [{name: getattr(message, name) for name in names} for message in found]


async def erase(database_url: str, *, person_id: int) -> bool:
    """Erase all that is kept of one person; return whether there was such a person."""
    return await do_on(database_url, partial(erase_person, person_id=person_id))


async def _check_person(session: AsyncSession, person_id: int) -> None:
    if await session.get(Person, person_id) is None:
        raise InputError([say("campaigns.no_person", "fr", id=person_id)])
