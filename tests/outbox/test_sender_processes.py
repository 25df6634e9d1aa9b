"""Senders that are killed, stopped, doubled, or left without a database: F5 to F9 and F25, with real processes."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.embedded import control
from bot.db.service import Sessions, transaction
from bot.kit.clock import utc_now
from bot.outbox.models import Lane, OutboxCall
from bot.outbox.service import enqueue_call
from bot.outbox.telegram_calls import POOL_SIZE
from tests.fixtures.bot_api import FakeTelegram
from tests.fixtures.processes import driver, eventually
from tests.fixtures.servers import OwnServer
from tests.outbox.pushes import settled

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]


async def write(sessions: Sessions, chats: range, *, lane: Lane) -> None:
    async with transaction(sessions) as session:
        for chat_id in chats:
            await _one(session, chat_id, lane)


async def _one(session: AsyncSession, chat_id: int, lane: Lane) -> None:
    params = {"chat_id": chat_id, "text": f"à {chat_id}"}
    await enqueue_call(
        session, channel="telegram", chat_id=chat_id, method="send_message", params=params, now=utc_now(), lane=lane
    )


async def taken(fake: FakeTelegram) -> Counter[int]:
    return Counter(record["chat_id"] for record in await fake.requests("sendMessage") if record["outcome"] == "ok")


async def test_a_sender_killed_five_times_loses_no_answer_and_repeats_no_news(
    fake: FakeTelegram, sessions: Sessions, database_url: str
) -> None:
    # F5: 300 rows of both classes, five kills. Figures: answers lost 0, repeats <= in flight x kills; bulk repeats 0.
    await fake.settings(knows_everybody=True, delay_seconds=0.1, delay_jitter=0.2)
    await write(sessions, range(1, 151), lane=Lane.ANSWER)
    await write(sessions, range(1001, 1151), lane=Lane.BULK)
    draw, kills = random.Random(11), 5
    for n in range(kills):
        with driver("send", database_url, fake.url) as sender:
            await sender.is_up()
            least = 40 * (n + 1) + draw.randrange(10)

            async def has_sent(count: int = least) -> bool:
                return sum((await taken(fake)).values()) >= count

            await eventually(has_sent, within=90, what=f"{least} sent")
            sender.kill()
    with driver("send", database_url, fake.url):
        counts = await settled(sessions, within=90)
    got = await taken(fake)
    answers, bulk = [got[n] for n in range(1, 151)], [got[n] for n in range(1001, 1151)]
    assert min(answers) == 1
    assert sum(answers) - 150 <= POOL_SIZE * kills
    assert max(bulk) == 1
    assert bulk.count(0) <= counts.get("uncertain", 0)
    assert counts["sent"] + counts.get("uncertain", 0) == 300


async def test_sigterm_finishes_what_is_under_way(fake: FakeTelegram, sessions: Sessions, database_url: str) -> None:
    # F6: a second sender waits for its turn, as in a rolling deploy: nothing twice, nothing lost.
    await fake.settings(knows_everybody=True, delay_seconds=0.3)
    await write(sessions, range(1, 121), lane=Lane.ANSWER)
    with driver("send", database_url, fake.url) as first, driver("send", database_url, fake.url) as second:
        await first.is_up()
        await second.is_up()
        await asyncio.sleep(2.0)
        assert await asyncio.to_thread(first.terminate) < 10.0
        assert await settled(sessions, within=60) == {"sent": 120}
    assert set((await taken(fake)).values()) == {1}


async def test_of_two_senders_one_waits_and_takes_over(
    fake: FakeTelegram, sessions: Sessions, database_url: str
) -> None:
    # F25
    await fake.settings(knows_everybody=True)
    with driver("send", database_url, fake.url) as first, driver("send", database_url, fake.url) as second:
        await first.is_up()
        await second.is_up()
        await asyncio.sleep(1)
        await write(sessions, range(1, 61), lane=Lane.BULK)
        assert await settled(sessions, within=60) == {"sent": 60}
        first.kill()
        await write(sessions, range(61, 91), lane=Lane.BULK)
        assert await settled(sessions, within=60) == {"sent": 90}
    assert set((await taken(fake)).values()) == {1}
    assert (await fake.state())["peak"] <= 30


async def test_a_restart_of_postgresql_costs_the_sender_seconds(fake: FakeTelegram, own_server: OwnServer) -> None:
    # F7: fast restarts in the middle of 150 messages.
    await fake.settings(knows_everybody=True, delay_jitter=0.1)
    await write(own_server.sessions, range(1, 151), lane=Lane.ANSWER)
    with driver("send", own_server.url, fake.url) as sender:
        await sender.is_up()
        for _ in range(3):
            await asyncio.sleep(1)
            await asyncio.to_thread(control, own_server.path, "restart", "-m", "fast", "-w")
        assert await settled(own_server.sessions, within=60) == {"sent": 150}
        assert sender.is_alive
    assert set((await taken(fake)).values()) == {1}


async def test_a_database_that_is_down_loses_no_message(fake: FakeTelegram, own_server: OwnServer) -> None:
    # F8: what was under way when it went down is recorded when it is back, so nothing is repeated.
    await fake.settings(knows_everybody=True, delay_seconds=0.5)
    await write(own_server.sessions, range(1, 81), lane=Lane.ANSWER)
    with driver("send", own_server.url, fake.url) as sender:
        await sender.is_up()
        await asyncio.sleep(1.5)
        await asyncio.to_thread(own_server.stop)
        try:
            await asyncio.sleep(8)
        finally:
            await asyncio.to_thread(own_server.start)
        assert await settled(own_server.sessions, within=15) == {"sent": 80}
        assert sender.is_alive
    assert set((await taken(fake)).values()) == {1}


async def test_a_killed_postmaster_loses_no_committed_row(fake: FakeTelegram, own_server: OwnServer) -> None:
    # F9: kill -9 of the postmaster; its owner starts it again, it recovers, the sender goes on.
    await fake.settings(knows_everybody=True)
    await write(own_server.sessions, range(1, 121), lane=Lane.ANSWER)
    with driver("send", own_server.url, fake.url) as sender:
        await sender.is_up()
        await asyncio.sleep(1.5)
        own_server.kill()
        await asyncio.sleep(0.5)
        await asyncio.to_thread(own_server.start)
        counts = await settled(own_server.sessions, within=30)
        assert sender.is_alive
    async with own_server.sessions() as session:
        assert len((await session.scalars(select(OutboxCall.id))).all()) == 120
    got = await taken(fake)
    assert counts == {"sent": 120}
    assert min(got[n] for n in range(1, 121)) == 1
    assert sum(got.values()) - 120 <= POOL_SIZE
