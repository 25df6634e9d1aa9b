"""People, deliveries and composers of a few words, so that each test writes only what it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.keyboards import Button
from bot.deliveries.dispatch import dispatch_batch
from bot.deliveries.models import KINDS, Delivery, PushPreferences
from bot.deliveries.service import Composed, Figures, Push, Recipient, agree, report_by_language, sum_of
from bot.outbox.models import OutboxCall
from bot.profiles.models import Person
from bot.profiles.service import person_of_chat

NIGHT = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)  # 23:30 in Paris
MORNING = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


async def somebody(
    session: AsyncSession, now: datetime, chat_id: int = 1, *, channel: str = "telegram", **wants: Any
) -> int:
    """Register a person who agreed to be written to; `wants` changes their preferences."""
    person = await person_of_chat(session, channel=channel, chat_id=chat_id, telegram_language="fr", now=now)
    preferences = await agree(session, person_id=person.id, now=now)
    for name, value in wants.items():
        setattr(preferences, name, value)
    await session.flush()
    return person.id


async def plan(
    session: AsyncSession, person_id: int, now: datetime, *reasons: str, kind: str = "alert", **values: Any
) -> None:
    """Plan one delivery for each reason, due now and for 14 days unless said otherwise; known ones stay."""
    given = {"due_at": now, "stale_at": now + timedelta(days=14), "details": {}, "created_at": now} | values
    rows = [{"person_id": person_id, "kind": kind, "reason": reason, **given} for reason in reasons]
    await session.execute(insert(Delivery).values(rows).on_conflict_do_nothing())


async def tell_all(_session: AsyncSession, recipient: Recipient, due: Sequence[Delivery]) -> Composed:
    """Tell everything in one message."""
    words = ", ".join(one.reason for one in due)
    return Composed([Push(due, f"{recipient.voice}: {words}", [[Button("Stop", "pushes_stop")]])])


async def tell_each(_session: AsyncSession, _recipient: Recipient, due: Sequence[Delivery]) -> Composed:
    """Tell each in a message of its own."""
    return Composed([Push([one], one.reason) for one in due])


EACH = dict.fromkeys(KINDS, tell_each)
ALL = dict.fromkeys(KINDS, tell_all)


async def dispatch(session: AsyncSession, now: datetime, composers=EACH) -> Counter[str]:  # type: ignore[no-untyped-def]
    """Dispatch in this test's own transaction, all kinds in their order."""
    people = list(await session.scalars(select(Person.id)))
    return await dispatch_batch(session, people, KINDS, composers=composers, now=now)


async def ledger(session: AsyncSession) -> dict[str, Delivery]:
    """Return every delivery, freshly read, by its reason."""
    rows = await session.scalars(select(Delivery).execution_options(populate_existing=True))
    return {one.reason: one for one in rows}


async def statuses(session: AsyncSession) -> dict[str, str]:
    """Return the status of every delivery, with why where something is said of it, by reason."""
    found = await ledger(session)
    return {reason: f"{one.status}: {one.error}" if one.error else one.status for reason, one in found.items()}


async def count_deliveries(session: AsyncSession, *where: Any) -> dict[str, int]:
    """Return how many deliveries that fulfil `where` stand in each status."""
    query = select(Delivery.status, func.count()).where(*where).group_by(Delivery.status)
    return {str(status): int(count) for status, count in await session.execute(query)}


async def figures_of(session: AsyncSession, *where: Any) -> Figures:
    """Return the figures of the deliveries that fulfil `where`."""
    return sum_of((await report_by_language(session, *where)).values())


async def calls(session: AsyncSession) -> list[OutboxCall]:
    """Return the calls of the outbox in the order in which they were written."""
    query = select(OutboxCall).order_by(OutboxCall.id).execution_options(populate_existing=True)
    return list(await session.scalars(query))


async def person(session: AsyncSession, person_id: int) -> Person:
    return await session.get_one(Person, person_id)


async def preferences(session: AsyncSession, person_id: int) -> PushPreferences:
    return await session.get_one(PushPreferences, person_id)
