"""The jobs of kept offers: reminders every hour, changes a few times a minute."""

from __future__ import annotations

import procrastinate

from bot.db.service import Sessions, transaction
from bot.followups.announcing import BATCH, announce_changes
from bot.followups.reminding import plan_followups
from bot.kit.clock import Clock


def followups_tasks(sessions: Sessions, *, clock: Clock) -> procrastinate.Blueprint:
    """Return the tasks of kept offers, for a worker to register under "followups"."""
    tasks = procrastinate.Blueprint()

    @tasks.task(name="plan")
    async def plan() -> dict[str, int]:
        async with transaction(sessions) as session:
            return await plan_followups(session, now=clock())

    @tasks.task(name="announce")
    async def announce() -> dict[str, int]:
        total, last = 0, BATCH
        while last == BATCH:  # each batch in a transaction of its own
            async with transaction(sessions) as session:
                last = await announce_changes(session, now=clock())
            total += last
        return {"revisions": total}

    return tasks
