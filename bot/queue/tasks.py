"""The queue's own chore: forget the old runs of chores."""

from __future__ import annotations

from collections.abc import Collection

import procrastinate

from bot.db.service import Sessions, transaction
from bot.kit.clock import Clock
from bot.queue.history import forget_runs


def queue_tasks(sessions: Sessions, *, frequent: Collection[str], clock: Clock) -> procrastinate.Blueprint:
    """Return the tasks of the queue, for a worker to register under "queue"; `frequent`: tasks of many runs a day."""
    tasks = procrastinate.Blueprint()

    @tasks.task(name="forget_runs")
    async def forget() -> dict[str, int]:
        async with transaction(sessions) as session:
            return {"forgotten": await forget_runs(session, frequent=frequent, now=clock())}

    return tasks
