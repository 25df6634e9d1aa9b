"""Pushes among faults, with the real sender as a process: F5, F7, F9, F17 to F21, F25 and P7, with their figures.

Alerts must not be lost and may be repeated, which is counted; campaigns must not be repeated and may be uncertain.
"""

from __future__ import annotations

import asyncio
import random
import time
from itertools import pairwise

import pytest
from sqlalchemy import select

from bot.db.embedded import control
from bot.db.service import Sessions, transaction
from bot.deliveries.models import Delivery
from bot.deliveries.service import drop_due, settle
from bot.kit.clock import utc_now
from bot.outbox.models import OutboxCall
from bot.outbox.service import count_perhaps_repeated, enqueue_call
from bot.outbox.telegram_calls import POOL_SIZE
from bot.profiles.models import Person
from tests.deliveries.people import count_deliveries
from tests.fixtures.bot_api import FakeTelegram
from tests.fixtures.processes import driver, eventually
from tests.fixtures.relay import relay_to
from tests.fixtures.servers import OwnServer
from tests.outbox.pushes import (
    ALERTS,
    CAMPAIGN,
    calls_to,
    count_taken,
    settled,
    taken_by,
    write_deliveries,
    write_pushes,
)  # fmt: skip

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400)]
_FAST = "200"  # messages a second, where the pace is not what is tried
_HURRY = "0.05"  # 1.5 s instead of 30 after a lost answer


def show(figures: str) -> None:
    print(figures)  # noqa: T201 - for whoever runs it with -s


async def until_taken(fake: FakeTelegram, least: int, *, within: float = 90) -> None:
    async def is_so() -> bool:
        return await count_taken(fake) >= least

    await eventually(is_so, within=within, what=f"{least} taken")


async def test_five_kills_lose_no_alert_and_repeat_no_campaign(
    fake: FakeTelegram, sessions: Sessions, database_url: str
) -> None:
    # F5: 1,050 rows. Alerts: lost 0, repeats <= in flight x kills, counted. Campaign: repeats 0, unsent <= uncertain.
    await fake.settings(knows_everybody=True, is_flood_limited=False, delay_seconds=0.05, delay_jitter=0.1)
    alerts, campaign, kills = ALERTS[:600], CAMPAIGN[:450], 5
    await write_pushes(sessions, [*alerts, *campaign])
    draw = random.Random(23)
    for n in range(kills):
        with driver("send", database_url, fake.url, _FAST, _HURRY) as sender:
            await sender.is_up()
            await until_taken(fake, 150 * (n + 1) + draw.randrange(20))
            sender.kill()
    with driver("send", database_url, fake.url, _FAST, _HURRY):
        counts = await settled(sessions, within=150)
    got = await taken_by(fake)
    repeats = sum(got[n] - 1 for n in alerts)
    assert [n for n in alerts if got[n] == 0] == []
    assert repeats <= POOL_SIZE * kills
    assert max(got[n] for n in campaign) == 1
    assert sum(got[n] == 0 for n in campaign) <= counts.get("uncertain", 0) <= POOL_SIZE * kills
    assert {call.status for call in await calls_to(sessions, alerts)} == {"sent"}
    async with sessions() as session:
        assert repeats <= await count_perhaps_repeated(session)
    show(f"F5: {repeats} repeats, {counts.get('uncertain', 0)} uncertain, {sum(got[n] == 0 for n in campaign)} unsent")


async def test_while_telegram_asks_to_wait_nothing_leaves_but_what_was_in_flight(
    fake: FakeTelegram, sessions: Sessions, database_url: str
) -> None:
    # F17: 2 % of 429, 500 rows of both classes; nothing is lost or repeated.
    wait = 2
    await fake.settings(
        knows_everybody=True, is_flood_limited=False, too_many_percent=2, retry_after=wait, seed=17, delay_jitter=0.1
    )
    await write_pushes(sessions, [*ALERTS[:250], *CAMPAIGN[:250]])
    with driver("send", database_url, fake.url, _FAST):
        assert await settled(sessions, within=150) == {"sent": 500}
    records = await fake.requests("sendMessage")
    told = [r["at"] + r["took"] for r in records if r["outcome"] == "429"]
    pauses = [told[0], *(later for before, later in pairwise(told) if later - before > wait)]
    assert len(pauses) >= 5
    for began in pauses:
        ended = max(moment for moment in told if moment - began < wait) + wait
        during = [r for r in records if began < r["at"] < ended - 0.05]
        assert len(during) <= POOL_SIZE
        assert [r for r in during if r["at"] > began + wait / 2] == []  # what left had left before the answer was read
    assert set((await taken_by(fake)).values()) == {1}


async def test_an_outage_of_telegram_loses_nothing(fake: FakeTelegram, sessions: Sessions, database_url: str) -> None:
    # F18: 10 % of 502, then only 502, then connections reset and refused: 20 s in all; then it is back.
    await fake.settings(knows_everybody=True, is_flood_limited=False, server_error_percent=10, seed=18)
    alerts, campaign = ALERTS[:400], CAMPAIGN[:200]
    await write_pushes(sessions, [*alerts, *campaign])
    async with relay_to(fake.url) as relay:
        with driver("send", database_url, relay.url, "60", _HURRY) as sender:
            await sender.is_up()
            await until_taken(fake, 150)
            await relay.cut()  # in the middle of calls
            await asyncio.sleep(10)
            await fake.settings(server_error_percent=100)
            await relay.start()
            await asyncio.sleep(10)
            await fake.settings(server_error_percent=0)
            counts = await settled(sessions, within=150)
            assert sender.is_alive
    got = await taken_by(fake)
    assert [n for n in alerts if got[n] == 0] == []
    assert max(got[n] for n in campaign) == 1
    assert sum(got[n] == 0 for n in campaign) <= counts.get("uncertain", 0) <= POOL_SIZE
    assert counts["sent"] + counts.get("uncertain", 0) == 600
    assert sum(got[n] - 1 for n in alerts) <= POOL_SIZE


async def test_lost_answers_repeat_alerts_that_are_counted_and_never_a_campaign(
    fake: FakeTelegram, sessions: Sessions, database_url: str
) -> None:
    # F19: 2 % of the answers are lost, of 800 calls.
    await fake.settings(knows_everybody=True, is_flood_limited=False, lost_percent=2, seed=19)
    alerts, campaign = ALERTS[:400], CAMPAIGN[:400]
    await write_pushes(sessions, [*alerts, *campaign])
    with driver("send", database_url, fake.url, _FAST, _HURRY):
        counts = await settled(sessions, within=150)
    lost = [record["chat_id"] for record in await fake.requests("sendMessage") if record["outcome"] == "lost"]
    got, lost_alerts = await taken_by(fake), [chat_id for chat_id in lost if chat_id in ALERTS]
    assert lost_alerts
    assert sum(got[n] - 1 for n in alerts) == len(lost_alerts)
    assert all(got[n] >= 1 for n in alerts)
    assert all(got[n] == 1 for n in campaign)
    assert counts == {"sent": 800 - (len(lost) - len(lost_alerts)), "uncertain": len(lost) - len(lost_alerts)}
    async with sessions() as session:
        assert await count_perhaps_repeated(session) == len(lost_alerts)
    assert sum(call.doubts for call in await calls_to(sessions, alerts)) == len(lost_alerts)


async def test_people_out_of_reach_are_tried_once_and_groups_that_moved_are_followed(
    fake: FakeTelegram, sessions: Sessions, database_url: str
) -> None:
    # F20
    blocked, gone, unknown, fine = ALERTS[:15], ALERTS[15:30], ALERTS[30:45], ALERTS[45:90]
    moved = range(-15, 0)
    await fake.knows(blocked, state="blocked")
    await fake.knows(gone, state="deactivated")
    await fake.knows(fine)
    for chat_id in moved:
        await fake.moves(chat_id, chat_id - 1000)
    await fake.settings(is_flood_limited=False)
    async with transaction(sessions) as session:
        moment = utc_now()
        for chat_id in (*blocked, *gone, *unknown, *fine, *moved):
            session.add(Person(channel="telegram", chat_id=chat_id, first_seen_at=moment, last_seen_at=moment))
    for _ in range(2):  # two messages to each: the second one is not even tried
        await write_pushes(sessions, [*blocked, *gone, *unknown, *fine, *moved])
    with driver("send", database_url, fake.url, _FAST):
        assert await settled(sessions, within=90) == {"blocked": 90, "sent": 120}
    asked: dict[int, list[str]] = {}
    for record in await fake.requests("sendMessage"):
        asked.setdefault(record["chat_id"], []).append(record["outcome"])
    assert {tuple(asked[n]) for n in (*blocked, *gone)} == {("403",)}
    assert {tuple(asked[n]) for n in unknown} == {("400",)}
    assert {tuple(asked[n]) for n in moved} == {("400",)}
    assert {tuple(asked[n - 1000]) for n in moved} == {("ok", "ok")}
    async with sessions() as session:
        people = {person.chat_id: person for person in await session.scalars(select(Person))}
    why = [(blocked, "blocked"), (gone, "deactivated"), (unknown, "chat_not_found"), (fine, None)]
    for chats, reason in why:
        assert {people[n].unreachable_reason for n in chats} == {reason}
    assert {n - 1000 for n in moved} <= people.keys()


async def test_people_are_answered_within_a_second_while_a_campaign_leaves(
    fake: FakeTelegram, sessions: Sessions, database_url: str
) -> None:
    # F21, at Telegram's real pace: 750 bulk rows, an answer every 0.25 s; p95 < 1 s, no 429, never over 30 a second.
    await fake.settings(knows_everybody=True, delay_jitter=0.05)
    await write_pushes(sessions, CAMPAIGN[:750])
    written: dict[int, float] = {}
    with driver("send", database_url, fake.url) as sender:
        await sender.is_up()
        for chat_id in range(900_001, 900_061):
            async with transaction(sessions) as session:
                await enqueue_call(
                    session, channel="telegram", chat_id=chat_id, method="send_message", now=utc_now(),
                    params={"chat_id": chat_id, "text": "réponse"},
                )  # fmt: skip
            written[chat_id] = time.time()
            await asyncio.sleep(0.25)
        assert await count_taken(fake) < 810  # the campaign was still under way
        assert await settled(sessions, within=120) == {"sent": 810}
    records = await fake.requests("sendMessage")
    waits = sorted(r["at"] + r["took"] - written[r["chat_id"]] for r in records if r["chat_id"] in written)
    assert len(waits) == 60
    assert waits[int(len(waits) * 0.95)] < 1.0
    assert [r for r in records if r["outcome"] == "429"] == []
    assert (await fake.state())["peak"] <= 30
    show(f"F21: p95 {waits[56] * 1000:.0f} ms")


async def test_two_senders_by_mistake_send_everything_once(
    fake: FakeTelegram, sessions: Sessions, database_url: str
) -> None:
    # F25, and a deploy in the middle: the first one is told to stop, the second one goes on.
    await fake.settings(knows_everybody=True, is_flood_limited=False, delay_seconds=0.05)
    await write_pushes(sessions, [*ALERTS[:250], *CAMPAIGN[:250]])
    with (
        driver("send", database_url, fake.url, "100") as first,
        driver("send", database_url, fake.url, "100") as second,
    ):
        await first.is_up()
        await second.is_up()
        await until_taken(fake, 150)
        assert await asyncio.to_thread(first.terminate) < 10.0
        assert await settled(sessions, within=90) == {"sent": 500}
    assert set((await taken_by(fake)).values()) == {1}


async def test_a_campaign_cancelled_midway_stops_at_once(
    fake: FakeTelegram, sessions: Sessions, database_url: str
) -> None:
    # P7: 0 messages of it leave after the withdrawal, but those that Telegram was being told; the other one goes on.
    await fake.settings(knows_everybody=True, is_flood_limited=False, delay_seconds=0.05)
    cancelled, other = CAMPAIGN[:400], CAMPAIGN[400:500]
    await write_deliveries(sessions, {1: cancelled, 2: other})
    with driver("send", database_url, fake.url, "80") as sender:
        await sender.is_up()
        await until_taken(fake, 60)
        async with transaction(sessions) as session:
            is_its = (Delivery.kind == "campaign", Delivery.source_id == 1)
            withdrawn = await drop_due(session, *is_its, error="cancelled", now=utc_now())
        at = time.time()
        counts = await settled(sessions, within=60)
    late = [r for r in await fake.requests("sendMessage") if r["at"] > at and r["chat_id"] in cancelled]
    got = await taken_by(fake)
    assert withdrawn > 200
    assert counts == {"cancelled": withdrawn, "sent": 500 - withdrawn}
    assert len(late) <= POOL_SIZE
    assert [r for r in late if r["at"] > at + 2.0] == []
    assert sum(got[n] for n in cancelled) == 400 - withdrawn
    assert all(got[n] == 1 for n in other)
    async with transaction(sessions) as session:
        await settle(session, now=utc_now())
        assert await count_deliveries(session) == {"sent": 500 - withdrawn, "dropped": withdrawn}


async def test_a_database_that_restarts_and_dies_loses_and_repeats_nothing(
    fake: FakeTelegram, own_server: OwnServer
) -> None:
    # F7 and F9 in one run of 600: two fast restarts, then kill -9 of the postmaster.
    await fake.settings(knows_everybody=True, is_flood_limited=False, delay_jitter=0.1)
    await write_pushes(own_server.sessions, [*ALERTS[:300], *CAMPAIGN[:300]])
    with driver("send", own_server.url, fake.url, "60", _HURRY) as sender:
        await sender.is_up()
        for least in (100, 200):
            await until_taken(fake, least)
            await asyncio.to_thread(control, own_server.path, "restart", "-m", "fast", "-w")
        await until_taken(fake, 350)
        own_server.kill()
        await asyncio.sleep(0.5)
        await asyncio.to_thread(own_server.start)
        counts = await settled(own_server.sessions, within=150)
        assert sender.is_alive
    async with own_server.sessions() as session:
        assert len((await session.scalars(select(OutboxCall.id))).all()) == 600
    got = await taken_by(fake)
    assert counts == {"sent": 600}  # the sender lived: it knew what became of each
    assert set(got.values()) == {1}
