"""The worker: runs jobs until it is told to stop, and frees the chats that killed workers left blocked.

procrastinate's worker ends by itself, without an error, when PostgreSQL restarts; and a job whose worker was killed
stays "doing", which blocks its chat, until somebody retries it. Both are mended here.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import procrastinate
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from prometheus_client import Counter

from bot.db.service import Sessions, transaction
from bot.inbox.service import ANSWER_TASK, note_interruptions, reenqueue_orphans
from bot.kit.clock import utc_now
from bot.queue.heartbeats import beat_until
from bot.queue.service import ANSWERS, BATCH

HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 6.0
# A chore may hold its worker's loop for seconds; it is not worth a chat's wait, and must not be done twice at a time.
BATCH_STALLED_SECONDS = 30.0
SWEEP_SECONDS = 2.0
ORPHAN_SECONDS = 30.0
GRACE_SECONDS = 8.0
_LONGEST_STOP = GRACE_SECONDS + 1.5
_OPENING_SECONDS = 5.0
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.2, 2.0
_log = structlog.get_logger(__name__)
_freed = Counter("escale_jobs_freed_total", "Jobs tried again because their worker died", ["kind"])


async def work_until(
    stop: asyncio.Event,
    *,
    open_app: Callable[[], procrastinate.App],
    register: Callable[[procrastinate.App], None],
    sessions: Sessions,
    concurrency: int,
    name: str = "worker",
    queue_name: str = ANSWERS,
) -> None:
    """Run jobs until `stop` is set, then finish those under way (8 s at most, 10 s in all).

    Args:
        stop: set by SIGTERM.
        open_app: returns a new application of procrastinate's, closed, such as `lambda: open_queue(url)`; called again
            after each fault, for one whose closing was cut short cannot be opened any more.
        register: adds the features' tasks to it, newly made, such as
            `app.add_tasks_from(inbox_tasks(...), namespace="inbox")`.
        sessions: where the sweeps look for updates without a job.
        concurrency: how many jobs run at a time.
        name: under which it gives its signs of life.
        queue_name: whose jobs it takes, `ANSWERS` or `BATCH`.
    """
    loop, pause = asyncio.get_running_loop(), _SHORTEST_PAUSE
    while not stop.is_set():
        began = loop.time()
        app = open_app()
        register(app)
        try:
            await _work_once(stop, app, sessions, concurrency=concurrency, name=name, queue_name=queue_name)
        except Exception as error:
            _log.warning("worker_interrupted", error=type(error).__name__)
        if stop.is_set():
            return
        pause = _SHORTEST_PAUSE if loop.time() - began > _LONGEST_STOP else min(pause * 2, _LONGEST_PAUSE)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def _work_once(
    stop: asyncio.Event, app: procrastinate.App, sessions: Sessions, *, concurrency: int, name: str, queue_name: str
) -> None:
    """Work until `stop`, or until the worker ends because the database went away."""
    stopping = asyncio.create_task(stop.wait())
    try:
        async with _opened(app, stopping) as is_open:
            if not is_open:
                return
            worker = asyncio.create_task(_run(app, concurrency, queue_name))
            sweeper = asyncio.create_task(_sweep_for_ever(app, sessions))
            signs = beat_until(stop, sessions, name, clock=utc_now, detail=lambda: "active")
            signing = asyncio.create_task(signs)
            _log.info("worker_active", concurrency=concurrency, queue=queue_name)
            await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
            sweeper.cancel()
            signing.cancel()
            worker.cancel()  # procrastinate takes it as a wish to end, and finishes its jobs
            await asyncio.wait({worker, sweeper, signing}, timeout=_LONGEST_STOP)
            if worker.done() and not worker.cancelled() and (error := worker.exception()) is not None:
                raise error
    finally:
        stopping.cancel()


async def _run(app: procrastinate.App, concurrency: int, queue_name: str) -> None:
    await app.run_worker_async(
        queues=[queue_name],
        concurrency=concurrency,
        install_signal_handlers=False,
        delete_jobs="always",  # what became of an update or a chore is in a table of its own
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=BATCH_STALLED_SECONDS,  # forgotten then; its jobs are freed by the sweep, below
        shutdown_graceful_timeout=GRACE_SECONDS,
        fetch_job_polling_interval=0.25,  # a job tried again, or freed by the end of another, notifies nobody
        listen_notify=True,
    )


@contextlib.asynccontextmanager
async def _opened(app: procrastinate.App, stopping: asyncio.Task[bool]) -> AsyncIterator[bool]:
    """Open the application's connections; says False when told to stop meanwhile."""
    opening = asyncio.ensure_future(app.open_async())
    try:
        await asyncio.wait({opening, stopping}, timeout=_OPENING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if stopping.done():
            yield False
            return
        if not opening.done():
            raise TimeoutError
        await opening
        yield True
    finally:
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(app.close_async(), 1.5)


async def _sweep_for_ever(app: procrastinate.App, sessions: Sessions) -> None:
    orphans_at = 0.0
    while True:
        try:
            await free_stalled_jobs(app, sessions)
            if (now := asyncio.get_running_loop().time()) >= orphans_at:
                orphans_at = now + ORPHAN_SECONDS
                async with transaction(sessions) as session:
                    count = await reenqueue_orphans(session, app, now=datetime.now(UTC))
                _freed.labels("orphan").inc(count)
        except Exception as error:
            _log.warning("sweep_failed", error=type(error).__name__)
        await asyncio.sleep(SWEEP_SECONDS)


async def free_stalled_jobs(app: procrastinate.App, sessions: Sessions) -> int:
    """Try again the jobs whose worker has given no sign for 6 s, 30 s when it does chores; return how many.

    The first time at once. An update that sees its worker die again may be what kills it, so from then on it comes
    back alone, a few seconds later, and the inbox gives it up in the end.
    """
    await app.job_manager.prune_stalled_workers(BATCH_STALLED_SECONDS)
    stalled: list[Job] = []
    for queue_name, seconds in ((ANSWERS, STALLED_SECONDS), (BATCH, BATCH_STALLED_SECONDS)):
        stalled += await app.job_manager.get_stalled_jobs(queue=queue_name, seconds_since_heartbeat=seconds)
    if not stalled:
        return 0
    answers = {int(str(job.task_kwargs["inbox_id"])): job for job in stalled if job.task_name == ANSWER_TASK}
    async with transaction(sessions) as session:
        interruptions = await note_interruptions(session, list(answers))
    freed = 0
    for job in stalled:
        inbox_id = job.task_kwargs.get("inbox_id")
        times = interruptions.get(int(str(inbox_id)), 1) if job.task_name == ANSWER_TASK else 1
        freed += await _free(app, job, wait=0.0 if times <= 1 else random.uniform(0, 2.0 * times))  # noqa: S311 - not a secret
    _freed.labels("stalled").inc(freed)
    _log.warning("stalled_jobs_freed", count=freed)
    return freed


async def _free(app: procrastinate.App, job: Job, *, wait: float) -> bool:
    # A worker that was only slow may have ended the job meanwhile, or another worker's sweep was here first.
    with contextlib.suppress(ConnectorException):
        await app.job_manager.retry_job(job, retry_at=datetime.now(UTC) + timedelta(seconds=wait))
        return True
    return False
