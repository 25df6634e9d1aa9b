"""Reads the table of entries: what answers may use, and everything for whoever keeps it in order."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.kit.errors import InputError
from bot.knowledge.entries import Entry
from bot.knowledge.library import Library
from bot.knowledge.models import KnowledgeEntry
from bot.knowledge.reading import read_entry

_log = structlog.get_logger(__name__)
# Each version of a row has its own xmin, so that an edit by any means changes the sum. The database's own identity
# stands beside it, because one process may read several.
_EDITION = text(
    "SELECT (SELECT oid::text FROM pg_database WHERE datname = current_database()) || ':' || count(*)"
    " || ':' || coalesce(sum(xmin::text::bigint), 0) FROM knowledge_entry"
)
_KEPT = 2  # editions: the one in use, and the one before while a turn may still read it
_editions: dict[str, Library] = {}


async def read_library(session: AsyncSession) -> Library:
    """Return the entries that answers may use; parsed once for each edition of the table."""
    edition = str(await session.scalar(_EDITION))
    if edition not in _editions:
        while len(_editions) >= _KEPT:
            _editions.pop(next(iter(_editions)))
        _editions[edition] = Library.of(_readable(await list_rows(session, is_shown=True)))
    return _editions[edition]


async def list_rows(
    session: AsyncSession, *, topic: str | None = None, is_shown: bool | None = None
) -> Sequence[KnowledgeEntry]:
    """Return the rows of the table, in the order of the files."""
    query = select(KnowledgeEntry).order_by(KnowledgeEntry.topic, KnowledgeEntry.position, KnowledgeEntry.id)
    if topic is not None:
        query = query.where(KnowledgeEntry.topic == topic)
    if is_shown is not None:
        query = query.where(KnowledgeEntry.is_shown.is_(is_shown))
    return (await session.scalars(query)).all()


def _readable(rows: Sequence[KnowledgeEntry]) -> list[tuple[str, Entry]]:
    """Return the entries of rows; one that an edit spoilt is left out, so that the others still answer."""
    entries: list[tuple[str, Entry]] = []
    for row in rows:
        try:
            entries.append((row.topic, read_entry(row.topic, row.content)))
        except InputError:
            _log.warning("knowledge_entry_unreadable", topic=row.topic, entry=row.id)
    return entries
