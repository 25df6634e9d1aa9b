"""The worker of chores (matching, digests, reminders, retention), apart from answers, which wait for none of them."""

from __future__ import annotations

import asyncio
import functools

from bot.apps.chores import register_chores
from bot.apps.pushing import list_composers
from bot.apps.worker import work_until
from bot.db.service import open_engine, sessions_of
from bot.kit.clock import Clock, utc_now
from bot.kit.settings import Settings
from bot.queue.service import BATCH, open_queue

_CONCURRENCY = 4


async def run_batch(stop: asyncio.Event, settings: Settings, database_url: str, *, clock: Clock = utc_now) -> None:
    """Do the chores that the scheduler enqueues until `stop` is set."""
    engine = open_engine(database_url, pool_size=_CONCURRENCY)
    sessions = sessions_of(engine)
    try:
        await work_until(
            stop,
            open_app=functools.partial(open_queue, database_url),
            register=functools.partial(
                register_chores, sessions=sessions, composers=list_composers(settings), clock=clock
            ),
            sessions=sessions,
            concurrency=_CONCURRENCY,
            name="batch",
            queue_name=BATCH,
        )
    finally:
        await engine.dispose()
