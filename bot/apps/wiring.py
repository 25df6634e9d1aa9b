"""Builds the collaborators of each process once: engine, queue, Rasa client, embedder, and the tasks of a worker."""

from __future__ import annotations

import functools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import procrastinate
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.conversation.handlers import answer_update, apologise
from bot.conversation.replies import Turn
from bot.conversation.service import Services
from bot.conversation.steps import Tools
from bot.db.service import Sessions, open_engine, sessions_of, transaction
from bot.inbox.tasks import inbox_tasks
from bot.kit.clock import Clock, utc_now
from bot.kit.embedding import SentenceEmbedder
from bot.kit.settings import PROJECT_ROOT, Settings
from bot.outbox.service import enqueue_call
from bot.queue.service import open_queue
from bot.understanding.service import DistressEar, RasaClient, find_weights

RASA_CALLS_IN_FLIGHT = 8
RASA_TIMEOUT_SECONDS = 3.0
_TYPING_LIFETIME = timedelta(seconds=5)
_log = structlog.get_logger(__name__)


@dataclass
class Collaborators:
    """What a process that answers people works with.

    Attributes:
        engine: on the application's database.
        sessions: where transactions are opened.
        queue: to enqueue jobs, and for a worker to run them.
        services: what a turn of conversation needs.
    """

    settings: Settings
    database_url: str
    engine: AsyncEngine
    sessions: Sessions
    queue: procrastinate.App
    clock: Clock
    embedder: SentenceEmbedder
    rasa: RasaClient
    services: Services


def open_ear(embedder: SentenceEmbedder) -> DistressEar:
    """Return what hears distress; it says so in the log when nothing was fitted and only its lexicon hears."""
    weights = find_weights(PROJECT_ROOT / "models")
    if weights is None:
        _log.warning("distress_unfitted", mend="make train")
    return DistressEar(embedder, weights)


@asynccontextmanager
async def open_collaborators(
    settings: Settings, database_url: str, *, rasa_url: str, clock: Clock = utc_now
) -> AsyncIterator[Collaborators]:
    """Open everything that answering needs; loading the sentence encoder takes about 2 s."""
    engine = open_engine(database_url, pool_size=settings.worker_concurrency)
    sessions = sessions_of(engine)
    async with httpx.AsyncClient(timeout=RASA_TIMEOUT_SECONDS) as http:
        rasa = RasaClient(
            rasa_url, settings.secret_for_rasa(), http, timeout=RASA_TIMEOUT_SECONDS,
            max_in_flight=RASA_CALLS_IN_FLIGHT, clock=time.monotonic,
        )  # fmt: skip
        embedder = SentenceEmbedder()
        tools = Tools(embedder=embedder, settings=settings)
        services = Services(
            rasa=rasa, ear=open_ear(embedder), tools=tools,
            show_typing=functools.partial(_show_typing, sessions),
        )  # fmt: skip
        try:
            yield Collaborators(
                settings=settings, database_url=database_url, engine=engine, sessions=sessions,
                queue=open_queue(database_url), clock=clock, embedder=embedder, rasa=rasa, services=services,
            )  # fmt: skip
        finally:
            await engine.dispose()


def register_tasks(queue: procrastinate.App, collaborators: Collaborators) -> None:
    """Give a worker's queue every task of the product."""
    clock = collaborators.clock
    queue.add_tasks_from(
        inbox_tasks(
            collaborators.sessions,
            answer=functools.partial(answer_update, services=collaborators.services, clock=clock),
            apologise=functools.partial(apologise, clock=clock),
            clock=clock,
        ),
        namespace="inbox",
    )


async def _show_typing(sessions: Sessions, turn: Turn) -> None:
    """Show "typing" in a transaction of its own: the turn's own commits only when its answer is there."""
    async with transaction(sessions) as session:
        await enqueue_call(
            session, channel=turn.person.channel, chat_id=turn.person.chat_id, method="send_chat_action",
            params={"chat_id": turn.person.chat_id, "action": "typing"}, now=turn.now, lifetime=_TYPING_LIFETIME,
        )  # fmt: skip
