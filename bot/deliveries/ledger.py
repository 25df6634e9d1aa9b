"""Keeps the ledger: what is withdrawn, what became too late, what the outbox says became of the rest.

Features write what is due themselves, in statements for many people at once: what the ledger holds already (person,
offer, reason) is left as it is, so that whoever writes it twice changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries.models import Delivery
from bot.outbox.withdrawing import forbid_retries, withdraw_calls


async def drop_due(session: AsyncSession, *where: Any, error: str, now: datetime) -> int:
    """Withdraw the deliveries that fulfil `where` and have not left, those in the outbox included; return how many.

    What is due comes first: if a dispatcher is writing it at this moment, this waits for the dispatcher and then finds
    it in the outbox. It comes last too: if `settle` is making something due again, this waits for that meanwhile. What
    the sender has in its hands keeps `error` as a wish: Telegram takes it now or never. What else a withdrawn message
    carried is due again.
    """
    values = {"status": "dropped", "error": error, "settled_at": now}
    due = update(Delivery).where(*where, Delivery.status == "due").values(**values).returning(Delivery.id)
    count = len((await session.scalars(due)).all())
    withdrawn = await _take_back(session, *where, now=now)
    is_carried = (Delivery.status == "sending", Delivery.outbox_id.in_(withdrawn))
    carried = update(Delivery).where(*where, *is_carried).values(**values)
    count += len((await session.scalars(carried.returning(Delivery.id))).all())
    await _let_go(session, withdrawn, now=now)
    await session.execute(update(Delivery).where(*where, Delivery.status == "sending").values(error=error))
    return count + len((await session.scalars(due)).all())


async def decide_anew(session: AsyncSession, person_id: int, *, now: datetime) -> None:
    """Take back what waits in the outbox for a person: it is due again, for they want it at other times."""
    withdrawn = await _take_back(session, Delivery.person_id == person_id, now=now)
    await _let_go(session, withdrawn, now=now)


async def _let_go(session: AsyncSession, call_ids: set[int], *, now: datetime) -> None:
    """Let what these cancelled calls carried be due again, but for what somebody wished withdrawn before (`error`)."""
    carried = update(Delivery).where(Delivery.status == "sending", Delivery.outbox_id.in_(call_ids))
    await session.execute(carried.where(Delivery.error.is_not(None)).values(status="dropped", settled_at=now))
    await session.execute(carried.where(Delivery.error.is_(None)).values(status="due"))


async def _take_back(session: AsyncSession, *where: Any, now: datetime) -> set[int]:
    """Cancel the calls that carry these deliveries; return those that had not left."""
    query = select(Delivery.outbox_id).where(*where, Delivery.status == "sending").distinct()
    carrying = [call_id for call_id in await session.scalars(query) if call_id is not None]
    await forbid_retries(session, carrying, now=now)
    return await withdraw_calls(session, carrying, reason="withdrawn")


async def drop_stale(session: AsyncSession, *, now: datetime, is_held_too: bool = False) -> int:
    """Drop what is due and too late to be worth telling; return how many.

    Args:
        session: the transaction.
        now: the moment.
        is_held_too: also what is held or not due yet, which takes a walk through the whole table.
    """
    where = (Delivery.status == "due", Delivery.stale_at <= now)
    reachable = () if is_held_too else (~Delivery.is_held, Delivery.due_at <= now)
    statement = update(Delivery).where(*where, *reachable).values(status="dropped", error="stale", settled_at=now)
    options = {"synchronize_session": False}
    return len((await session.scalars(statement.returning(Delivery.id), execution_options=options)).all())


# What expired before it left is due again, unless it is stale or somebody wished it withdrawn (`d.error`).
SETTLE = text("""
UPDATE delivery AS d SET
  status = CASE WHEN o.status = 'expired' AND d.error IS NULL AND d.stale_at > :now THEN 'due'
                WHEN o.status IN ('expired', 'cancelled') THEN 'dropped'
                ELSE o.status END,
  error = CASE WHEN o.status = 'sent' THEN NULL
               WHEN o.status = 'expired' AND d.error IS NULL AND d.stale_at > :now THEN NULL
               WHEN o.status = 'expired' THEN coalesce(d.error, 'stale')
               ELSE coalesce(o.error, o.status) END,
  settled_at = CASE WHEN o.status = 'expired' AND d.error IS NULL AND d.stale_at > :now THEN NULL
                    ELSE coalesce(o.sent_at, :now) END
FROM outbox_call AS o
WHERE o.id = d.outbox_id AND d.status = 'sending'
  AND o.status IN ('sent', 'blocked', 'failed', 'uncertain', 'expired', 'cancelled')
RETURNING d.status
""")


async def settle(session: AsyncSession, *, now: datetime) -> dict[str, int]:
    """Bring the ledger up to what became of the messages that carried it; return how many went where.

    What expired in the outbox before it left is due again, until it is stale. Doing it twice changes nothing.
    """
    counts: dict[str, int] = {}
    for (status,) in (await session.execute(SETTLE, {"now": now})).all():
        counts[status] = counts.get(status, 0) + 1
    return counts
