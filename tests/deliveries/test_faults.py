"""From the ledger to Telegram with real processes that are killed or doubled: every delivery is told, and told once."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import func, select, text

from bot.apps.scheduler import enqueue_chore
from bot.db.embedded import control
from bot.db.service import Sessions, transaction
from bot.deliveries.models import Delivery
from bot.deliveries.service import settle
from bot.kit.clock import utc_now
from bot.outbox.models import OutboxCall
from bot.outbox.telegram_calls import POOL_SIZE
from bot.queue.models import JobRun
from bot.queue.service import open_queue
from tests.deliveries.people import count_deliveries, plan, somebody
from tests.fixtures.bot_api import FakeTelegram
from tests.fixtures.processes import driver, eventually
from tests.fixtures.servers import OwnServer
from tests.outbox.pushes import count_taken, settled

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]
_FAST, _HURRY = "200", "0.05"


async def write_ledger(sessions: Sessions, people: int) -> None:
    """Plan an alert and a campaign's message for each of so many people, who take them at any hour."""
    now = utc_now()
    async with transaction(sessions) as session:
        for chat_id in range(1, people + 1):
            who = await somebody(session, now, chat_id, quiet_from=0, quiet_until=0, holidays_off=False)
            await plan(session, who, now, f"alert:{chat_id}")
            await plan(session, who, now, f"campaign:{chat_id}", kind="campaign")


async def count_calls(sessions: Sessions) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(OutboxCall)) or 0


async def until_written(sessions: Sessions, least: int) -> None:
    async def is_so() -> bool:
        return await count_calls(sessions) >= least

    await eventually(is_so, within=90, what=f"{least} messages written")


async def all_written(sessions: Sessions) -> None:
    async def is_so() -> bool:
        async with sessions() as session:
            return not await session.scalar(select(func.count()).where(Delivery.status == "due"))

    await eventually(is_so, within=90, what="every delivery written")


async def nobody_else_works(sessions: Sessions) -> None:
    """Wait until PostgreSQL has ended what a killed process had asked of it: its last COMMIT may have arrived."""
    busy = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"
    )

    async def is_so() -> bool:
        async with sessions() as session:
            return not await session.scalar(busy)

    await eventually(is_so, within=30, what="nothing of the killed process under way")


async def ended_runs(sessions: Sessions, least: int) -> list[JobRun]:
    """Wait until so many runs of chores have ended; return every run, in order."""
    runs: list[JobRun] = []

    async def is_so() -> bool:
        async with sessions() as session:
            runs[:] = await session.scalars(select(JobRun).order_by(JobRun.id))
        return sum(run.ended_at is not None for run in runs) >= least

    await eventually(is_so, within=60, what=f"{least} runs ended")
    return runs


async def is_each_carried_once(sessions: Sessions) -> bool:
    async with sessions() as session:
        rows = (await session.execute(select(Delivery.outbox_id, Delivery.attempts))).all()
    carried = {row.outbox_id for row in rows}
    return len(carried) == len(rows) == await count_calls(sessions) and {row.attempts for row in rows} == {1}


async def test_a_worker_killed_in_the_middle_of_a_dispatch_is_followed_by_one_that_goes_on(
    sessions: Sessions, database_url: str
) -> None:
    # The job of the killed worker is freed by the sweep of the next one, though its lock was taken.
    await write_ledger(sessions, 500)
    queue = open_queue(database_url)
    await enqueue_chore(sessions, queue, "deliveries:dispatch")
    with driver("dispatch", database_url, "job") as worker:
        await until_written(sessions, 100)
        worker.kill()
    await nobody_else_works(sessions)
    written = await count_calls(sessions)
    assert 100 <= written < 1000
    with driver("dispatch", database_url, "job"):
        await enqueue_chore(sessions, queue, "deliveries:dispatch")  # what the scheduler does meanwhile
        await all_written(sessions)
        runs = await ended_runs(sessions, 2)
    assert await is_each_carried_once(sessions)
    assert (runs[0].outcome, runs[0].detail) == ("failed", {"error": "interrupted"})
    assert runs[1].detail["written"] == 1000 - written


async def test_two_dispatchers_at_once_write_each_delivery_once(sessions: Sessions, database_url: str) -> None:
    # F25: neither the queue's lock nor anything else keeps them apart here but the rows themselves.
    await write_ledger(sessions, 500)
    with driver("dispatch", database_url), driver("dispatch", database_url), driver("dispatch", database_url):
        await all_written(sessions)
    assert await is_each_carried_once(sessions)


async def test_whatever_is_killed_every_alert_is_told_and_no_campaign_twice(
    fake: FakeTelegram, own_server: OwnServer
) -> None:
    # Two dispatchers and a sender, each killed several times, and a restart of PostgreSQL in between.
    sessions, url, people = own_server.sessions, own_server.url, 400
    await fake.settings(knows_everybody=True, is_flood_limited=False, delay_jitter=0.1)
    await write_ledger(sessions, people)
    draw, sender_kills = random.Random(4), 3
    for n in range(sender_kills):
        with driver("dispatch", url), driver("dispatch", url) as second, driver("send", url, fake.url, _FAST, _HURRY):
            await until_written(sessions, 150 * (n + 1))
            second.kill()
            if n == 1:
                await asyncio.to_thread(control, own_server.path, "restart", "-m", "fast", "-w")
            least = 120 * (n + 1) + draw.randrange(20)

            async def has_sent(count: int = least) -> bool:
                return await count_taken(fake) >= count

            await eventually(has_sent, within=90, what=f"{least} sent")
    with driver("dispatch", url), driver("send", url, fake.url, _FAST, _HURRY):
        await all_written(sessions)
        await settled(sessions, within=120)
    async with transaction(sessions) as session:
        await settle(session, now=utc_now())
        alerts = await count_deliveries(session, Delivery.kind == "alert")
        campaign = await count_deliveries(session, Delivery.kind == "campaign")
    told = [r["params"]["text"] for r in await fake.requests("sendMessage") if r["outcome"] == "ok"]
    assert {f"alert:{n}" for n in range(1, people + 1)} <= set(told)
    assert alerts == {"sent": people}
    assert sum(told.count(f"alert:{n}") - 1 for n in range(1, people + 1)) <= POOL_SIZE * sender_kills
    counts = [told.count(f"campaign:{n}") for n in range(1, people + 1)]
    assert max(counts) == 1
    assert counts.count(0) <= campaign.get("uncertain", 0) <= POOL_SIZE * sender_kills
    assert campaign["sent"] + campaign.get("uncertain", 0) == people
    assert await is_each_carried_once(sessions)
