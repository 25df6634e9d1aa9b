"""Forgets what the ledger needs no more: what was settled a year ago, and the details of what was told a month ago.

The rows themselves stay for a year, because they are what keeps the same offer from being told twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries.models import Delivery

ROWS_KEPT = timedelta(days=365)
DETAILS_KEPT = timedelta(days=30)


async def forget_settled(session: AsyncSession, *, now: datetime) -> int:
    """Delete the deliveries settled twelve months ago or more; return how many."""
    old = delete(Delivery).where(Delivery.settled_at < now - ROWS_KEPT, _is_settled())
    statement = old.returning(Delivery.id)
    return len((await session.scalars(statement)).all())


async def forget_details(session: AsyncSession, *, now: datetime) -> int:
    """Empty the details of the deliveries settled 30 days ago or more; return how many."""
    old = update(Delivery).where(Delivery.settled_at < now - DETAILS_KEPT, Delivery.details != {}, _is_settled())
    return len((await session.scalars(old.values(details={}).returning(Delivery.id))).all())


def _is_settled() -> ColumnElement[bool]:
    return Delivery.status.not_in(("due", "sending"))
