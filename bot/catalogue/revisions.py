"""What changes made of offers: a row for each, written in the transaction of the change.

Alerts and follow-ups read these rows; a revision's number is the offer's own, so that none is missed or told twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.models import Offer, OfferRevision

Changes = dict[str, list[Any]]

# One statement: the offers expire and their revisions are written together, however many they are.
EXPIRED = text("""
WITH past AS (
  SELECT id FROM offer WHERE status = 'published' AND (deadline < :today OR start_until < :today)
  ORDER BY id FOR UPDATE
), expired AS (
  UPDATE offer SET status = 'expired', revision = revision + 1, updated_at = :now
  FROM past WHERE offer.id = past.id RETURNING offer.id, offer.revision
)
INSERT INTO offer_revision (offer_id, revision, at, status, was_status, changes)
SELECT id, revision, :now, 'expired', 'published', '{}' FROM expired RETURNING offer_id
""")


@dataclass(frozen=True)
class Revised:
    """An offer just written, and what the writing changed.

    Attributes:
        was_status: its status before; None when it is new.
        is_told: whether alerts and follow-ups are to look at it; else it counts as handled.
    """

    offer: Offer
    changes: Changes
    was_status: str | None
    is_told: bool = True


async def note_revisions(session: AsyncSession, revised: Sequence[Revised], *, now: datetime) -> None:
    """Write the revisions of offers that have their ids and their new revision numbers, in one statement."""
    if revised:
        await session.execute(insert(OfferRevision), [_row(one, now) for one in revised])


def difference(before: Any, after: Any) -> list[Any] | None:
    """Return both values as JSON keeps them, or None when they are the same.

    Days are ISO dates; amounts and lengths are strings without useless zeros ("450", "2.5"): exact, and no floats.
    """
    return None if before == after else [_plain(before), _plain(after)]


def _row(revised: Revised, now: datetime) -> dict[str, Any]:
    handled_at = None if revised.is_told else now
    return {
        "offer_id": revised.offer.id,
        "revision": revised.offer.revision,
        "at": now,
        "status": revised.offer.status,
        "was_status": revised.was_status,
        "changes": revised.changes,
        "matched_at": handled_at,
        "followed_at": handled_at,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
