"""A withdrawal and the sender never have the same call: whoever comes second finds it gone."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import Sessions, transaction
from bot.outbox.doubts import PUSH_REPEATS
from bot.outbox.models import Lane, OutboxCall
from bot.outbox.service import (
    count_perhaps_repeated,
    drop_calls_to,
    due_calls,
    enqueue_call,
    expire_calls,
    forget_bodies,
    mark_sending,
    mark_sent,
    settle_interrupted,
)
from bot.outbox.withdrawing import withdraw_calls
from tests.outbox.pushes import count_by_status


async def written(sessions: Sessions, now: datetime, count: int = 1, **more: int | None) -> list[int]:
    async with transaction(sessions) as session:
        calls = [
            await enqueue_call(
                session, channel="telegram", chat_id=n, method="send_message", params={"chat_id": n, "text": "x"},
                now=now, lane=Lane.BULK, **more,  # type: ignore[arg-type]
            )
            for n in range(1, count + 1)
        ]  # fmt: skip
        await session.flush()
        return [call.id for call in calls]


async def one(session: AsyncSession) -> OutboxCall:
    return (await session.scalars(select(OutboxCall))).one()


async def test_a_call_that_is_being_withdrawn_is_not_sent_and_holds_nobody_up(
    sessions: Sessions, now: datetime
) -> None:
    first, second = await written(sessions, now, 2)
    async with sessions() as withdrawing, withdrawing.begin():
        assert await withdraw_calls(withdrawing, [first], reason="stopped") == {first}
        async with transaction(sessions) as sending:  # while the withdrawal is not committed
            assert await asyncio.wait_for(mark_sending(sending, [first, second]), 2) == {second}
    async with transaction(sessions) as sending:
        assert await mark_sending(sending, [first]) == set()
        assert await count_by_status(sending) == {"cancelled": 1, "sending": 1}


async def test_a_call_that_is_being_sent_is_not_withdrawn(sessions: Sessions, now: datetime) -> None:
    (call_id,) = await written(sessions, now)
    async with sessions() as sending, sending.begin():
        assert await mark_sending(sending, [call_id]) == {call_id}

        async def withdraw() -> set[int]:
            async with transaction(sessions) as other:
                return await withdraw_calls(other, [call_id], reason="stopped")

        withdrawal = asyncio.create_task(withdraw())
        await asyncio.sleep(0.3)
        assert not withdrawal.done()  # it waits for the sender's word
        await sending.commit()
    assert await withdrawal == set()
    async with transaction(sessions) as session:
        assert await mark_sent(session, OutboxCall(id=call_id, attempts=1, doubts=0), message_id=5, now=now)
        assert (await one(session)).status == "sent"


async def test_of_many_calls_each_is_either_sent_or_withdrawn(sessions: Sessions, now: datetime) -> None:
    ids = await written(sessions, now, 300)
    sent: set[int] = set()
    withdrawn: set[int] = set()

    async def send() -> None:
        while True:
            async with transaction(sessions) as session:
                due = await due_calls(session, now=now, limit=7)
                sent.update(await mark_sending(session, [call.id for call in due]))
            if not due:
                return

    async def withdraw() -> None:
        for start in range(299, -1, -10):
            async with transaction(sessions) as session:
                withdrawn.update(await withdraw_calls(session, ids[max(0, start - 9) : start + 1], reason="cancelled"))

    await asyncio.gather(send(), withdraw())
    assert sent
    assert withdrawn
    assert sent | withdrawn == set(ids)
    assert not sent & withdrawn
    async with sessions() as session:
        assert await count_by_status(session) == {"sending": len(sent), "cancelled": len(withdrawn)}


async def test_what_was_withdrawn_stays_withdrawn(sessions: Sessions, now: datetime) -> None:
    (call_id,) = await written(sessions, now)
    async with transaction(sessions) as session:
        await withdraw_calls(session, [call_id], reason="stopped")
    later = now + timedelta(days=31)
    async with transaction(sessions) as session:
        assert not await mark_sent(session, OutboxCall(id=call_id, attempts=0, doubts=0), message_id=5, now=now)
        assert await expire_calls(session, now=later) == 0
        assert await settle_interrupted(session, now=later) == {"pending": 0, "uncertain": 0}
        await drop_calls_to(session, chat_id=1, reason="blocked")
    async with sessions() as session:
        assert (await one(session)).status == "cancelled"
        assert await forget_bodies(session, now=later) == 1  # and what it said is forgotten like the rest


@pytest.mark.parametrize(("repeats", "status"), [(0, "uncertain"), (PUSH_REPEATS, "pending")])
async def test_a_sender_that_died_leaves_a_doubt_that_its_late_word_takes_away(
    sessions: Sessions, now: datetime, repeats: int, status: str
) -> None:
    (call_id,) = await written(sessions, now, repeats=repeats)
    async with transaction(sessions) as session:
        await mark_sending(session, [call_id])
    async with transaction(sessions) as session:
        assert (await settle_interrupted(session, now=now))[status] == 1
        call = await one(session)
        assert (call.doubts, call.error) == (1, "interrupted")
        assert call.not_before - now == timedelta(seconds=30 if repeats else 0)
    async with transaction(sessions) as session:
        assert await mark_sent(session, OutboxCall(id=call_id, attempts=1, doubts=0), message_id=5, now=now)
        assert await count_perhaps_repeated(session) == 0


async def test_what_was_sent_after_a_doubt_is_counted_as_perhaps_repeated(sessions: Sessions, now: datetime) -> None:
    (call_id,) = await written(sessions, now, repeats=1)
    for _ in range(2):
        async with transaction(sessions) as session:
            await mark_sending(session, [call_id])
        async with transaction(sessions) as session:
            await settle_interrupted(session, now=now)
    async with sessions() as session:
        assert ((await one(session)).status, (await one(session)).doubts) == ("uncertain", 2)
        assert await count_perhaps_repeated(session) == 1  # twice at most, for all that is known
    async with transaction(sessions) as session:
        call = await one(session)
        call.status = "sending"
        await session.flush()
        assert await mark_sent(session, call, message_id=5, now=now)
        assert await count_perhaps_repeated(session) == 2


@pytest.mark.parametrize(("lane", "repeats"), [(Lane.ANSWER, 1), (Lane.TRANSACTIONAL, 0), (Lane.BULK, 0)])
async def test_only_an_answer_is_repeated_unless_it_is_said(
    session: AsyncSession, now: datetime, lane: Lane, repeats: int
) -> None:
    call = await enqueue_call(
        session, channel="terminal", chat_id=1, method="send_message", params={}, now=now, lane=lane
    )
    assert call.repeats == repeats
