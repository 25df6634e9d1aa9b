"""What a dispatch does beside others at work: turns, withdrawals, another dispatcher, an outbox that is full."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import Sessions, transaction
from bot.deliveries import dispatch as dispatching
from bot.deliveries import tasks
from bot.deliveries.dispatch import people_due
from bot.deliveries.models import KINDS, Delivery
from bot.deliveries.service import Composed, Recipient, drop_due, settle, stop_pushes
from bot.deliveries.tasks import dispatch_all
from bot.outbox.models import Lane, OutboxCall
from bot.outbox.service import enqueue_call, expire_calls
from bot.profiles.models import Person
from tests.deliveries.people import (
    ALL,
    EACH,
    calls,
    dispatch,
    plan,
    somebody,
    statuses,
    tell_each,
)


async def test_what_is_held_waits(sessions: Sessions, now: datetime) -> None:
    async with transaction(sessions) as session:
        await plan(session, await somebody(session, now), now, "a", kind="campaign")
        await session.execute(text("UPDATE delivery SET is_held = true"))
    await dispatch_all(sessions, composers=EACH, clock=lambda: now)
    async with transaction(sessions) as session:
        assert await calls(session) == []
        await session.execute(text("UPDATE delivery SET is_held = false"))
    await dispatch_all(sessions, composers=EACH, clock=lambda: now)
    async with sessions() as session:
        assert await statuses(session) == {"a": "sending"}


async def test_whoever_is_answered_at_this_moment_is_left_for_the_next_time(sessions: Sessions, now: datetime) -> None:
    async with transaction(sessions) as session:
        who = await somebody(session, now)
        await plan(session, who, now, "a")
    async with transaction(sessions) as turn:
        await turn.scalars(select(Person).where(Person.id == who).with_for_update())
        await asyncio.wait_for(dispatch_all(sessions, composers=EACH, clock=lambda: now), 5)
        assert await statuses(turn) == {"a": "due"}
        await stop_pushes(turn, person_id=who, reason="asked", now=now)
    await dispatch_all(sessions, composers=EACH, clock=lambda: now)
    async with sessions() as session:
        assert await statuses(session) == {"a": "dropped: stopped"}


async def test_a_stop_waits_for_the_dispatch_under_way_and_withdraws_what_it_wrote(
    sessions: Sessions, now: datetime
) -> None:
    async with transaction(sessions) as session:
        who = await somebody(session, now)
        await plan(session, who, now, "a")

    async def stop() -> None:
        async with transaction(sessions) as turn:
            await turn.scalars(select(Person).where(Person.id == who).with_for_update())
            await stop_pushes(turn, person_id=who, reason="asked", now=now)

    async with transaction(sessions) as session:
        await dispatch(session, now)
        stopping = asyncio.create_task(stop())
        await asyncio.sleep(0.2)
        assert not stopping.done()
    await stopping
    async with sessions() as session:
        assert await statuses(session) == {"a": "dropped: stopped"}
        assert [call.status for call in await calls(session)] == ["cancelled"]


async def test_a_cancel_finds_what_a_dispatch_is_writing(sessions: Sessions, now: datetime) -> None:
    async with transaction(sessions) as session:
        await plan(session, await somebody(session, now), now, "a", kind="campaign", source_id=7)

    async def cancel() -> int:
        async with transaction(sessions) as other:
            return await drop_due(other, Delivery.source_id == 7, error="cancelled", now=now)

    async with transaction(sessions) as session:
        await dispatch(session, now)
        cancelling = asyncio.create_task(cancel())
        await asyncio.sleep(0.2)
        assert not cancelling.done()
    assert await cancelling == 1
    async with sessions() as session:
        assert await statuses(session) == {"a": "dropped: cancelled"}
        assert [call.status for call in await calls(session)] == ["cancelled"]


async def test_a_cancel_finds_what_is_becoming_due_again(sessions: Sessions, now: datetime) -> None:
    later = now + timedelta(hours=7)
    async with transaction(sessions) as session:
        await plan(session, await somebody(session, now), now, "a", kind="campaign", source_id=7)
        await dispatch(session, now)
        await expire_calls(session, now=later)

    async def cancel() -> int:
        async with transaction(sessions) as other:
            return await drop_due(other, Delivery.source_id == 7, error="cancelled", now=later)

    async with transaction(sessions) as session:
        assert await settle(session, now=later) == {"due": 1}
        cancelling = asyncio.create_task(cancel())
        await asyncio.sleep(0.2)
        assert not cancelling.done()
    assert await cancelling == 1
    async with sessions() as session:
        assert await statuses(session) == {"a": "dropped: cancelled"}


async def test_what_a_withdrawn_digest_also_carried_is_due_again(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "muted", source_id=1)
    await plan(session, who, now, "wanted", source_id=2)
    await dispatch(session, now, ALL)
    assert await drop_due(session, Delivery.source_id == 1, error="muted", now=now) == 1
    assert await statuses(session) == {"muted": "dropped: muted", "wanted": "due"}
    await dispatch(session, now, ALL)
    assert await statuses(session) == {"muted": "dropped: muted", "wanted": "sending"}


async def test_bulk_stops_when_enough_waits_and_what_is_pressing_goes_on(
    sessions: Sessions, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "MOST_WAITING", 10)
    async with transaction(sessions) as session:
        for number in range(120):
            who = await somebody(session, now, number + 1)
            await plan(session, who, now, f"new {number}")
        await plan(session, who, now, "moved", kind="change")
        for _ in range(10):
            await enqueue_call(
                session, channel="telegram", chat_id=999, method="send_message", params={}, now=now, lane=Lane.BULK
            )
    await dispatch_all(sessions, composers=EACH, clock=lambda: now)
    async with transaction(sessions) as session:
        assert [reason for reason, status in (await statuses(session)).items() if status == "sending"] == ["moved"]
        await session.execute(text("UPDATE outbox_call SET status = 'sent' WHERE lane = 2"))
    await dispatch_all(sessions, composers=EACH, clock=lambda: now)
    async with sessions() as session:
        assert Counter((await statuses(session)).values())["sending"] - 1 == 50


async def test_people_to_whom_much_is_due_are_held_one_by_one(
    sessions: Sessions, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "DELIVERIES_AT_A_TIME", 5)
    async with transaction(sessions) as session:
        people = [await somebody(session, now, number) for number in range(1, 7)]
        for who, count in zip(people, (2, 2, 9, 1, 4, 1), strict=True):
            await plan(session, who, now, *(f"{who} {number}" for number in range(count)))
    pages: list[list[int]] = []
    async with sessions() as session:
        while found := await people_due(session, KINDS, after=pages[-1][-1] if pages else 0, now=now):
            pages.append(found)
    assert [len(page) for page in pages] == [2, 1, 2, 1]
    assert [who for page in pages for who in page] == people
    await dispatch_all(sessions, composers=ALL, clock=lambda: now)
    async with sessions() as session:
        assert set((await statuses(session)).values()) == {"sending"}


async def test_messages_that_wait_after_a_lost_answer_keep_nobody_elses_from_leaving(
    sessions: Sessions, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "MOST_WAITING", 10)
    async with transaction(sessions) as session:
        await plan(session, await somebody(session, now), now, "new")
        for _ in range(10):
            call = await enqueue_call(
                session, channel="telegram", chat_id=999, method="send_message", params={}, now=now, lane=Lane.BULK
            )
            call.error, call.not_before = "ReadTimeout", now + timedelta(hours=2)
    await dispatch_all(sessions, composers=EACH, clock=lambda: now)
    async with sessions() as session:
        assert await statuses(session) == {"new": "sending"}


async def test_two_dispatchers_at_once_tell_everything_once(sessions: Sessions, now: datetime) -> None:
    async with transaction(sessions) as session:
        for number in range(130):
            await plan(session, await somebody(session, now, number + 1), now, f"new {number}")
    runs = [dispatch_all(sessions, composers=EACH, clock=lambda: now) for _ in range(2)]
    await asyncio.gather(*runs)
    await dispatch_all(sessions, composers=EACH, clock=lambda: now)
    async with sessions() as session:
        texts = list(await session.scalars(select(OutboxCall.params["text"].astext)))
    assert sorted(f"new {number}" for number in range(130)) == sorted(texts)


async def test_one_person_whose_messages_take_the_database_too_long_holds_up_nobody_else(
    sessions: Sessions, now: datetime
) -> None:
    async with transaction(sessions) as session:
        slow, *others = [await somebody(session, now, number) for number in range(1, 5)]
        for who in (slow, *others):
            await plan(session, who, now, f"of {who}")

    async def tell(session: AsyncSession, recipient: Recipient, due: Sequence[Delivery]) -> Composed:
        if recipient.person.id == slow:
            await session.execute(text("SET LOCAL statement_timeout = 50"))
            await session.execute(text("SELECT pg_sleep(5)"))
        return await tell_each(session, recipient, due)

    await dispatch_all(sessions, composers=dict.fromkeys(KINDS, tell), clock=lambda: now)
    async with sessions() as session:
        assert await statuses(session) == {f"of {slow}": "due"} | {f"of {who}": "sending" for who in others}
