"""The sender among Telegram's faults: F17 to F21, order, lanes and pace, against the double over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot

from bot.db.service import Sessions, transaction
from bot.kit.clock import utc_now
from bot.outbox.models import Lane, OutboxCall
from bot.outbox.pacing import Pacer
from bot.outbox.sender import Sender
from bot.outbox.service import enqueue_call
from bot.outbox.telegram_calls import POOL_SIZE
from tests.fixtures.bot_api import FakeTelegram
from tests.fixtures.processes import eventually
from tests.outbox.pushes import count_by_status

Run = Callable[..., AbstractAsyncContextManager[Sender]]
unreachable: list[tuple[int, str]] = []
moved: list[tuple[int, int]] = []


async def _on_unreachable(_session: AsyncSession, chat_id: int, reason: str) -> None:
    unreachable.append((chat_id, reason))


async def _on_moved(_session: AsyncSession, chat_id: int, new_chat_id: int) -> None:
    moved.append((chat_id, new_chat_id))


@pytest.fixture
def run(bot: Bot, sessions: Sessions, database_url: str) -> Run:
    """Run a sender for the length of a block; `pacer` may lift the pace."""
    unreachable.clear()
    moved.clear()

    @contextlib.asynccontextmanager
    async def run(pacer: Pacer | None = None) -> AsyncIterator[Sender]:
        stop = asyncio.Event()
        sender = Sender(
            bot, sessions, database_url, clock=utc_now, on_unreachable=_on_unreachable, on_moved=_on_moved, pacer=pacer
        )
        task = asyncio.create_task(sender.run(stop))
        try:
            yield sender
        finally:
            stop.set()
            await task

    return run


def fast() -> Pacer:
    """A pacer that does not hold back."""
    return Pacer(overall_rate=1000, chat_rate=1000, chat_burst=1000)


async def write(sessions: Sessions, *calls: dict[str, Any], lane: Lane = Lane.ANSWER) -> None:
    async with transaction(sessions) as session:
        for call in calls:
            params = {"chat_id": call["chat_id"], "text": "x"} | call.get("params", {})
            await enqueue_call(
                session, channel="telegram", chat_id=call["chat_id"], method=call.get("method", "send_message"),
                params=params if "send" in call.get("method", "send_message") else call["params"], now=utc_now(),
                lane=call.get("lane", lane),
            )  # fmt: skip


async def statuses(sessions: Sessions) -> dict[str, int]:
    async with sessions() as session:
        return await count_by_status(session)


async def settled(sessions: Sessions, *, within: float = 20.0) -> dict[str, int]:
    async def is_done() -> bool:
        return not {"pending", "sending"} & set(await statuses(sessions))

    await eventually(is_done, within=within, what="every call settled")
    return await statuses(sessions)


async def test_messages_of_a_chat_arrive_in_order_and_at_its_pace(
    fake: FakeTelegram, run: Run, sessions: Sessions
) -> None:
    await fake.knows([1, 2])
    await write(sessions, *({"chat_id": 1 + n % 2, "params": {"text": f"{n}"}} for n in range(10)))
    async with run():
        assert await settled(sessions) == {"sent": 10}
    taken = await fake.requests("sendMessage")
    assert {record["outcome"] for record in taken} == {"ok"}  # no 429: the pace was kept
    for chat_id in (1, 2):
        texts = [int(record["params"]["text"]) for record in taken if record["chat_id"] == chat_id]
        assert texts == sorted(texts)


async def test_edits_and_answers_to_buttons_do_not_wait_behind_messages(
    fake: FakeTelegram, run: Run, sessions: Sessions
) -> None:
    await fake.knows([1])
    user = fake.user(1)
    keyboard = {"inline_keyboard": [[{"text": "Suite", "callback_data": "a"}]]}
    await write(sessions, {"chat_id": 1, "params": {"text": "liste", "reply_markup": keyboard}})
    async with run():
        (message,) = await user.reads()
        pressed = await user.presses("Suite")
        await write(sessions, *({"chat_id": 1, "params": {"text": f"{n}"}} for n in range(8)))
        began = time.monotonic()
        await write(
            sessions,
            {"chat_id": 1, "method": "answer_callback_query", "params": {"callback_query_id": pressed}},
            {"chat_id": 1, "method": "edit_message_text",
             "params": {"chat_id": 1, "message_id": message.message_id, "text": "liste, suite"}},
        )  # fmt: skip

        async def is_edited() -> bool:
            return bool(await user.toasts()) and (await user.screen())[0].text == "liste, suite"

        await eventually(is_edited, within=2.0, what="edit and answer before the paced messages")
        assert time.monotonic() - began < 2.0
        assert (await statuses(sessions))["pending"] >= 3  # they would take 5 s


async def test_nothing_overtakes_an_answer_that_waits_for_its_next_try(
    fake: FakeTelegram, run: Run, sessions: Sessions
) -> None:
    await fake.knows([1, 2])
    await fake.settings(server_error_percent=100)
    await write(sessions, {"chat_id": 1, "params": {"text": "un"}})
    async with run():

        async def has_failed_once() -> bool:
            return len(await fake.requests("sendMessage")) >= 1

        await eventually(has_failed_once, within=3, what="first try")
        await fake.settings(server_error_percent=0)
        await write(sessions, {"chat_id": 1, "params": {"text": "deux"}}, {"chat_id": 2})
        await write(sessions, {"chat_id": 1, "params": {"text": "nouvelles"}}, lane=Lane.BULK)
        assert await settled(sessions) == {"sent": 4}
    assert [message.text for message in await fake.user(1).screen()] == ["un", "deux", "nouvelles"]


async def test_an_answer_does_not_wait_for_bulk_that_failed_before_it(
    fake: FakeTelegram, run: Run, sessions: Sessions
) -> None:
    await fake.knows([1])
    await fake.settings(server_error_percent=100)
    await write(sessions, {"chat_id": 1, "params": {"text": "nouvelles"}}, lane=Lane.BULK)
    async with run():

        async def has_failed() -> bool:
            return len(await fake.requests("sendMessage")) >= 3  # the next try is seconds away

        await eventually(has_failed, within=10, what="tries of the bulk message")
        await fake.settings(server_error_percent=0)
        await write(sessions, {"chat_id": 1, "params": {"text": "réponse"}})
        assert await settled(sessions) == {"sent": 2}
    assert [message.text for message in await fake.user(1).screen()] == ["réponse", "nouvelles"]


async def test_a_chat_with_much_to_say_hides_nobody(fake: FakeTelegram, run: Run, sessions: Sessions) -> None:
    await fake.knows([1, 2])
    await write(sessions, *({"chat_id": 1} for _ in range(300)))
    await write(sessions, {"chat_id": 2, "params": {"text": "à l'heure"}})
    async with run():
        assert [message.text for message in await fake.user(2).reads(timeout=10)] == ["à l'heure"]


async def test_bulk_leaves_connections_free_for_answers(fake: FakeTelegram, run: Run, sessions: Sessions) -> None:
    await fake.settings(knows_everybody=True, delay_seconds=1.5)
    await write(sessions, *({"chat_id": n} for n in range(1, 41)), lane=Lane.BULK)
    async with run(fast()):

        async def is_full() -> bool:
            return (await statuses(sessions)).get("sending", 0) >= POOL_SIZE // 2

        await eventually(is_full, within=10, what="bulk under way")
        await asyncio.sleep(0.2)  # all of it has reached Telegram, which takes its time
        await fake.settings(delay_seconds=0.0)
        await write(sessions, {"chat_id": 99, "params": {"text": "vite"}})
        assert await fake.user(99).reads(timeout=10, quiet=0.05)
        assert (await fake.requests("sendMessage"))[0]["chat_id"] == 99  # before any of the others was answered


async def test_a_429_halts_every_call_until_its_deadline(fake: FakeTelegram, run: Run, sessions: Sessions) -> None:
    # F17: 2 % of 429; during a pause nothing is asked but what was in flight.
    await fake.settings(knows_everybody=True, too_many_percent=2, retry_after=1, seed=3, is_flood_limited=False)
    await write(sessions, *({"chat_id": n} for n in range(1, 301)))
    async with run(Pacer(overall_rate=200)):
        assert await settled(sessions, within=40) == {"sent": 300}
    records = await fake.requests("sendMessage")
    refused = [record for record in records if record["outcome"] == "429"]
    assert refused
    drawn = [refused[0], *(later for before, later in pairwise(refused) if later["at"] - before["at"] > 0.9)]
    for pause in drawn:
        during = [r for r in records if pause["at"] + pause["took"] + 0.05 < r["at"] < pause["at"] + 0.95]
        assert len(during) <= 16
    assert sum(record["outcome"] == "ok" for record in records) == 300


async def test_errors_of_the_server_lose_nothing(fake: FakeTelegram, run: Run, sessions: Sessions) -> None:
    # F18
    await fake.settings(knows_everybody=True, server_error_percent=10, seed=5, is_flood_limited=False)
    await write(sessions, *({"chat_id": n} for n in range(1, 201)))
    async with run(fast()):
        assert await settled(sessions) == {"sent": 200}
    taken = Counter(record["chat_id"] for record in await fake.requests("sendMessage") if record["outcome"] == "ok")
    assert set(taken.values()) == {1}
    assert len(taken) == 200


async def test_a_lost_reply_repeats_an_answer_once_and_bulk_never(
    fake: FakeTelegram, run: Run, sessions: Sessions
) -> None:
    # F19
    await fake.settings(knows_everybody=True, lost_percent=8, seed=7, is_flood_limited=False)
    await write(sessions, *({"chat_id": n} for n in range(1, 151)))
    await write(sessions, *({"chat_id": n} for n in range(1001, 1151)), lane=Lane.BULK)
    async with run(fast()):
        counts = await settled(sessions)
    records = await fake.requests("sendMessage")
    lost = {
        lane: sum(r["outcome"] == "lost" for r in records if (r["chat_id"] > 1000) == lane) for lane in (False, True)
    }
    taken = Counter(record["chat_id"] for record in records)
    assert sum(taken[n] - 1 for n in range(1, 151)) <= lost[False]
    assert all(taken[n] == 1 for n in range(1001, 1151))
    async with sessions() as session:
        bulk = (await session.scalars(select(OutboxCall).where(OutboxCall.lane == Lane.BULK))).all()
    assert sum(call.status == "uncertain" for call in bulk) == lost[True] > 0
    assert counts["sent"] + counts["uncertain"] == 300


async def test_people_out_of_reach_are_not_tried_again(fake: FakeTelegram, run: Run, sessions: Sessions) -> None:
    # F20
    await fake.knows([1], state="blocked")
    await fake.knows([2], state="deactivated")
    await write(sessions, *({"chat_id": n} for n in (1, 1, 2, 3)))  # 3 is unknown to Telegram
    async with run():
        assert await settled(sessions) == {"blocked": 4}
    assert Counter(r["chat_id"] for r in await fake.requests("sendMessage")) == {1: 1, 2: 1, 3: 1}
    assert sorted(unreachable) == [(1, "blocked"), (2, "deactivated"), (3, "chat_not_found")]


async def test_a_group_that_moved_is_followed(fake: FakeTelegram, run: Run, sessions: Sessions) -> None:
    # F20
    await fake.moves(-5, -1005)
    await write(sessions, {"chat_id": -5, "params": {"text": "un"}}, {"chat_id": -5, "params": {"text": "deux"}})
    async with run():
        assert await settled(sessions) == {"sent": 2}
    taken = [r["params"]["text"] for r in await fake.requests("sendMessage") if r["outcome"] == "ok"]
    assert (taken, moved) == (["un", "deux"], [(-5, -1005)])


async def test_people_are_answered_fast_while_a_broadcast_leaves(
    fake: FakeTelegram, run: Run, sessions: Sessions
) -> None:
    # F21: 300 bulk rows; an answer every 0.2 s; p95 under 2 s, never over 30 messages a second.
    await fake.settings(knows_everybody=True, delay_jitter=0.05)
    await write(sessions, *({"chat_id": n} for n in range(1, 301)), lane=Lane.BULK)
    written: dict[int, float] = {}
    async with run():
        for n in range(5001, 5041):
            written[n] = time.time()
            await write(sessions, {"chat_id": n})
            await asyncio.sleep(0.2)
        assert await settled(sessions, within=30) == {"sent": 340}
    records = await fake.requests("sendMessage")
    waits = sorted(r["at"] + r["took"] - written[r["chat_id"]] for r in records if r["chat_id"] in written)
    assert waits[int(len(waits) * 0.95)] < 2.0
    assert (await fake.state())["peak"] <= 30
    assert [record for record in records if record["outcome"] == "429"] == []


async def test_a_call_that_cannot_be_made_fails_alone(fake: FakeTelegram, run: Run, sessions: Sessions) -> None:
    await fake.knows([1])
    await write(
        sessions,
        {"chat_id": 1, "method": "send_pigeon", "params": {}},
        {"chat_id": 1, "params": {"colour": "red"}},
        {"chat_id": 1, "params": {"text": "<b>5 < 6 & 7</b>", "parse_mode": "HTML"}},
        {"chat_id": 1, "params": {"text": "ensuite"}},
    )
    async with run():
        assert await settled(sessions) == {"failed": 2, "sent": 2}
    assert [message.text for message in await fake.user(1).screen()][-1] == "ensuite"


async def test_what_is_late_expires_unsent(fake: FakeTelegram, run: Run, sessions: Sessions) -> None:
    await fake.knows([1])
    await write(sessions, {"chat_id": 1})
    async with transaction(sessions) as session:
        (call,) = await session.scalars(select(OutboxCall))
        call.expires_at = utc_now()
    async with run():
        assert await settled(sessions) == {"expired": 1}
    assert await fake.requests("sendMessage") == []


async def test_an_edit_of_a_vanished_message_is_sent_afresh(fake: FakeTelegram, run: Run, sessions: Sessions) -> None:
    await fake.knows([1])
    params = {"chat_id": 1, "message_id": 99, "text": "liste"}
    await write(sessions, {"chat_id": 1, "method": "edit_message_text", "params": params})
    async with run():
        assert await settled(sessions) == {"sent": 1}
    assert [message.text for message in await fake.user(1).screen()] == ["liste"]
