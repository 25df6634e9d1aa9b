"""From the ledger to a person's screen and back, through the real sender and the double of Telegram."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import select
from telegram import Bot

from bot.apps.telegram import _move_chat, _stop_unreachable
from bot.db.service import Sessions, transaction
from bot.deliveries.models import PushPreferences
from bot.deliveries.service import settle
from bot.deliveries.tasks import dispatch_all
from bot.outbox.models import OutboxCall
from bot.outbox.pacing import Pacer
from bot.outbox.sender import Sender
from tests.deliveries.people import EACH, figures_of, plan, somebody, statuses
from tests.fixtures.bot_api import FakeTelegram
from tests.fixtures.processes import eventually

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


@contextlib.asynccontextmanager
async def sending(bot: Bot, sessions: Sessions, database_url: str) -> AsyncIterator[None]:
    """Run the sender as the process `escale telegram` wires it, on this test's clock."""
    stop = asyncio.Event()
    sender = Sender(
        bot, sessions, database_url, clock=lambda: NOON, pacer=Pacer(overall_rate=1000, chat_rate=1000),
        on_unreachable=partial(_stop_unreachable, clock=lambda: NOON), on_moved=_move_chat,
    )  # fmt: skip
    task = asyncio.create_task(sender.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def nothing_waits(sessions: Sessions) -> bool:
    async with sessions() as session:
        query = select(OutboxCall.id).where(OutboxCall.status.in_(("pending", "sending")))
        return (await session.scalars(query)).first() is None


async def dispatch(sessions: Sessions) -> None:
    await dispatch_all(sessions, composers=EACH, clock=lambda: NOON)


async def test_what_is_due_arrives_once_and_is_settled(
    fake: FakeTelegram, bot: Bot, sessions: Sessions, database_url: str
) -> None:
    await fake.knows([1])
    async with transaction(sessions) as session:
        await plan(session, await somebody(session, NOON, 1), NOON, "une offre", "une autre")
    async with sending(bot, sessions, database_url):
        await dispatch(sessions)
        await dispatch(sessions)
        await eventually(partial(nothing_waits, sessions), within=10, what="the messages")
        await dispatch(sessions)
    assert [message.text for message in await fake.user(1).screen()] == ["une offre", "une autre"]
    async with sessions() as session:
        assert await statuses(session) == {"une offre": "sent", "une autre": "sent"}


async def test_who_blocked_the_bot_is_stopped_and_tried_once(
    fake: FakeTelegram, bot: Bot, sessions: Sessions, database_url: str
) -> None:
    # F20
    await fake.knows([1], state="blocked")
    async with transaction(sessions) as session:
        who = await somebody(session, NOON, 1)
        await plan(session, who, NOON, "a", "b", "c", "d")  # one more than the day's cap
    async with sending(bot, sessions, database_url):
        await dispatch(sessions)
        await eventually(partial(nothing_waits, sessions), within=10, what="the outcome")
    assert len(await fake.requests("sendMessage")) == 1
    async with transaction(sessions) as session:
        await settle(session, now=NOON)
        figures = await figures_of(session)
        wants = await session.get_one(PushPreferences, who)
        assert (wants.stopped_at, wants.stop_reason) == (NOON, "blocked")
        assert figures.due == figures.sending == figures.sent == 0
        assert figures.blocked + figures.dropped.get("stopped", 0) == 4


async def test_deliveries_follow_a_chat_that_moved(
    fake: FakeTelegram, bot: Bot, sessions: Sessions, database_url: str
) -> None:
    # F20
    await fake.moves(-5, -1005)
    async with transaction(sessions) as session:
        who = await somebody(session, NOON, -5)
        await plan(session, who, NOON, "avant")
    async with sending(bot, sessions, database_url):
        await dispatch(sessions)
        await eventually(partial(nothing_waits, sessions), within=10, what="the first message")
        async with transaction(sessions) as session:
            await plan(session, who, NOON, "après")
        await dispatch(sessions)
        await eventually(partial(nothing_waits, sessions), within=10, what="the second message")
    taken = [(r["chat_id"], r["params"]["text"]) for r in await fake.requests("sendMessage") if r["outcome"] == "ok"]
    assert taken == [(-1005, "avant"), (-1005, "après")]
