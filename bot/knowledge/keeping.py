"""Keeps the entries in order: what is wrong in the files and in the database, and what somebody must read again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from bot.kit.errors import InputError
from bot.knowledge.queries import list_rows
from bot.knowledge.reading import problems_of, shipped_contents


@dataclass(frozen=True)
class Listed:
    """One entry as a table shows it."""

    topic: str
    id: str
    name: str
    confidence: str
    checked: date
    review: date
    is_shown: bool
    is_edited: bool
    link: str


async def check_entries(session: AsyncSession) -> list[str]:
    """Return what is wrong in the shipped files and in the rows of the database, one sentence a problem."""
    problems: list[str] = []
    try:
        shipped_contents()
    except InputError as error:
        problems.extend(error.problems)
    rows = await list_rows(session)
    found = problems_of((row.topic, row.content) for row in rows)
    return problems + [f"database: {problem}" for problem in found if problem not in problems]


async def list_entries(session: AsyncSession, *, topic: str | None = None, due_on: date | None = None) -> list[Listed]:
    """List the entries, those of one topic only, or those that somebody must read again on a day."""
    rows = await list_rows(session, topic=topic)
    return [
        Listed(
            topic=row.topic, id=row.id, name=_name(row.content), confidence=str(row.content.get("confidence")),
            checked=row.checked, review=row.review, is_shown=row.is_shown, is_edited=row.edited_at is not None,
            link=str(row.content.get("link")),
        )
        for row in rows
        if due_on is None or row.review <= due_on
    ]  # fmt: skip


def _name(content: dict[str, object]) -> str:
    names = content.get("names")
    return str(names.get("fr")) if isinstance(names, dict) else ""
