"""Writes outgoing calls with their cause, and keeps their states; `bot.outbox.sender` makes the calls.

What becomes of a call whose outcome is unknown is said in `bot.outbox.doubts`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import notify
from bot.outbox.doubts import REPEATABLE, is_repeated_late, note_doubt
from bot.outbox.models import EDIT_METHODS, FREE_METHODS, Lane, OutboxCall
from bot.outbox.turns import NOTHING_CLOSED, Closed

WAKE_CHANNEL = "escale_outbox"
_LIFETIME = {Lane.ANSWER: timedelta(hours=24), Lane.TRANSACTIONAL: timedelta(hours=24), Lane.BULK: timedelta(hours=6)}
_BODIES_KEPT = timedelta(days=30)


async def enqueue_call(
    session: AsyncSession,
    *,
    channel: str,
    chat_id: int | None,
    method: str,
    params: dict[str, Any],
    now: datetime,
    lane: Lane = Lane.ANSWER,
    lifetime: timedelta | None = None,
    update_id: int | None = None,
    repeats: int | None = None,
) -> OutboxCall:
    """Write one call to make, in this transaction, and wake the sender when it commits.

    Args:
        session: the transaction of the call's cause.
        channel: "telegram" or "terminal".
        chat_id: whose order and pace it follows.
        method: Bot API method as python-telegram-bot names it, such as "send_message".
        params: its parameters, JSON-able.
        now: the moment.
        lane: its priority.
        lifetime: after it the call is useless and expires; by default 24 hours, 6 in the bulk lane.
        update_id: the inbox row that caused it.
        repeats: how many times it may be made again when Telegram's answer was lost; by default 1 for an answer, 0
            otherwise. `bot.outbox.doubts.PUSH_REPEATS` for what must not be lost and nobody waits for.
    """
    call = OutboxCall(
        channel=channel, chat_id=chat_id, method=method, params=params, lane=int(lane), status="pending", attempts=0,
        not_before=now, expires_at=now + (lifetime or _LIFETIME[lane]), update_id=update_id, created_at=now,
        repeats=int(lane == Lane.ANSWER) if repeats is None else repeats, doubts=0,
    )  # fmt: skip
    session.add(call)
    if channel == "telegram":
        await notify(session, WAKE_CHANNEL)
    return call


async def due_calls(
    session: AsyncSession, *, now: datetime, closed: Closed = NOTHING_CLOSED, limit: int = 100
) -> Sequence[OutboxCall]:
    """Return pending Telegram calls that are due, in the order in which they should leave.

    Within a lane what needs no pace stands first. Calls of queues that cannot move are left out, so that a chat with
    much to say hides nobody else's calls.
    """
    is_due = (
        OutboxCall.channel == "telegram",
        OutboxCall.status == "pending",
        # One that was never tried waits for nothing: its moment lies ahead when the machine's clock was set back.
        or_(OutboxCall.not_before <= now, OutboxCall.error.is_(None)),
        *(() if closed == NOTHING_CLOSED else (_may_move(closed),)),
    )
    quick_methods = FREE_METHODS | EDIT_METHODS
    every = select(OutboxCall).where(*is_due).order_by(OutboxCall.lane, OutboxCall.id)
    first = (await session.scalars(every.limit(limit))).all()
    calls = {call.id: call for call in first}
    if len(first) >= limit and first[-1].lane == Lane.ANSWER:  # quick ones may stand behind those
        quick = select(OutboxCall).where(*is_due, OutboxCall.lane == int(Lane.ANSWER))
        quick = quick.where(OutboxCall.method.in_(quick_methods)).order_by(OutboxCall.id)
        calls |= {call.id: call for call in await session.scalars(quick.limit(limit))}
    return sorted(calls.values(), key=lambda call: (call.lane, call.method not in quick_methods, call.id))


async def waiting_calls(session: AsyncSession, *, now: datetime) -> Sequence[OutboxCall]:
    """Return the pending Telegram calls that wait for their next try."""
    query = select(OutboxCall).where(
        OutboxCall.channel == "telegram",
        OutboxCall.status == "pending",
        OutboxCall.not_before > now,
        OutboxCall.error.is_not(None),
    )
    return (await session.scalars(query)).all()


def _may_move(closed: Closed) -> ColumnElement[bool]:
    conditions = [or_(OutboxCall.chat_id.is_(None), OutboxCall.method.in_(FREE_METHODS))]
    is_edit = OutboxCall.method.in_(EDIT_METHODS)
    conditions.append(and_(is_edit, OutboxCall.chat_id.not_in(closed.edits)))
    is_message = OutboxCall.method.not_in(FREE_METHODS | EDIT_METHODS)
    conditions.append(and_(is_message, OutboxCall.chat_id.not_in(closed.messages)))
    return or_(*conditions)


async def mark_sending(session: AsyncSession, call_ids: Collection[int]) -> set[int]:
    """Note that these calls are being made, and return those that really may: if the sender dies now, they are a doubt.

    A call that was withdrawn meanwhile, or that another transaction is about to withdraw, is not among them. Nothing is
    waited for: a turn of conversation that holds some calls holds up nobody else's.
    """
    free = (
        select(OutboxCall.id)
        .where(OutboxCall.id.in_(call_ids), OutboxCall.status == "pending")
        .with_for_update(skip_locked=True)
    )
    ours = update(OutboxCall).where(OutboxCall.id.in_(free))
    ours = ours.values(status="sending", attempts=OutboxCall.attempts + 1).returning(OutboxCall.id)
    options = {"synchronize_session": False}  # the caller counts on its copies
    return set(await session.scalars(ours, execution_options=options))


async def mark_sent(session: AsyncSession, call: OutboxCall, *, message_id: int | None, now: datetime) -> bool:
    """Record that Telegram took a call, and return whether it was still ours to say.

    Another sender may have taken over meanwhile and settled the call as interrupted; that it was sent is still worth
    knowing, if it comes before the second try: the doubt is gone.
    """
    statement = (
        update(OutboxCall)
        .where(OutboxCall.id == call.id, OutboxCall.attempts == call.attempts)
        .where(OutboxCall.status.in_(("sending", "pending", "uncertain")))
        .values(status="sent", sent_at=now, message_id=message_id, error=None, doubts=call.doubts)
        .returning(OutboxCall.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.scalars(statement)).first() is not None


async def settle_interrupted(
    session: AsyncSession, *, now: datetime, never_left: Collection[int] = ()
) -> dict[str, int]:
    """Treat the calls that a dead sender left in the middle as doubts; return how many went where.

    Args:
        session: the transaction.
        now: the moment.
        never_left: calls that are known not to have left: nothing is uncertain about them.
    """
    query = select(OutboxCall).where(OutboxCall.channel == "telegram", OutboxCall.status == "sending").with_for_update()
    counts = {"pending": 0, "uncertain": 0}
    for call in await session.scalars(query):
        call.not_before = now
        if call.id in never_left:
            call.status, call.attempts = "pending", call.attempts - 1
        else:
            wait = note_doubt(call, reason="interrupted")
            call.not_before += timedelta(seconds=wait if is_repeated_late(call) else 0.0)
        counts[call.status] += 1
    return counts


async def drop_calls_to(session: AsyncSession, *, chat_id: int, reason: str) -> None:
    """Mark what still waits for an unreachable chat as blocked."""
    await session.execute(
        update(OutboxCall)
        .where(OutboxCall.channel == "telegram", OutboxCall.chat_id == chat_id, OutboxCall.status == "pending")
        .values(status="blocked", error=reason)
    )


async def move_calls(session: AsyncSession, *, chat_id: int, new_chat_id: int) -> None:
    """Redirect what waits for a chat that Telegram moved."""
    waiting = select(OutboxCall).where(
        OutboxCall.channel == "telegram", OutboxCall.chat_id == chat_id, OutboxCall.status == "pending"
    )
    for call in await session.scalars(waiting):
        call.chat_id = new_chat_id
        call.params = {**call.params, "chat_id": new_chat_id}


async def expire_calls(session: AsyncSession, *, now: datetime) -> int:
    """Expire the pending calls that are too late to be useful; return how many.

    Those that somebody is about to send or to withdraw are left to them.
    """
    late = (
        select(OutboxCall.id)
        .where(OutboxCall.status == "pending", OutboxCall.expires_at <= now)
        .with_for_update(skip_locked=True)
    )
    statement = update(OutboxCall).where(OutboxCall.id.in_(late)).values(status="expired").returning(OutboxCall.id)
    return len((await session.scalars(statement)).all())


async def forget_bodies(session: AsyncSession, *, now: datetime) -> int:
    """Empty the parameters of the calls that ended 30 days ago or more; return how many."""
    statement = (
        update(OutboxCall)
        .where(OutboxCall.status.not_in(("pending", "sending")), OutboxCall.created_at < now - _BODIES_KEPT)
        .where(OutboxCall.params != {})
        .values(params={})
        .returning(OutboxCall.id)
    )
    return len((await session.scalars(statement)).all())


async def count_perhaps_repeated(session: AsyncSession) -> int:
    """Return how many arrivals of messages may be one too many.

    Each try in doubt may have arrived. Beside a try that did arrive they are all repeats; otherwise all but one.
    """
    repeats = case((OutboxCall.status == "sent", OutboxCall.doubts), else_=OutboxCall.doubts - 1)
    query = select(func.sum(repeats)).where(OutboxCall.doubts > 0, OutboxCall.method.not_in(REPEATABLE))
    return int(await session.scalar(query) or 0)
