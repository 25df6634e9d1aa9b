"""Accepts updates: a row and a job in one transaction, once for each `update_id`; what follows reads the row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import procrastinate
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.inbox.models import InboxUpdate, PollOffset
from bot.queue.service import enqueue

ANSWER_TASK = "inbox:answer"
MOST_INTERRUPTIONS = 5
_HAS_NO_JOB = (
    "NOT EXISTS (SELECT 1 FROM procrastinate_jobs j WHERE j.task_name = :task AND j.status IN ('todo', 'doing')"
    " AND (j.args->>'inbox_id')::bigint = inbox_update.id)"
)
# Who wrote is a chat's identity and a language; names and handles are not needed, so they are not stored.
_NAMES = frozenset({"first_name", "last_name", "username", "title", "bio", "phone_number", "vcard", "author_signature"})
_DEEPEST = 20
_LONGEST_TEXT = 5000
_WIDEST = 200
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Envelope:
    """What is read of an update before it is understood: enough to store it and to keep a chat's order."""

    update_id: int
    chat_id: int | None
    kind: str


def read_envelope(update: object) -> Envelope | None:
    """Return the envelope of a decoded update, or None when it has no usable `update_id` (nothing can be kept)."""
    update_id = _identity(update.get("update_id")) if isinstance(update, Mapping) else None
    if update_id is None or not isinstance(update, Mapping):
        return None
    kind = next((str(key) for key in update if key != "update_id"), "unknown")[:64]
    return Envelope(update_id=update_id, chat_id=_chat_of(update.get(kind)), kind=kind)


async def accept_update(
    session: AsyncSession, queue: procrastinate.App, update: Mapping[str, Any], *, channel: str, now: datetime
) -> int | None:
    """Store `update` and enqueue its answer in this transaction; return the row's identity.

    A known `update_id` is accepted again without any effect, and an update without a usable one is dropped: both
    return None. The order of a chat's jobs is the order in which its updates were accepted.
    """
    envelope = read_envelope(update)
    if envelope is None:
        return None
    lock = _lock_of(channel, envelope.chat_id)
    # Held until the commit, so that jobs of one chat become visible in the order of their identities.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(lock, 0))))
    row = insert(InboxUpdate).values(
        channel=channel,
        update_id=envelope.update_id,
        chat_id=envelope.chat_id,
        kind=envelope.kind,
        payload=minimise(update),
        status="received",
        attempts=0,
        received_at=now,
    )
    statement = row.on_conflict_do_nothing(index_elements=["channel", "update_id"]).returning(InboxUpdate.id)
    inbox_id = (await session.execute(statement)).scalar_one_or_none()
    if inbox_id is not None:
        await enqueue(session, queue, ANSWER_TASK, lock=lock, inbox_id=inbox_id)
    return inbox_id


async def claim_update(session: AsyncSession, inbox_id: int) -> InboxUpdate | None:
    """Lock and return an update that still waits for its answer; None when it was answered or given up."""
    query = select(InboxUpdate).where(InboxUpdate.id == inbox_id).with_for_update()
    row = (await session.scalars(query)).one_or_none()
    return row if row is not None and row.status == "received" else None


async def next_waiting(session: AsyncSession, inbox_id: int) -> int | None:
    """Return the update that waits next behind this one in its chat, if any."""
    before = select(InboxUpdate.channel, InboxUpdate.chat_id).where(InboxUpdate.id == inbox_id).subquery()
    query = (
        select(func.min(InboxUpdate.id))
        .join(before, (InboxUpdate.channel == before.c.channel) & (InboxUpdate.chat_id == before.c.chat_id))
        .where(InboxUpdate.status == "received", InboxUpdate.id > inbox_id)
    )
    return await session.scalar(query)


def finish_update(row: InboxUpdate, *, now: datetime) -> None:
    """Mark an update as answered and forget what it said."""
    row.status, row.done_at, row.payload, row.error = "done", now, None, None


def bury_update(row: InboxUpdate, *, reason: str, now: datetime) -> None:
    """Give an update up, with the reason, and forget what it said."""
    row.status, row.done_at, row.payload, row.error = "dead", now, None, reason[:500]


async def note_interruptions(session: AsyncSession, inbox_ids: Sequence[int]) -> dict[int, int]:
    """Count once more, for each waiting update, that the work on it was cut short; return the counts."""
    statement = (
        update(InboxUpdate)
        .where(InboxUpdate.id.in_(inbox_ids), InboxUpdate.status == "received")
        .values(attempts=InboxUpdate.attempts + 1)
        .returning(InboxUpdate.id, InboxUpdate.attempts)
    )
    return dict((await session.execute(statement)).all())


async def reenqueue_orphans(session: AsyncSession, queue: procrastinate.App, *, now: datetime) -> int:
    """Enqueue again the updates that wait without any job (deleted by hand, say); return how many.

    One whose jobs fail again and again without a reason being kept is given up.
    """
    rows = await session.scalars(
        select(InboxUpdate)
        .where(InboxUpdate.status == "received", text(_HAS_NO_JOB))
        .params(task=ANSWER_TASK)
        .order_by(InboxUpdate.id)
        .limit(500)
    )
    orphans = rows.all()
    for row in orphans:
        row.attempts += 1
        if row.attempts > MOST_INTERRUPTIONS:
            bury_update(row, reason="its jobs failed without a reason", now=now)
            continue
        await enqueue(session, queue, ANSWER_TASK, lock=_lock_of(row.channel, row.chat_id), inbox_id=row.id)
    return len(orphans)


async def next_offset(session: AsyncSession, *, bot_id: int) -> int:
    """Return the offset that the next getUpdates of this bot must carry (0 at first)."""
    row = await session.get(PollOffset, bot_id)
    return row.next_offset if row else 0


async def move_offset(session: AsyncSession, *, bot_id: int, offset: int) -> None:
    """Store the next offset: what it confirms has been stored."""
    statement = insert(PollOffset).values(bot_id=bot_id, next_offset=offset)
    await session.execute(statement.on_conflict_do_update(index_elements=["bot_id"], set_={"next_offset": offset}))


def minimise(value: object, depth: int = 0) -> Any:
    """Return `value` without names and handles, and with depth, width, texts and numbers that PostgreSQL can hold."""
    if depth > _DEEPEST:
        return None
    match value:
        case Mapping():
            parts = list(value.items())[:_WIDEST]
            # Blanked, not dropped: the library's types require a first name.
            return {_storable(str(key))[:64]: "" if key in _NAMES else minimise(part, depth + 1) for key, part in parts}
        case list():
            return [minimise(part, depth + 1) for part in value[:_WIDEST]]
        case str():
            return _storable(value)[:_LONGEST_TEXT]
        case int() | float() if not abs(value) <= _LARGEST_ID:  # too large, infinite, or not a number
            return None
    return value


def _lock_of(channel: str, chat_id: int | None) -> str:
    return f"{channel}:{chat_id if chat_id is not None else 'none'}"


def _storable(text_: str) -> str:
    return text_.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _chat_of(content: object) -> int | None:
    if not isinstance(content, Mapping):
        return None
    message = content.get("message")
    holders = (content.get("chat"), message.get("chat") if isinstance(message, Mapping) else None, content.get("from"))
    identities = (_identity(holder.get("id")) for holder in holders if isinstance(holder, Mapping))
    return next((identity for identity in identities if identity is not None), None)


def _identity(value: object) -> int | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and isinstance(value, int) and abs(value) <= _LARGEST_ID else None
