"""How the chores stand, for `escale jobs` and `escale doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.apps.scheduler import list_chores
from bot.apps.sessions import session_on
from bot.queue.history import ChoreState, chore_states


@dataclass(frozen=True)
class ChoreReport:
    """How one chore stands.

    Attributes:
        last_run: when its latest run began, None when it never ran.
        outcome: what came of that run: running, done, failed, or never.
        detail: its counts by name, or the kind of error.
        last_success: when it last ended well.
        next_at: its next clock time, or when an interval brings it again.
        is_overdue: whether it did not run well within its expected time.
    """

    task: str
    last_run: datetime | None
    outcome: str
    detail: dict[str, Any]
    last_success: datetime | None
    next_at: datetime | None
    is_overdue: bool


async def read_jobs(database_url: str, *, now: datetime) -> list[ChoreReport]:
    """Return how each chore of the product stands."""
    async with session_on(database_url) as session:
        return [_report(state, now) for state in await chore_states(session, list_chores(), now=now)]


def _report(state: ChoreState, now: datetime) -> ChoreReport:
    run = state.last
    return ChoreReport(
        task=state.task,
        last_run=run.started_at if run else None,
        outcome=run.outcome if run else "never",
        detail=run.detail if run else {},
        last_success=state.succeeded.ended_at if state.succeeded else None,
        next_at=state.chore.next_after(run.started_at if run else None, now),
        is_overdue=state.is_overdue,
    )
