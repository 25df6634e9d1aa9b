"""The worker of people's updates: opens what answering needs, then runs the jobs of their queue."""

from __future__ import annotations

import asyncio
import functools

from bot.apps.rasa_process import rasa_base
from bot.apps.wiring import open_collaborators, register_tasks
from bot.apps.worker import work_until
from bot.kit.settings import Settings
from bot.queue.service import open_queue
from bot.understanding.service import preload


async def run_worker(stop: asyncio.Event, settings: Settings, database_url: str) -> None:
    """Answer updates until `stop` is set."""
    loading = asyncio.create_task(asyncio.to_thread(preload))
    async with open_collaborators(settings, database_url, rasa_url=rasa_base(settings)) as collaborators:
        await loading
        await work_until(
            stop,
            open_app=functools.partial(open_queue, database_url),
            register=functools.partial(register_tasks, collaborators=collaborators),
            sessions=collaborators.sessions,
            concurrency=settings.worker_concurrency,
        )
