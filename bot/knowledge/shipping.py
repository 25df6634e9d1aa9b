"""Brings the shipped entries to a database: new and changed ones are written, edited ones stay as they were edited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.knowledge.files import shipped_digests
from bot.knowledge.models import KnowledgeEntry
from bot.knowledge.reading import shipped_contents


@dataclass(frozen=True)
class Shipped:
    """How many entries came, changed, left, and stayed as somebody edited them."""

    created: int = 0
    changed: int = 0
    removed: int = 0
    kept: int = 0


def ship_entries(session: Session, *, now: datetime) -> Shipped:
    """Write what the shipped files say; harmless when the database has it.

    Raises:
        InputError: a shipped file is wrong; nothing was written.
    """
    return ship_contents(session, shipped_contents(), digests=shipped_digests(), now=now)


def ship_contents(
    session: Session, contents: Mapping[str, list[dict[str, Any]]], *, digests: Mapping[str, str], now: datetime
) -> Shipped:
    """Write the entries of each topic, already checked; `digests` are those of their files."""
    known = {(row.topic, row.id): row for row in session.scalars(select(KnowledgeEntry))}
    tally = dict.fromkeys(("created", "changed", "removed", "kept"), 0)
    for topic, items in contents.items():
        for position, item in enumerate(items):
            row = known.pop((topic, str(item["id"])), None)
            outcome = _write(session, row, topic, position, _plain(item), digest=digests[topic], now=now)
            if outcome:
                tally[outcome] += 1
    for row in known.values():
        tally[_take_away(session, row, digest=digests.get(row.topic, ""))] += 1
    return Shipped(**tally)


def _write(
    session: Session,
    row: KnowledgeEntry | None,
    topic: str,
    position: int,
    content: dict[str, Any],
    *,
    digest: str,
    now: datetime,
) -> str:
    if row is None:
        row = KnowledgeEntry(topic=topic, id=str(content["id"]), edited_at=None)
        session.add(row)
        outcome = "created"
    elif row.edited_at is not None:
        row.digest = digest
        return "kept"
    else:
        outcome = "changed" if row.content != content else ""
    row.position, row.digest = position, digest
    if outcome:
        row.content, row.updated_at = content, now
        row.checked, row.review = date.fromisoformat(content["checked"]), date.fromisoformat(content["review"])
        row.is_shown = bool(content.get("shown", True))
    return outcome


def _take_away(session: Session, row: KnowledgeEntry, *, digest: str) -> str:
    if row.edited_at is not None:
        row.digest = digest
        return "kept"
    session.delete(row)
    return "removed"


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry as JSON holds it: days that YAML read as dates become text again."""
    plain: dict[str, Any] = json.loads(json.dumps(item, default=str, ensure_ascii=False))
    return plain
