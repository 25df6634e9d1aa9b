"""The poller keeps its offset through faults: F8, F25, with real processes and a real server."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

import pytest
from sqlalchemy import select
from telegram import Bot
from telegram.error import TelegramError

from bot.apps.poller import poll_until
from bot.db.service import Sessions, transaction
from bot.inbox.models import InboxUpdate
from bot.inbox.service import move_offset, next_offset
from bot.kit.clock import utc_now
from bot.queue.service import open_queue
from tests.fixtures.bot_api import FakeTelegram
from tests.fixtures.processes import driver, eventually
from tests.fixtures.servers import OwnServer
from tests.fixtures.updates import message

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]
BOT_ID = 4242424242


async def stored(sessions: Sessions) -> list[int]:
    async with sessions() as session:
        return list(await session.scalars(select(InboxUpdate.update_id).order_by(InboxUpdate.id)))


async def test_updates_are_stored_before_they_are_confirmed(
    fake: FakeTelegram, bot: Bot, sessions: Sessions, database_url: str
) -> None:
    await fake.injects([message(n, chat_id=n % 3) for n in range(1, 131)])  # more than one batch
    await fake.injects([message(5), {"update_id": 131, "tomorrow": [1]}, {"update_id": "x"}, {"message": None}])
    stop = asyncio.Event()
    polling = asyncio.create_task(
        poll_until(stop, bot, sessions, open_queue(database_url), database_url=database_url, clock=utc_now)
    )

    async def has_all() -> bool:
        return len(await stored(sessions)) >= 132

    await eventually(has_all, within=10, what="all stored")
    stop.set()
    await asyncio.wait_for(polling, 5)
    assert (await stored(sessions))[:131] == list(range(1, 132))
    async with sessions() as session:
        assert await next_offset(session, bot_id=BOT_ID) > 131


async def test_a_killed_poller_loses_and_doubles_nothing(
    fake: FakeTelegram, sessions: Sessions, database_url: str
) -> None:
    for start in range(0, 200, 50):
        await fake.injects([message(n, chat_id=n % 3) for n in range(start + 1, start + 51)])
        with driver("poll", database_url, fake.url) as poller:
            await poller.is_up()

            async def has_some(least: int = start + 10) -> bool:
                return len(await stored(sessions)) >= least

            await eventually(has_some, within=30, what="some stored")
            poller.kill()
    with driver("poll", database_url, fake.url) as poller:
        await fake.all_taken(timeout=30)
        assert await asyncio.to_thread(poller.terminate) < 10.0
    assert sorted(await stored(sessions)) == list(range(1, 201))


async def test_an_identity_far_below_the_last_one_is_not_confirmed_away(
    fake: FakeTelegram, sessions: Sessions, database_url: str
) -> None:
    # F2: the bot was away for a week, and Telegram goes on from a random identity.
    async with transaction(sessions) as session:
        await move_offset(session, bot_id=BOT_ID, offset=900_000_000)
    await fake.injects([message(5), message(6)])
    with driver("poll", database_url, fake.url) as poller:
        await poller.is_up()
        await fake.all_taken(timeout=10)
    assert await stored(sessions) == [5, 6]
    offsets = [record["params"]["offset"] for record in await fake.requests("getUpdates")]
    assert offsets[0] == 0


async def test_of_two_pollers_one_waits(fake: FakeTelegram, sessions: Sessions, database_url: str) -> None:
    # F25
    with driver("poll", database_url, fake.url) as first, driver("poll", database_url, fake.url) as second:
        await first.is_up()
        await second.is_up()
        await asyncio.sleep(2)
        await fake.injects([message(n) for n in range(1, 51)])
        await fake.all_taken(timeout=10)
        outcomes = Counter(record["outcome"] for record in await fake.requests("getUpdates"))
        assert outcomes["409"] == 0
        first.kill()
        await fake.injects([message(n) for n in range(51, 101)])
        await fake.all_taken(timeout=15)
    assert sorted(await stored(sessions)) == list(range(1, 101))


async def test_a_stranger_who_polls_with_the_token_only_delays(
    fake: FakeTelegram, bot: Bot, sessions: Sessions, database_url: str
) -> None:
    # F25: 409 Conflict, from a program that knows no lock.
    with driver("poll", database_url, fake.url) as poller:
        await poller.is_up()
        await asyncio.sleep(1)
        with contextlib.suppress(TelegramError):
            await bot.get_updates(timeout=1)
        await fake.injects([message(1)])
        await fake.all_taken(timeout=15)
        assert poller.is_alive
    assert await stored(sessions) == [1]


async def test_a_database_that_is_down_loses_no_update(fake: FakeTelegram, own_server: OwnServer) -> None:
    # F8: down for 8 s while people write; the poller holds its offset and comes back within 15 s.
    with driver("poll", own_server.url, fake.url) as poller:
        await poller.is_up()
        await fake.injects([message(n) for n in range(1, 21)])
        await fake.all_taken(timeout=10)
        await asyncio.to_thread(own_server.stop)
        try:
            for n in range(21, 61):
                await fake.injects([message(n)])
                await asyncio.sleep(0.2)
            assert (await fake.state())["waiting"] == 40
        finally:
            await asyncio.to_thread(own_server.start)
        await fake.all_taken(timeout=15)
        assert poller.is_alive
    assert await stored(own_server.sessions) == list(range(1, 61))
