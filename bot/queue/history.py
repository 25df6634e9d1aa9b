"""The history of chores: each run is written down, so that one that did not run is noticed.

A run is written as `running` in a transaction of its own before the chore begins, and as done or failed after it.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import procrastinate
from sqlalchemy import cast, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import Sessions, transaction
from bot.kit.clock import Clock
from bot.queue.chores import CLOCK_GRACE, Chore
from bot.queue.models import JobRun

# A run longer than this is taken for dead: it hides nothing any more.
LONGEST_RUN = timedelta(minutes=30)
RUNS_KEPT = timedelta(days=30)
IDLE_RUNS_KEPT = timedelta(days=1)
# A chore of a clock time that was missed, or failed, is enqueued again after so long.
CATCH_UP = timedelta(minutes=10)
_ANY_COUNT = cast("$.* ? (@ != 0)", JSONPATH)
SCHEDULER = "scheduler"  # the `task` of the rows that say since when chores are enqueued


@dataclass(frozen=True)
class ChoreState:
    """How a chore stands.

    Attributes:
        last: its latest run, whatever came of it.
        succeeded: its latest run that ended well.
        is_overdue: it did not run well within its expected time.
    """

    chore: Chore
    last: JobRun | None
    succeeded: JobRun | None
    is_overdue: bool

    @property
    def task(self) -> str:
        """The chore's task."""
        return self.chore.task

    def is_running(self, now: datetime) -> bool:
        """Whether it is being done, and not for too long."""
        return self.last is not None and self.last.outcome == "running" and now - self.last.started_at < LONGEST_RUN


def record_runs(queue: procrastinate.App, tasks: Iterable[str], sessions: Sessions, *, clock: Clock) -> None:
    """Have every run of these tasks of `queue` written down; what a task returns (numbers by name) is kept with it."""
    for name in tasks:
        task = queue.tasks[name]
        task.func = _recorded(name, task.func, sessions, clock)


def _recorded(
    task: str, run: Callable[..., Awaitable[Mapping[str, int] | None]], sessions: Sessions, clock: Clock
) -> Callable[..., Awaitable[Mapping[str, int] | None]]:
    @functools.wraps(run)
    async def run_and_record(*arguments: Any, **more: Any) -> Mapping[str, int] | None:
        async with transaction(sessions) as session:
            run_id = await begin_run(session, task, now=clock())
        try:
            counts = await run(*arguments, **more)
        except BaseException as error:
            async with transaction(sessions) as session:
                await end_run(session, run_id, now=clock(), error=type(error).__name__)
            raise
        async with transaction(sessions) as session:
            await end_run(session, run_id, now=clock(), counts=counts or {})
        return counts

    return run_and_record


async def begin_run(session: AsyncSession, task: str, *, now: datetime) -> int:
    """Write down that `task` begins; return the run. A run before it that never ended was cut short.

    One run of a chore excludes another (its lock in the queue), so that what still seems to run is dead.
    """
    cut = update(JobRun).where(JobRun.task == task, JobRun.outcome == "running")
    await session.execute(cut.values(outcome="failed", ended_at=now, detail={"error": "interrupted"}))
    run = JobRun(task=task, started_at=now, outcome="running", detail={})
    session.add(run)
    await session.flush()
    return run.id


async def end_run(
    session: AsyncSession, run_id: int, *, now: datetime, counts: Mapping[str, int] | None = None, error: str = ""
) -> None:
    """Write down how a run ended: with what counts, or by what kind of error."""
    values = {"outcome": "failed", "detail": {"error": error}} if error else {"outcome": "done", "detail": counts or {}}
    await session.execute(update(JobRun).where(JobRun.id == run_id).values(ended_at=now, **values))


async def note_watch(session: AsyncSession, *, now: datetime) -> None:
    """Write down that chores are enqueued from now on, after a time when they were not."""
    session.add(JobRun(task=SCHEDULER, started_at=now, ended_at=now, outcome="done", detail={}))


_LAST_RUNS = text("""
SELECT last.* FROM unnest(CAST(:tasks AS text[])) AS wanted(task) CROSS JOIN LATERAL (
  (SELECT * FROM job_run AS r WHERE r.task = wanted.task ORDER BY started_at DESC, id DESC LIMIT 1)
  UNION ALL
  (SELECT * FROM job_run AS r WHERE r.task = wanted.task AND outcome = 'done' ORDER BY started_at DESC, id DESC LIMIT 1)
) AS last
""")


async def chore_states(session: AsyncSession, chores: Sequence[Chore], *, now: datetime) -> list[ChoreState]:
    """Return how each chore stands.

    As long as the scheduler has not been at work for a chore's own expected silence, it is not overdue: the scheduler's
    sign of life is what tells of that.
    """
    tasks = [chore.task for chore in chores]
    query = select(JobRun).from_statement(_LAST_RUNS.columns(*JobRun.__table__.columns))
    rows = (await session.scalars(query, {"tasks": tasks})).all()
    watch = await session.scalar(select(func.max(JobRun.started_at)).where(JobRun.task == SCHEDULER))
    last: dict[str, JobRun] = {}
    succeeded: dict[str, JobRun] = {}
    for row in rows:
        last[row.task] = max(last.get(row.task, row), row, key=lambda run: (run.started_at, run.id))
        if row.outcome == "done":
            succeeded[row.task] = row
    states = (ChoreState(chore, last.get(chore.task), succeeded.get(chore.task), False) for chore in chores)
    return [
        ChoreState(state.chore, state.last, state.succeeded, is_overdue=_is_overdue(state, watch, now))
        for state in states
    ]


def _is_overdue(state: ChoreState, watch: datetime | None, now: datetime) -> bool:
    needed = state.chore.needed_since(now)
    if needed is None or watch is None or state.is_running(now):
        return False
    if watch > (needed if state.chore.interval is not None else now - CLOCK_GRACE):
        return False
    sign = _sign_of(state)
    return sign is None or sign < needed


def _sign_of(state: ChoreState) -> datetime | None:
    """Return the moment that counts: of a chore of intervals its end, of a clock time its beginning."""
    run = state.succeeded
    if run is None or state.chore.interval is None:
        return run.started_at if run else None
    return run.ended_at


async def overdue_chores(session: AsyncSession, chores: Sequence[Chore], *, now: datetime) -> list[ChoreState]:
    """Return the chores that did not run well within their expected time, those that never ran included."""
    return [state for state in await chore_states(session, chores, now=now) if state.is_overdue]


def missed_chores(states: Iterable[ChoreState], *, now: datetime) -> list[str]:
    """Return the chores whose last clock time passed ten minutes ago or more without a run that ended well.

    The machine was off, the scheduler away, or the run failed: each is to be enqueued again, every ten minutes.
    """
    missed = []
    for state in states:
        slot = state.chore.last_slot(now - CATCH_UP)
        if slot is None or state.is_running(now) or (state.succeeded and state.succeeded.started_at >= slot):
            continue
        if state.last is None or state.last.started_at <= now - CATCH_UP:
            missed.append(state.task)
    return missed


async def forget_runs(session: AsyncSession, *, frequent: Collection[str], now: datetime) -> int:
    """Forget the runs of thirty days ago, and of frequent chores those that did nothing a day ago; return how many.

    The last run of each task is kept.
    """
    last = select(func.max(JobRun.id)).group_by(JobRun.task)  # once, not for each row
    did_nothing = (JobRun.outcome == "done") & ~func.jsonb_path_exists(JobRun.detail, _ANY_COUNT)
    is_idle = JobRun.task.in_(frequent) & did_nothing & (JobRun.started_at < now - IDLE_RUNS_KEPT)
    is_old = JobRun.started_at < now - RUNS_KEPT
    statement = delete(JobRun).where(is_idle | is_old, JobRun.id.not_in(last)).returning(JobRun.id)
    return len((await session.scalars(statement.execution_options(synchronize_session=False))).all())
