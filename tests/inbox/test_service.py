"""Updates are stored once, in order, with what PostgreSQL can hold and without names: F1, F2, A2."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from bot.db.service import Sessions, transaction
from bot.inbox.models import InboxUpdate
from bot.inbox.service import (
    MOST_INTERRUPTIONS,
    Envelope,
    accept_update,
    claim_update,
    finish_update,
    minimise,
    note_interruptions,
    read_envelope,
    reenqueue_orphans,
)
from bot.queue.service import open_queue
from tests.fixtures.updates import message


async def accept(sessions: Sessions, database_url: str, updates: Sequence[dict[str, Any]], now: datetime) -> list[Any]:
    queue = open_queue(database_url)

    async def one(update: dict[str, Any]) -> int | None:
        async with transaction(sessions) as session:
            return await accept_update(session, queue, update, channel="telegram", now=now)

    return await asyncio.gather(*(one(update) for update in updates))


async def jobs(sessions: Sessions) -> list[tuple[str, int]]:
    async with sessions() as session:
        rows = await session.execute(
            text("SELECT lock, (args->>'inbox_id')::bigint FROM procrastinate_jobs ORDER BY id")
        )
        return [(str(lock), int(inbox_id)) for lock, inbox_id in rows]


async def test_the_same_update_delivered_many_times_has_one_effect(
    sessions: Sessions, database_url: str, now: datetime
) -> None:
    # F1, A2: 60 updates, each 1 to 5 times, at the same time and then again.
    repeated = [message(n, chat_id=n % 7) for n in range(60) for _ in range(1 + n % 5)]
    random.Random(1).shuffle(repeated)
    for start in range(0, len(repeated), 8):
        await accept(sessions, database_url, repeated[start : start + 8], now)
    replayed = await accept(sessions, database_url, repeated[:8], now)
    assert replayed == [None] * 8
    assert len(await jobs(sessions)) == 60


async def test_jobs_of_a_chat_stand_in_the_order_of_their_rows(
    sessions: Sessions, database_url: str, now: datetime
) -> None:
    # F2: accepted at the same time by many connections, visible in the order of their identities.
    for _ in range(10):
        await accept(sessions, database_url, [message(random.randrange(10**9), chat_id=n % 2) for n in range(8)], now)
    for chat in ("telegram:0", "telegram:1"):
        inbox_ids = [inbox_id for lock, inbox_id in await jobs(sessions) if lock == chat]
        assert inbox_ids == sorted(inbox_ids)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 10**12)), min_size=1, max_size=12))
def test_any_order_of_identities_is_processed_in_order_of_arrival(
    script: list[tuple[int, int]], database_url: str, now: datetime
) -> None:
    # F2: gaps, repeats, a random identity after a week.
    asyncio.run(_arrivals_keep_their_order(script, database_url, now))


async def _arrivals_keep_their_order(script: list[tuple[int, int]], database_url: str, now: datetime) -> None:
    from bot.db.service import open_engine, sessions_of

    engine = open_engine(database_url)
    sessions = sessions_of(engine)
    try:
        async with sessions() as session, session.begin():
            await session.execute(text("TRUNCATE inbox_update, procrastinate_jobs CASCADE"))
        arrived: list[tuple[int, int]] = []
        for chat, update_id in script:
            if (await accept(sessions, database_url, [message(update_id, chat_id=chat)], now)) != [None]:
                arrived.append((chat, update_id))
        async with sessions() as session:
            stored = {row.id: (row.chat_id, row.update_id) for row in await session.scalars(select(InboxUpdate))}
        taken = [stored[inbox_id] for _, inbox_id in await jobs(sessions)]
        assert taken == arrived
        assert len({update_id for _, update_id in arrived}) == len(arrived) == len({u for _, u in script})
    finally:
        await engine.dispose()


@pytest.mark.parametrize(
    ("update", "envelope"),
    [
        (message(5), Envelope(5, 7, "message")),
        ({"update_id": 5, "callback_query": {"from": {"id": 3}, "message": {"chat": {"id": -9}}}},
         Envelope(5, -9, "callback_query")),
        ({"update_id": 5, "callback_query": {"from": {"id": 3}}}, Envelope(5, 3, "callback_query")),
        ({"update_id": 5}, Envelope(5, None, "unknown")),
        ({"update_id": 5, "purchased_paid_media": "?"}, Envelope(5, None, "purchased_paid_media")),
        ({"update_id": 5, "message": {"chat": {"id": 2**64}}}, Envelope(5, None, "message")),
        ({"update_id": True}, None),
        ({"update_id": "5"}, None),
        ({"update_id": 2**63}, None),
        ([], None),
        (None, None),
    ],
)  # fmt: skip
def test_the_envelope_is_read_from_anything(update: object, envelope: Envelope | None) -> None:
    assert read_envelope(update) == envelope


def test_names_and_handles_are_not_kept() -> None:
    kept = str(minimise(message(5)))
    assert "Camille" not in kept
    assert "bonjour" in kept


def test_what_postgresql_cannot_hold_is_left_out() -> None:
    deep: Any = "fond"
    for _ in range(500):
        deep = [deep]
    odd = {"a\x00": "b\x00\ud800", "n": 10**30, "f": float("inf"), "nan": float("nan"), "deep": deep}
    kept = minimise(odd)
    assert (kept["a"], kept["n"], kept["f"], kept["nan"]) == ("b?", None, None, None)
    assert len(minimise({"t": "x" * 10**6})["t"]) == 5000
    assert len(minimise(list(range(10**5)))) == 200


async def test_an_answered_update_says_nothing_any_more(sessions: Sessions, database_url: str, now: datetime) -> None:
    (inbox_id,) = await accept(sessions, database_url, [message(5)], now)
    async with transaction(sessions) as session:
        row = await claim_update(session, inbox_id)
        assert row is not None
        finish_update(row, now=now)
    async with transaction(sessions) as session:
        assert await claim_update(session, inbox_id) is None
        row = await session.get_one(InboxUpdate, inbox_id)
        assert (row.status, row.payload) == ("done", None)


async def test_an_update_without_a_job_gets_one_and_is_given_up_in_the_end(
    sessions: Sessions, database_url: str, now: datetime
) -> None:
    (inbox_id,) = await accept(sessions, database_url, [message(5)], now)
    queue = open_queue(database_url)
    for _ in range(MOST_INTERRUPTIONS):
        async with transaction(sessions) as session:
            assert await reenqueue_orphans(session, queue, now=now) == 0  # it has a job
            await session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
        async with transaction(sessions) as session:
            assert await reenqueue_orphans(session, queue, now=now) == 1
    async with transaction(sessions) as session:
        await session.execute(text("DELETE FROM procrastinate_jobs"))
        await reenqueue_orphans(session, queue, now=now)
    async with transaction(sessions) as session:
        assert (await session.get_one(InboxUpdate, inbox_id)).status == "dead"
        assert await note_interruptions(session, [inbox_id]) == {}
