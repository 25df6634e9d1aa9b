"""The scheduler: clock times become jobs of the queue. It does none of the work itself.

One scheduler is active, by advisory lock; a second one waits. No clock time lies between 02:00 and 03:00, the hour
that a change of clocks repeats or leaves out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import procrastinate
import psycopg
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from procrastinate.exceptions import AlreadyEnqueued

from bot.apps.running import sleep_or_stop
from bot.apps.watching import ChoreWatch
from bot.db.service import Sessions, open_engine, psycopg_url, sessions_of, transaction
from bot.kit.clock import TOWN_ZONE, Clock, utc_now
from bot.kit.settings import Settings
from bot.queue.chores import Chore
from bot.queue.heartbeats import BEAT_SECONDS, beat
from bot.queue.service import BATCH, enqueue, open_queue

_LOCK = "escale.scheduler"
_GRACE_SECONDS = 3600
_STEP = timedelta(minutes=1)
_log = structlog.get_logger(__name__)


def list_chores() -> tuple[Chore, ...]:
    """Return every chore of the product; `escale jobs` shows how each stands."""
    return (
        Chore("alerts:match", IntervalTrigger(seconds=15, timezone=TOWN_ZONE)),
        Chore("alerts:roll", IntervalTrigger(minutes=5, timezone=TOWN_ZONE)),
        Chore("alerts:mind_silence", CronTrigger(hour=5, minute=10, timezone=TOWN_ZONE)),
        Chore("catalogue:expire", CronTrigger(hour=4, minute=30, timezone=TOWN_ZONE), at_start=True),
        Chore("followups:announce", IntervalTrigger(seconds=15, timezone=TOWN_ZONE)),
        Chore("followups:plan", CronTrigger(hour="0-1,3-23", minute=10, timezone=TOWN_ZONE)),
        Chore("campaigns:expand", IntervalTrigger(seconds=15, timezone=TOWN_ZONE)),
        Chore("outbox:expire_calls", IntervalTrigger(minutes=5, timezone=TOWN_ZONE)),
        Chore("outbox:forget_bodies", CronTrigger(hour=4, minute=45, timezone=TOWN_ZONE)),
        Chore("conversation:forget_lists", CronTrigger(hour=4, minute=50, timezone=TOWN_ZONE)),
        Chore("conversation:erase_silent", CronTrigger(hour=5, minute=20, timezone=TOWN_ZONE)),
        Chore("transcripts:forget_messages", CronTrigger(hour=4, minute=55, timezone=TOWN_ZONE)),
        Chore("deliveries:dispatch", IntervalTrigger(seconds=15, timezone=TOWN_ZONE)),
        Chore("deliveries:forget", CronTrigger(hour=5, minute=0, timezone=TOWN_ZONE)),
        Chore("retention:forget_updates", CronTrigger(hour=4, minute=40, timezone=TOWN_ZONE)),
        Chore("queue:forget_runs", CronTrigger(hour=4, minute=35, timezone=TOWN_ZONE)),
    )


async def schedule_until(stop: asyncio.Event, settings: Settings, database_url: str, *, clock: Clock = utc_now) -> None:
    """Enqueue the chores at their times until `stop` is set."""
    del settings
    engine = open_engine(database_url, pool_size=2)
    queue = open_queue(database_url)
    try:
        while not stop.is_set():
            try:
                await _schedule_as_owner(stop, sessions_of(engine), queue, database_url, clock=clock)
            except Exception as error:
                _log.warning("scheduler_interrupted", error=type(error).__name__)
                await sleep_or_stop(stop, 1.0)
    finally:
        await engine.dispose()


async def _schedule_as_owner(
    stop: asyncio.Event, sessions: Sessions, queue: procrastinate.App, database_url: str, *, clock: Clock
) -> None:
    async with await psycopg.AsyncConnection.connect(
        psycopg_url(database_url), autocommit=True, connect_timeout=3
    ) as guard:
        while not await _take_lock(guard):
            if await sleep_or_stop(stop, 1.0):
                return
        chores = list_chores()
        scheduler = _start_clock(sessions, queue, chores)
        watch = ChoreWatch(sessions, chores, enqueue=partial(_enqueue_quietly, sessions, queue), clock=clock)
        try:
            await watch.begin()
            for chore in chores:
                if chore.at_start:
                    await enqueue_chore(sessions, queue, chore.task)
            _log.info("scheduler_active", chores=len(chores))
            latest = clock()
            while not _is_set_back(latest, clock()):
                latest = clock()
                await guard.execute("SELECT 1")  # without this connection the lock is gone
                async with transaction(sessions) as session:
                    await beat(session, "scheduler", now=clock(), detail="active")
                await watch.look()
                if await sleep_or_stop(stop, BEAT_SECONDS):
                    return
        finally:
            scheduler.shutdown(wait=False)


def _is_set_back(latest: datetime, now: datetime) -> bool:
    """Whether the machine's clock was set back: what is enqueued next would wait until it shows the same hour again."""
    if is_set_back := now < latest - _STEP:
        _log.warning("clock_set_back", seconds=round((latest - now).total_seconds()))
    return is_set_back


async def _take_lock(guard: psycopg.AsyncConnection[tuple[object, ...]]) -> bool:
    row = await (await guard.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [_LOCK])).fetchone()
    return bool(row and row[0])


def _start_clock(sessions: Sessions, queue: procrastinate.App, chores: Sequence[Chore]) -> AsyncIOScheduler:
    # A busy loop may be late: within the hour a chore still runs, and once however often it was missed.
    defaults = {"misfire_grace_time": _GRACE_SECONDS, "coalesce": True, "max_instances": 1}
    scheduler = AsyncIOScheduler(timezone=TOWN_ZONE, job_defaults=defaults)
    for chore in chores:
        scheduler.add_job(partial(_enqueue_quietly, sessions, queue, chore.task), chore.trigger, id=chore.task)
    scheduler.start()
    return scheduler


async def _enqueue_quietly(sessions: Sessions, queue: procrastinate.App, task: str) -> None:
    try:
        await enqueue_chore(sessions, queue, task)
    except Exception as error:
        _log.warning("chore_not_enqueued", task=task, error=type(error).__name__)


async def enqueue_chore(sessions: Sessions, queue: procrastinate.App, task: str) -> bool:
    """Enqueue one chore unless it waits already; return whether it was."""
    try:
        async with transaction(sessions) as session:
            await enqueue(session, queue, task, queueing_lock=task, lock=task, queue_name=BATCH)
    except AlreadyEnqueued:
        return False
    return True
