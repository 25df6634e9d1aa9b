"""The outbox's chores: expire what is too late, forget what was said."""

from __future__ import annotations

import procrastinate

from bot.db.service import Sessions, transaction
from bot.kit.clock import Clock
from bot.outbox.service import expire_calls, forget_bodies


def outbox_tasks(sessions: Sessions, *, clock: Clock) -> procrastinate.Blueprint:
    """Return the tasks of the outbox, for a worker to register under "outbox"."""
    tasks = procrastinate.Blueprint()

    @tasks.task(name="expire_calls")
    async def expire() -> dict[str, int]:
        async with transaction(sessions) as session:
            return {"expired": await expire_calls(session, now=clock())}

    @tasks.task(name="forget_bodies")
    async def forget() -> dict[str, int]:
        async with transaction(sessions) as session:
            return {"emptied": await forget_bodies(session, now=clock())}

    return tasks
