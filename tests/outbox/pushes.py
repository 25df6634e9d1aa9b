"""What the fault tests of pushes share: rows of both classes, what became of them, what Telegram took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import Sessions, transaction
from bot.deliveries.models import Delivery
from bot.kit.clock import utc_now
from bot.outbox.doubts import PUSH_REPEATS
from bot.outbox.models import Lane, OutboxCall
from bot.outbox.service import enqueue_call
from bot.profiles.models import Person
from tests.fixtures.bot_api import FakeTelegram
from tests.fixtures.processes import eventually

# Chats of alerts and reminders, whose messages must not be lost, and of campaigns, whose must not be repeated.
ALERTS, CAMPAIGN = range(1, 100_001), range(100_001, 200_001)


async def write_pushes(sessions: Sessions, chats: Iterable[int]) -> list[int]:
    """Write one push to each chat, of the class that its number says; return their identities."""
    async with transaction(sessions) as session:
        calls = [await _write(session, chat_id) for chat_id in chats]
        await session.flush()
        return [call.id for call in calls]


async def _write(session: AsyncSession, chat_id: int) -> OutboxCall:
    repeats, lane = (0, Lane.BULK) if chat_id in CAMPAIGN else (PUSH_REPEATS, Lane(1 + chat_id % 2))
    return await enqueue_call(
        session, channel="telegram", chat_id=chat_id, method="send_message", now=utc_now(), lane=lane, repeats=repeats,
        params={"chat_id": chat_id, "text": f"à {chat_id}"},
    )  # fmt: skip


async def write_deliveries(sessions: Sessions, campaigns: Mapping[int, Iterable[int]]) -> None:
    """Write campaigns whose messages wait in the outbox: for each its identity and the chats of its people."""
    now = utc_now()
    async with transaction(sessions) as session:
        for source_id, chats in campaigns.items():
            for chat_id in chats:
                person = Person(channel="telegram", chat_id=chat_id, first_seen_at=now, last_seen_at=now)
                session.add(person)
                call = await _write(session, chat_id)
                await session.flush()
                delivery = Delivery(
                    person_id=person.id, kind="campaign", reason=f"campaign:{source_id}", source_id=source_id,
                    details={}, status="sending", due_at=now, stale_at=now + timedelta(days=1), outbox_id=call.id,
                    attempts=1, created_at=now,
                )  # fmt: skip
                session.add(delivery)


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """Return how many calls stand in each status."""
    rows = await session.execute(select(OutboxCall.status, func.count()).group_by(OutboxCall.status))
    return {str(status): int(count) for status, count in rows.all()}


async def settled(sessions: Sessions, *, within: float) -> dict[str, int]:
    """Wait until no call is open; return how many stand in each status."""

    async def is_done() -> bool:
        async with sessions() as session:
            return not {"pending", "sending"} & set(await count_by_status(session))

    await eventually(is_done, within=within, what="every call settled")
    async with sessions() as session:
        return await count_by_status(session)


async def calls_to(sessions: Sessions, chats: range) -> list[OutboxCall]:
    """Return the calls to these chats."""
    async with sessions() as session:
        query = select(OutboxCall).where(OutboxCall.chat_id.between(chats[0], chats[-1]))
        return list(await session.scalars(query))


async def taken_by(fake: FakeTelegram) -> Counter[int]:
    """Return how many messages Telegram took for each chat, those whose answer was lost included."""
    records = await fake.requests("sendMessage")
    return Counter(record["chat_id"] for record in records if record["outcome"] in {"ok", "lost"})


async def count_taken(fake: FakeTelegram) -> int:
    """Return how many messages Telegram took."""
    outcomes = (await fake.state())["outcomes"]
    return sum(outcomes.get(f"sendMessage {outcome}", 0) for outcome in ("ok", "lost"))
