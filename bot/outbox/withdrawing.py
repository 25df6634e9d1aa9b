"""Withdraws calls that wait, before they leave."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.outbox.models import OutboxCall


async def withdraw_calls(session: AsyncSession, call_ids: Collection[int], *, reason: str) -> set[int]:
    """Cancel those of these calls that have not left; return which ones.

    A call that the sender has taken already is not in the answer: its outcome will be recorded as usual.
    """
    if not call_ids:
        return set()
    statement = (
        update(OutboxCall)
        .where(OutboxCall.id.in_(call_ids), OutboxCall.status == "pending")
        .values(status="cancelled", error=reason)
        .returning(OutboxCall.id)
        .execution_options(synchronize_session=False)
    )
    return set(await session.scalars(statement))


async def forbid_retries(session: AsyncSession, call_ids: Collection[int], *, now: datetime) -> None:
    """Let those of these calls that the sender has taken not leave again: if Telegram did not take them, they expire.

    Call it before `withdraw_calls`: it waits for the outcome that is being recorded at this moment.
    """
    if not call_ids:
        return
    await session.execute(
        update(OutboxCall)
        .where(OutboxCall.id.in_(call_ids), OutboxCall.status.in_(("pending", "sending")))
        .values(expires_at=func.least(OutboxCall.expires_at, now)),
        execution_options={"synchronize_session": False},
    )
