"""The commands about sourced entries, each in one transaction on the database at a URL."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from bot.apps.sessions import session_on
from bot.kit.errors import InputError
from bot.knowledge.service import TOPICS, check_entries, list_entries


async def listed_entries(database_url: str, *, topic: str | None, due_on: date | None) -> list[dict[str, Any]]:
    """Return the entries as a table shows them, those that somebody must read again first.

    Raises:
        InputError: there is no such topic.
    """
    if topic is not None and topic not in TOPICS:
        raise InputError([f"{topic!r} is no topic: choose among {', '.join(TOPICS)}"])
    async with session_on(database_url) as session:
        entries = await list_entries(session, topic=topic, due_on=due_on)
    return [asdict(entry) for entry in sorted(entries, key=lambda entry: entry.review)]


async def refuse_wrong_entries(database_url: str) -> int:
    """Return how many entries the database has.

    Raises:
        InputError: something is wrong in a file or in the database.
    """
    async with session_on(database_url) as session:
        if problems := await check_entries(session):
            raise InputError(problems)
        return len(await list_entries(session))
