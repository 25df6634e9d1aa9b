"""Writes the notices of kept offers that changed, closed or opened again, from the revisions of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries.service import LIFETIMES
from bot.followups.changes import CLOSED, NOTABLE
from bot.followups.plans import move_plans

BATCH = 500  # revisions

# One statement: the revisions are read, the notices written and the revisions marked together, so that a kill leaves
# all or nothing. Whoever kept an offer after the revision has read the offer as it is.
_ANNOUNCE = text("""
WITH fresh AS (
  SELECT offer_id, revision, at, status, was_status, changes FROM offer_revision
  WHERE followed_at IS NULL ORDER BY at, offer_id, revision LIMIT :batch FOR UPDATE SKIP LOCKED
), told AS (
  SELECT *, CASE WHEN was_status = 'published' AND status = ANY (cast(:closed AS text[])) THEN 'closed'
                 WHEN was_status <> 'published' AND status = 'published' THEN 'reopened'
                 WHEN was_status = 'published' AND status = 'published'
                   AND changes ?| cast(:notable AS text[]) THEN 'changed' END AS what
  FROM fresh
), written AS (
  INSERT INTO delivery (person_id, kind, reason, offer_id, source_id, details, status, due_at, stale_at, created_at)
  SELECT k.person_id, 'change', told.what || ':' || told.revision, told.offer_id, told.revision, '{}', 'due',
    :now, cast(:now AS timestamptz) + cast(:lifetime AS interval), :now
  FROM told
  JOIN saved_offer AS k ON k.offer_id = told.offer_id AND k.saved_at <= told.at
  JOIN push_preferences AS p ON p.person_id = k.person_id
  WHERE told.what IS NOT NULL AND p.follows_kept AND p.stopped_at IS NULL
    AND (k.application IS NULL OR k.application NOT IN ('refused', 'gave_up'))
  ON CONFLICT DO NOTHING
)
UPDATE offer_revision AS r SET followed_at = :now FROM fresh
WHERE r.offer_id = fresh.offer_id AND r.revision = fresh.revision
RETURNING r.offer_id, r.revision, r.changes
""")


async def announce_changes(session: AsyncSession, *, now: datetime, batch: int = BATCH) -> int:
    """Think of those who keep the offers of a batch of revisions; return how many revisions there were.

    A notice is written for each revision worth one; what is told in the end is the difference between what the person
    knew and what is true when the message leaves (`bot.followups.changes`).
    """
    values = {
        "batch": batch,
        "now": now,
        "closed": list(CLOSED),
        "notable": list(NOTABLE),
        "lifetime": LIFETIMES["change"],
    }
    rows = (await session.execute(_ANNOUNCE, values)).all()
    in_order = sorted(rows, key=lambda row: (row.offer_id, row.revision))
    await _move_plans(session, [(row.offer_id, row.changes) for row in in_order], now=now)
    return len(rows)


async def _move_plans(session: AsyncSession, changes: list[tuple[int, Mapping[str, Any]]], *, now: datetime) -> None:
    moved = {offer_id for offer_id, change in changes if change.keys() & {"start_from", "deadline"}}
    started: dict[int, date | None] = {}
    for offer_id, change in changes:
        if "start_from" in change:
            before = change["start_from"][0]
            started.setdefault(offer_id, date.fromisoformat(before) if before else None)
    if moved:
        await move_plans(session, moved, started=started, now=now)
