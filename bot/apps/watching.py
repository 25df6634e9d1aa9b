"""The scheduler's eye on the chores: what was missed is enqueued again, what stays undone is told, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.db.service import Sessions, transaction
from bot.kit.clock import Clock
from bot.queue.chores import Chore
from bot.queue.heartbeats import read_signs
from bot.queue.history import ChoreState, chore_states, missed_chores, note_watch

_LOOK_EVERY = timedelta(seconds=30)
# A scheduler that was away for less has missed nothing, and its return excuses nothing.
_AWAY = timedelta(minutes=1)
_log = structlog.get_logger(__name__)


class ChoreWatch:
    """Looks at the history of chores every 30 seconds, for the active scheduler."""

    def __init__(
        self, sessions: Sessions, chores: Sequence[Chore], *, enqueue: Callable[[str], Awaitable[None]], clock: Clock
    ) -> None:
        self._sessions, self._chores, self._enqueue, self._clock = sessions, chores, enqueue, clock
        self._looked_at: datetime | None = None
        self._overdue: set[str] = set()

    async def begin(self) -> None:
        """Note that chores are enqueued from now on, unless a scheduler did so a minute ago."""
        now = self._clock()
        async with transaction(self._sessions) as session:
            sign = (await read_signs(session)).get("scheduler")
            if sign is None or now - sign.at > _AWAY:
                await note_watch(session, now=now)

    async def look(self) -> None:
        """Enqueue what was missed and tell what is overdue; nothing within 30 seconds of the last look."""
        now = self._clock()
        if self._looked_at is not None and now - self._looked_at < _LOOK_EVERY:
            return
        self._looked_at = now
        async with transaction(self._sessions) as session:
            states = await chore_states(session, self._chores, now=now)
        for task in missed_chores(states, now=now):
            await self._enqueue(task)
        self._tell({state.task: state for state in states if state.is_overdue})

    def _tell(self, overdue: dict[str, ChoreState]) -> None:
        for task in overdue.keys() - self._overdue:
            run = overdue[task].succeeded
            _log.warning("chore_overdue", task=task, last_success=str(run.ended_at) if run else "never")
        for task in self._overdue - overdue.keys():
            _log.info("chore_runs_again", task=task)
        self._overdue = set(overdue)
