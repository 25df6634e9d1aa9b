"""The whole house in one process, for tests: poller, worker and sender on a real database, against the double."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import procrastinate
from pydantic import SecretStr
from sqlalchemy import text
from telegram import Bot

from bot.apps.chores import register_chores
from bot.apps.poller import poll_until
from bot.apps.pushing import list_composers
from bot.apps.wiring import Collaborators, open_ear, register_tasks
from bot.apps.worker import work_until
from bot.chat.accounts import remember_account
from bot.conversation.service import Services
from bot.conversation.steps import Tools
from bot.db.service import Sessions, open_engine, sessions_of, transaction
from bot.deliveries.service import stop_unreachable
from bot.kit.clock import Clock
from bot.kit.embedding import SentenceEmbedder
from bot.kit.settings import Settings
from bot.outbox.pacing import Pacer
from bot.outbox.sender import Sender
from bot.outbox.telegram_calls import open_bot
from bot.profiles.service import move_chat
from bot.queue.service import BATCH, open_queue
from bot.understanding.service import RasaClient
from tests.conftest import NOW
from tests.fixtures.bot_api import TOKEN, FakeTelegram

SECRET = "acceptance-secret-of-rasa"
_OPEN = text(
    "SELECT EXISTS (SELECT FROM inbox_update WHERE status = 'received')"
    " OR EXISTS (SELECT FROM outbox_call WHERE status IN ('pending', 'sending'))"
)


_BEGAN = time.monotonic()


def house_now() -> datetime:
    """Return the moment in the house: a Monday at 11 in the morning when the tests begin, then time passes."""
    return NOW + timedelta(seconds=time.monotonic() - _BEGAN)


@dataclass
class House:
    """A running house.

    Attributes:
        telegram: the other side of the Bot API.
        collaborators: what the turns work with.
    """

    telegram: FakeTelegram
    collaborators: Collaborators


def house_settings(telegram_url: str) -> Settings:
    """Return settings that read no file and no environment of the machine."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        telegram_token=SecretStr(TOKEN),
        telegram_api_url=telegram_url,
        rasa_secret=SecretStr(SECRET),
        operator_contact="Maison de l'emploi, 18 avenue Augustin-Dupré",
    )


@asynccontextmanager
async def open_house(
    *, database_url: str, telegram_url: str, rasa_url: str, embedder: SentenceEmbedder, clock: Clock = house_now,
) -> AsyncIterator[House]:  # fmt: skip
    """Open a house: everything but the processes is what `escale up` runs."""
    settings = house_settings(telegram_url)
    engine = open_engine(database_url, pool_size=8)
    sessions = sessions_of(engine)
    stop = asyncio.Event()
    async with httpx.AsyncClient() as http, FakeTelegram(telegram_url) as telegram:
        collaborators = Collaborators(
            settings=settings, database_url=database_url, engine=engine, sessions=sessions,
            queue=open_queue(database_url), clock=clock, embedder=embedder, rasa=RasaClient(rasa_url, SECRET, http),
            services=Services(
                rasa=RasaClient(rasa_url, SECRET, http), ear=open_ear(embedder),
                tools=Tools(embedder=embedder, settings=settings), show_typing=_no_typing,
            ),
        )  # fmt: skip
        async with transaction(sessions) as session:
            await remember_account(
                session, bot_id=int(TOKEN.partition(":")[0]), username="escale_test_bot", now=clock()
            )
        bot = open_bot(TOKEN, settings.telegram_api_url)
        await bot.initialize()
        tasks = [asyncio.create_task(job) for job in _jobs(collaborators, bot, stop)]
        try:
            telegram.is_busy = functools.partial(_is_busy, telegram, sessions)
            yield House(telegram, collaborators)
        finally:
            stop.set()
            await asyncio.gather(*tasks)
            await bot.shutdown()
            await engine.dispose()


def _jobs(collaborators: Collaborators, bot: Bot, stop: asyncio.Event) -> list:  # type: ignore[type-arg]
    url = collaborators.database_url
    sender = Sender(
        bot, collaborators.sessions, url, clock=collaborators.clock, pacer=Pacer(),
        on_unreachable=functools.partial(_unreachable, collaborators.clock), on_moved=_moved,
    )  # fmt: skip
    return [
        poll_until(stop, bot, collaborators.sessions, collaborators.queue, database_url=url, clock=collaborators.clock),
        work_until(
            stop, open_app=lambda: open_queue(url),
            register=functools.partial(register_tasks, collaborators=collaborators),
            sessions=collaborators.sessions, concurrency=4,
        ),
        work_until(
            stop, open_app=lambda: open_queue(url),
            register=functools.partial(_register_chores, collaborators=collaborators),
            sessions=collaborators.sessions, concurrency=4, name="batch", queue_name=BATCH,
        ),
        sender.run(stop),
    ]  # fmt: skip


def _register_chores(queue: procrastinate.App, collaborators: Collaborators) -> None:
    composers = list_composers(collaborators.settings)
    register_chores(queue, collaborators.sessions, composers=composers, clock=collaborators.clock)


async def _is_busy(telegram: FakeTelegram, sessions: Sessions) -> bool:
    """Whether something that was said is not answered yet, or an answer has not left."""
    if (await telegram.state())["waiting"]:
        return True
    async with sessions() as session:
        return bool(await session.scalar(_OPEN))


async def _no_typing(_turn: object) -> None:
    """Typing is shown by wiring's own function, tried in its own test."""


async def _unreachable(clock: Clock, session, chat_id: int, reason: str) -> None:  # type: ignore[no-untyped-def]
    await stop_unreachable(session, channel="telegram", chat_id=chat_id, reason=reason, now=clock())


async def _moved(session, chat_id: int, new_chat_id: int) -> None:  # type: ignore[no-untyped-def]
    await move_chat(session, channel="telegram", chat_id=chat_id, new_chat_id=new_chat_id)
