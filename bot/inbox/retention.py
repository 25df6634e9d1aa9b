"""How long updates are kept: what they say until it is answered, seven days at most; their identity thirty days."""

from __future__ import annotations

from datetime import datetime, timedelta

import procrastinate
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import Sessions, transaction
from bot.inbox.models import InboxUpdate
from bot.kit.clock import Clock

PAYLOADS_KEPT = timedelta(days=7)
# An identity is kept to know a repeated update; Telegram repeats for a day at the most.
IDENTITIES_KEPT = timedelta(days=30)


async def forget_updates(session: AsyncSession, *, now: datetime) -> tuple[int, int]:
    """Give up what nobody could answer in seven days, drop what ended thirty days ago; return how many of each."""
    given_up = await session.scalars(
        update(InboxUpdate)
        .where(InboxUpdate.status == "received", InboxUpdate.received_at < now - PAYLOADS_KEPT)
        .values(status="dead", payload=None, done_at=now, error="too old")
        .returning(InboxUpdate.id)
    )
    dropped = await session.scalars(
        delete(InboxUpdate)
        .where(InboxUpdate.status != "received", InboxUpdate.done_at < now - IDENTITIES_KEPT)
        .returning(InboxUpdate.id)
    )
    return len(given_up.all()), len(dropped.all())


def retention_tasks(sessions: Sessions, *, clock: Clock) -> procrastinate.Blueprint:
    """Return the tasks of the inbox's retention, for a worker to register under "retention"."""
    tasks = procrastinate.Blueprint()

    @tasks.task(name="forget_updates")
    async def forget() -> dict[str, int]:
        async with transaction(sessions) as session:
            given_up, dropped = await forget_updates(session, now=clock())
        return {"given_up": given_up, "dropped": dropped}

    return tasks
