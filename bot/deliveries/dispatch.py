"""Turns what is due into messages of the outbox, a batch of people at a time.

Rules of one message:

- it is written only when the person may be written to at that moment, and leaves before their next rest or not at all;
- a person gets at most `most_a_day` messages in one of their days, whatever they tell; one that tells something urgent
  (a delivery whose details say `"urgent": true`, such as the last day to apply) may be one over;
- the most pressing kind comes first, in the order of `KINDS`; what is over the cap waits for the next day;
- a terminal is written nothing: nobody may be in front of it and nothing tells when it was read. What is due there
  waits until it is stale.

The person's row is locked meanwhile, as a turn of conversation locks it, so that a /stop and a dispatch never cross.
People and deliveries that somebody else holds are left for the next time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter as Metric
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import is_worth_repeating
from bot.deliveries.calendar import day_starts_at, is_allowed, next_allowed, next_day_allowed
from bot.deliveries.composing import Compose, Push, Recipient, recipient_of
from bot.deliveries.messages import Letter, write_messages
from bot.deliveries.models import Delivery, PushPreferences
from bot.outbox.models import Lane, OutboxCall
from bot.profiles.models import Person

CHANNEL = "telegram"
# Each is gone through before the next one begins; together they are `KINDS`, in its order.
PRESSING = ("change", "reminder", "step", "question", "silence")
PASSES = (PRESSING, ("alert",), ("campaign",))
PEOPLE_AT_A_TIME = 50
DELIVERIES_AT_A_TIME = 1000
# What waits in the outbox has to be withdrawn one by one when somebody stops: little of it waits there.
MOST_WAITING = 1000
# A delivery that its composer left out, or could not tell, is looked at again after so long.
AGAIN = timedelta(minutes=15)
_LONGEST_DAY = timedelta(hours=26)

_log = structlog.get_logger(__name__)
_failed = Metric("escale_pushes_not_composed_total", "Deliveries put off because writing them failed", ["kind"])


@dataclass
class _Batch:
    """What is decided for some people in one transaction.

    Attributes:
        told: messages that each of them got today, those under way included.
        in_doubt: earlier messages that expired after an answer was lost.
        letters: what is to be written.
        tally: what was done, by what: written, postponed, dropped, failed.
    """

    session: AsyncSession
    composers: Mapping[str, Compose]
    now: datetime
    preferences: Mapping[int, PushPreferences]
    told: Counter[int]
    in_doubt: frozenset[int]
    letters: list[Letter] = field(default_factory=list)
    tally: Counter[str] = field(default_factory=Counter)


async def people_due(
    session: AsyncSession, kinds: Sequence[str], *, after: int, now: datetime, limit: int = PEOPLE_AT_A_TIME
) -> list[int]:
    """Return the next people, by identity, who have something due of these kinds on a channel that takes it.

    Fewer than `limit` when much is due to them: none of them is answered while their messages are written.
    """
    query = (
        select(Delivery.person_id, func.count())
        .join(Person, Person.id == Delivery.person_id)
        .where(*_is_due(kinds, now), Delivery.person_id > after, Person.channel == CHANNEL)
        .group_by(Delivery.person_id)
        .order_by(Delivery.person_id)
        .limit(limit)
    )
    people: list[int] = []
    room = DELIVERIES_AT_A_TIME
    for person_id, count in await session.execute(query):
        room -= count
        if people and room < 0:
            break
        people.append(person_id)
    return people


async def count_waiting(session: AsyncSession, *, now: datetime) -> int:
    """Return how many messages of the bulk lane wait for their turn in the outbox, `MOST_WAITING` at the most.

    Those that wait for their next try, two hours at times after a lost answer, keep nobody else's from leaving.
    """
    waiting = select(OutboxCall.id).where(
        OutboxCall.channel == CHANNEL, OutboxCall.status == "pending", OutboxCall.lane == int(Lane.BULK)
    )
    waiting = waiting.where((OutboxCall.not_before <= now) | OutboxCall.error.is_(None))
    return int((await session.scalar(select(func.count()).select_from(waiting.limit(MOST_WAITING).subquery()))) or 0)


async def dispatch_batch(
    session: AsyncSession,
    person_ids: Sequence[int],
    kinds: Sequence[str],
    *,
    composers: Mapping[str, Compose],
    now: datetime,
) -> Counter[str]:
    """Decide what becomes of everything due of `kinds` for these people; return how many of each outcome.

    Args:
        session: the transaction, which holds the people until it ends.
        person_ids: who; those whom a turn or another dispatcher holds are left out.
        kinds: some of `KINDS`, the most pressing first.
        composers: who writes the messages of each kind.
        now: the moment.
    """
    lock = select(Person).where(Person.id.in_(person_ids)).order_by(Person.id)
    people = (await session.scalars(lock.with_for_update(key_share=True, skip_locked=True))).all()
    held = [person.id for person in people]
    preferences = await session.scalars(select(PushPreferences).where(PushPreferences.person_id.in_(held)))
    wanted = {one.person_id: one for one in preferences}
    groups = await _due_by_person(session, held, kinds, now=now)
    batch = _Batch(
        session, composers, now, wanted, await _count_told(session, wanted, now=now),
        await _in_doubt(session, [one for group in groups.values() for one in group]),
    )  # fmt: skip
    for person in people:
        for kind in kinds:
            if group := groups.get((person.id, kind)):
                await _try_to_tell(batch, person, kind, group)
    await write_messages(session, batch.letters)
    return batch.tally


async def put_off(session: AsyncSession, person_id: int, kinds: Sequence[str], *, now: datetime) -> int:
    """Let everything due of one person wait, for it cannot be dispatched; return how much that is."""
    where = (*_is_due(kinds, now), Delivery.person_id == person_id)
    statement = update(Delivery).where(*where).values(due_at=now + AGAIN).returning(Delivery.id)
    count = len((await session.scalars(statement)).all())
    _failed.labels(kinds[0]).inc(count)
    return count


async def _due_by_person(
    session: AsyncSession, person_ids: Sequence[int], kinds: Sequence[str], *, now: datetime
) -> dict[tuple[int, str], list[Delivery]]:
    query = (
        select(Delivery)
        .where(*_is_due(kinds, now), Delivery.stale_at > now, Delivery.person_id.in_(person_ids))
        .order_by(Delivery.due_at, Delivery.id)
        .with_for_update(skip_locked=True)
    )
    groups: dict[tuple[int, str], list[Delivery]] = {}
    for delivery in await session.scalars(query):
        groups.setdefault((delivery.person_id, delivery.kind), []).append(delivery)
    return groups


async def _count_told(
    session: AsyncSession, preferences: Mapping[int, PushPreferences], *, now: datetime
) -> Counter[int]:
    """Count the messages of each person's own day: sent, under way, or perhaps sent."""
    query = (
        select(Delivery.person_id, Delivery.outbox_id, func.max(Delivery.settled_at))
        .where(Delivery.person_id.in_(preferences), Delivery.outbox_id.is_not(None))
        .where(
            (Delivery.status == "sending")
            | (Delivery.status.in_(("sent", "uncertain")) & (Delivery.settled_at > now - _LONGEST_DAY))
        )
        .group_by(Delivery.person_id, Delivery.outbox_id)
    )
    told: Counter[int] = Counter()
    for person_id, _, at in await session.execute(query):
        told[person_id] += at is None or at >= day_starts_at(now, preferences[person_id].time_zone)
    return told


async def _in_doubt(session: AsyncSession, deliveries: Sequence[Delivery]) -> frozenset[int]:
    earlier = {one.outbox_id for one in deliveries if one.outbox_id is not None}
    if not earlier:
        return frozenset()
    query = select(OutboxCall.id).where(OutboxCall.id.in_(earlier), OutboxCall.doubts > 0)
    return frozenset(await session.scalars(query))


async def _try_to_tell(batch: _Batch, person: Person, kind: str, due: Sequence[Delivery]) -> None:
    """Tell one kind to one person; a fault of its own puts it off and harms nobody else."""
    ids = [delivery.id for delivery in due]
    try:
        async with batch.session.begin_nested():
            await _tell(batch, person, kind, due)
    except Exception as error:
        if is_worth_repeating(error):
            raise
        _log.error("push_not_composed", kind=kind, deliveries=len(ids), error=type(error).__name__)
        _failed.labels(kind).inc(len(ids))
        batch.tally["failed"] += len(ids)
        later = update(Delivery).where(Delivery.id.in_(ids)).values(due_at=batch.now + AGAIN)
        await batch.session.execute(later, execution_options={"synchronize_session": False})


async def _tell(batch: _Batch, person: Person, kind: str, due: Sequence[Delivery]) -> None:
    preferences = batch.preferences.get(person.id)
    if person.unreachable_at is not None:
        _end(batch, due, "blocked", person.unreachable_reason)
    elif preferences is None or _is_stopped(kind, preferences):
        _end(batch, due, "dropped", "stopped")
    elif not is_allowed(batch.now, preferences):
        _postpone(batch, due, next_allowed(batch.now, preferences))
    elif not _has_room(batch, preferences, due):
        _postpone(batch, due, next_day_allowed(batch.now, preferences))
    elif kind not in batch.composers:
        _postpone(batch, due, batch.now + AGAIN)
    else:
        await _compose(batch, recipient_of(person, preferences, now=batch.now), kind, due)


def _is_stopped(kind: str, preferences: PushPreferences) -> bool:
    if preferences.stopped_at is not None:
        return True
    return kind == "campaign" and preferences.campaigns_stopped_at is not None


async def _compose(batch: _Batch, recipient: Recipient, kind: str, due: Sequence[Delivery]) -> None:
    composed = await batch.composers[kind](batch.session, recipient, due)
    left = {delivery.id: delivery for delivery in due}
    for why, gone in composed.dropped.items():
        _end(batch, [left.pop(one.id) for one in gone if one.id in left], "dropped", why)
    for push in sorted(composed.pushes, key=_is_relaxed):
        covers = [left.pop(one.id) for one in push.covers if one.id in left]
        if not covers:  # told already by the push before
            continue
        if not _has_room(batch, recipient.preferences, covers):
            _postpone(batch, covers, next_day_allowed(batch.now, recipient.preferences))
            continue
        is_in_doubt = any(one.outbox_id in batch.in_doubt for one in covers)
        batch.letters.append(Letter(recipient, push, covers, kind, is_in_doubt))
        batch.told[recipient.person.id] += 1
        batch.tally["written"] += 1
    _postpone(batch, [one for one in left.values() if one.due_at <= batch.now], batch.now + AGAIN)


def _has_room(batch: _Batch, preferences: PushPreferences, deliveries: Sequence[Delivery]) -> bool:
    is_urgent = any(one.details.get("urgent") for one in deliveries)
    return batch.told[preferences.person_id] < preferences.most_a_day + is_urgent


def _is_relaxed(push: Push) -> bool:
    return not any(one.details.get("urgent") for one in push.covers)


def _end(batch: _Batch, deliveries: Sequence[Delivery], status: str, error: str | None) -> None:
    for delivery in deliveries:
        delivery.status, delivery.error, delivery.settled_at = status, error, batch.now
    batch.tally[status] += len(deliveries)


def _postpone(batch: _Batch, deliveries: Sequence[Delivery], until: datetime) -> None:
    """Put off; what would be stale by then is dropped at once."""
    _end(batch, [one for one in deliveries if one.stale_at <= until], "dropped", "stale")
    waiting = [one for one in deliveries if one.stale_at > until]
    for delivery in waiting:
        delivery.due_at = until
    batch.tally["postponed"] += len(waiting)


def _is_due(kinds: Sequence[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Delivery.status == "due", ~Delivery.is_held, Delivery.due_at <= now, Delivery.kind.in_(kinds))
