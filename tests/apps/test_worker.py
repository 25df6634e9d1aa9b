"""Workers that are killed, stopped, or left without a database: F4, F6, F7, with real processes and a real server."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import func, select

from bot.apps.ingress import store_update
from bot.db.embedded import control
from bot.db.service import Sessions
from bot.inbox.models import InboxUpdate
from bot.kit.clock import utc_now
from bot.outbox.models import OutboxCall
from bot.queue.service import open_queue
from tests.fixtures.processes import driver, eventually
from tests.fixtures.servers import OwnServer
from tests.fixtures.updates import message

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]


async def store(sessions: Sessions, url: str, *updates: dict[str, object]) -> None:
    queue = open_queue(url)
    for update in updates:
        await store_update(sessions, queue, update, clock=utc_now)


async def done(sessions: Sessions) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).where(InboxUpdate.status == "done")) or 0


async def all_done(sessions: Sessions, count: int, *, within: float) -> float:
    async def are_done() -> bool:
        return await done(sessions) == count

    return await eventually(are_done, within=within, what=f"{count} updates answered")


async def answers(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        return [call.params["text"] for call in await session.scalars(select(OutboxCall).order_by(OutboxCall.id))]


async def test_a_killed_worker_blocks_its_chat_for_seconds_only(sessions: Sessions, database_url: str) -> None:
    # F4: the job is cut in the middle by kill -9; another worker frees its chat within 10 s.
    await store(sessions, database_url, *(message(n, text=str(n)) for n in range(3)))
    with driver("work", database_url, "20") as slow:
        await slow.is_up()

        async def has_begun() -> bool:
            from sqlalchemy import text

            async with sessions() as session:
                return bool(
                    await session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"))
                )

        await eventually(has_begun, within=60, what="the job began")
        slow.kill()
    with driver("work", database_url, "0") as quick:
        await quick.is_up()
        took = await all_done(sessions, 3, within=12)
        assert quick.is_alive
    assert took < 12
    assert await answers(sessions) == ["echo 0", "echo 1", "echo 2"]


async def test_an_update_that_kills_its_workers_ends_and_frees_the_others(
    sessions: Sessions, database_url: str
) -> None:
    from sqlalchemy import update

    await store(sessions, database_url, message(1, text="poison"), message(2, text="après"))
    async with sessions() as session, session.begin():
        # Four workers died of it already: a test need not wait for each.
        await session.execute(update(InboxUpdate).where(InboxUpdate.update_id == 1).values(attempts=4))
    with driver("work", database_url, "0") as dying:
        await eventually(lambda: asyncio.sleep(0, not dying.is_alive), within=60, what="the worker died")
    with driver("work", database_url, "0") as worker:
        await worker.is_up()
        await all_done(sessions, 1, within=30)
    assert await answers(sessions) == ["echo après"]


async def test_sigterm_ends_the_worker_in_time_and_loses_nothing(sessions: Sessions, database_url: str) -> None:
    # F6: short jobs are finished, a long one goes back to the queue for the next worker.
    await store(sessions, database_url, *(message(n, chat_id=n, text=str(n)) for n in range(4)))
    with driver("work", database_url, "15") as worker:
        await worker.is_up()
        await asyncio.sleep(2)
        assert await asyncio.to_thread(worker.terminate) < 10.0
    with driver("work", database_url, "0") as worker:
        await worker.is_up()
        await all_done(sessions, 4, within=10)
    assert sorted(await answers(sessions)) == [f"echo {n}" for n in range(4)]


async def test_workers_come_back_after_a_restart_of_postgresql(own_server: OwnServer) -> None:
    # F7: two workers under load, a fast restart: both alive, everything answered once.
    url, sessions = own_server.url, own_server.sessions
    with driver("work", url, "0.05") as first, driver("work", url, "0.05") as second:
        await first.is_up()
        await second.is_up()
        await store(sessions, url, *(message(n, chat_id=n % 9, text=str(n)) for n in range(150)))
        began = time.monotonic()
        await asyncio.to_thread(control, own_server.path, "restart", "-m", "fast", "-w")
        gap = time.monotonic() - began
        await all_done(own_server.sessions, 150, within=25)
        assert first.is_alive
        assert second.is_alive
        # Each of the two still takes work: more than one worker can do at a time.
        await store(sessions, url, *(message(1000 + n, chat_id=n, text=str(n)) for n in range(40)))
        await all_done(sessions, 190, within=15)
    assert gap < 5
    assert len(await answers(sessions)) == 190


async def test_a_worker_that_starts_without_a_database_works_once_it_is_there(own_server: OwnServer) -> None:
    # F8: it tries to open its connections, again and again, while PostgreSQL is down for 12 s.
    await store(own_server.sessions, own_server.url, *(message(n, chat_id=n) for n in range(20)))
    await asyncio.to_thread(own_server.stop)
    try:
        with driver("work", own_server.url, "0") as worker:
            await worker.is_up()
            await asyncio.sleep(12)
            await asyncio.to_thread(own_server.start)
            await all_done(own_server.sessions, 20, within=15)
            assert worker.is_alive
    finally:
        await asyncio.to_thread(own_server.start)
