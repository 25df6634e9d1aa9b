"""The conversation log's chore: forget what is old."""

from __future__ import annotations

import procrastinate

from bot.db.service import Sessions, transaction
from bot.kit.clock import Clock
from bot.transcripts.service import forget_messages


def transcripts_tasks(sessions: Sessions, *, clock: Clock) -> procrastinate.Blueprint:
    """Return the tasks of the conversation log, for a worker to register under "transcripts"."""
    tasks = procrastinate.Blueprint()

    @tasks.task(name="forget_messages")
    async def forget() -> dict[str, int]:
        async with transaction(sessions) as session:
            return {"forgotten": await forget_messages(session, now=clock())}

    return tasks
