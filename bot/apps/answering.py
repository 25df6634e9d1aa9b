"""The worker process: opens what answering needs, then runs the jobs of the queue."""

from __future__ import annotations

import asyncio
import functools

import procrastinate

from bot.apps.chores import register_chores
from bot.apps.pushing import list_composers
from bot.apps.rasa_process import rasa_base
from bot.apps.wiring import open_collaborators, register_tasks
from bot.apps.worker import work_until
from bot.kit.settings import Settings
from bot.queue.service import open_queue
from bot.understanding.service import preload


async def run_worker(stop: asyncio.Event, settings: Settings, database_url: str) -> None:
    """Answer updates and do the chores until `stop` is set."""
    loading = asyncio.create_task(asyncio.to_thread(preload))
    async with open_collaborators(settings, database_url, rasa_url=rasa_base(settings)) as collaborators:
        await loading

        def register(queue: procrastinate.App) -> None:
            register_tasks(queue, collaborators)
            register_chores(
                queue, collaborators.sessions, composers=list_composers(), clock=collaborators.clock
            )  # fmt: skip

        await work_until(
            stop,
            open_app=functools.partial(open_queue, database_url),
            register=register,
            sessions=collaborators.sessions,
            concurrency=settings.worker_concurrency,
        )
