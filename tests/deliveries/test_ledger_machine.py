"""The ledger as a whole, between any two steps of which anything may die, against a small model of what is promised.

Planner, dispatcher, sender and turns are the house's own functions on a real database; Telegram and the clock are the
machine's. What is promised:

- a person is told the same thing once, except after an answer of Telegram's was lost, and then it is counted;
- nothing due is lost: in the end each delivery was told, or says why it was not;
- nothing is taken by Telegram in the person's rest, nor after their /stop (but for what was leaving at that moment);
- nobody gets more messages a day than they want.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from telegram import Bot

from bot.db.service import open_engine, psycopg_url, sessions_of, transaction
from bot.deliveries.calendar import is_allowed
from bot.deliveries.dispatch import PASSES, dispatch_batch, people_due
from bot.deliveries.ledger import drop_due, drop_stale, settle
from bot.deliveries.models import KINDS, Delivery, PushPreferences
from bot.deliveries.preferences import resume_pushes, set_quiet_hours, stop_pushes, stop_unreachable
from bot.deliveries.tasks import dispatch_all
from bot.kit.clock import local_day
from bot.outbox.models import OutboxCall
from bot.outbox.sender import Sender
from bot.outbox.service import due_calls, expire_calls, mark_sending, settle_interrupted
from bot.outbox.telegram_calls import Doubtful, Later, Outcome, Refused, Sent, Unreachable
from bot.profiles.models import Person
from bot.profiles.service import person_of_chat
from tests.deliveries.people import ALL, EACH, figures_of, plan, somebody

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ZONES = {1: "Europe/Paris", 2: "America/Toronto", 3: "Asia/Beirut"}
WHYS = {"stale", "stopped", "muted"}
OUTCOMES = ["lost", "sent", "later", "not_there", "sent", "blocked", "refused"]
T = TypeVar("T")

people = st.sampled_from(sorted(ZONES))
chats = st.sets(people, min_size=1)
reasons = st.sets(st.sampled_from([f"r{number}" for number in range(5)]), min_size=1, max_size=3)
kinds = st.sampled_from(KINDS)
minutes = st.sampled_from([0, 1, 5, 31, 125, 601, 900])
outcomes = st.lists(st.sampled_from(OUTCOMES), min_size=2, max_size=6)
rarely = st.sampled_from([False, False, False, True])


@dataclass
class World:
    """What really happened, on the other side.

    Attributes:
        taken: how many times Telegram took a thing, by chat and reason.
        lost: how many of those times nobody noted it at once.
        by_day: messages taken, by chat and local day, repeats left out.
        in_hand: calls that the sender has taken and that have no outcome yet.
        may_leave: of people who stopped, the calls that were leaving at that moment.
        in_time: the calls that were leaving when their person wished for other quiet hours.
    """

    now: datetime = START
    taken: Counter[tuple[int, str]] = field(default_factory=Counter)
    lost: Counter[tuple[int, str]] = field(default_factory=Counter)
    by_day: Counter[tuple[int, Any]] = field(default_factory=Counter)
    in_hand: dict[int, OutboxCall] = field(default_factory=dict)
    may_leave: dict[int, set[int]] = field(default_factory=dict)
    in_time: set[int] = field(default_factory=set)


class Crash(Exception):
    """The process died here."""


class Ledger(RuleBasedStateMachine):
    """See the module."""

    engine: AsyncEngine
    url: str
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.sessions = sessions_of(self.engine)
        self.run(self._begin())
        self._start_sender()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def _begin(self) -> None:
        async with transaction(self.sessions) as session:
            for table in ("person", "outbox_call", "keyboard"):
                await session.execute(text(f"DELETE FROM {table}"))
            ids = [await somebody(session, START, chat, time_zone=zone) for chat, zone in ZONES.items()]
        self.ids = dict(zip(ZONES, ids, strict=True))

    def _start_sender(self) -> None:
        self.world.in_hand.clear()
        self.sender = Sender(
            Bot("1:x"), self.sessions, self.url, clock=lambda: self.world.now, on_unreachable=self._on_unreachable,
            on_moved=self._on_moved,
        )  # fmt: skip

    async def _on_unreachable(self, session: AsyncSession, chat_id: int, reason: str) -> None:
        await stop_unreachable(session, channel="telegram", chat_id=chat_id, reason=reason, now=self.world.now)

    async def _on_moved(self, session: AsyncSession, chat_id: int, new_chat_id: int) -> None:
        raise AssertionError("nobody moves here")

    # What features do.

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Nobody begins with an empty ledger: something was sent, something is under way, something waits."""
        self.world.now += timedelta(minutes=data.draw(st.sampled_from([0, 510, 570])))  # 510: 19:30 in Paris
        self.last_pause = timedelta(minutes=data.draw(st.sampled_from([2, 125, 660])))
        is_digest, answers = data.draw(st.booleans()), data.draw(outcomes)
        planned = data.draw(st.lists(kinds, min_size=2, max_size=3, unique=True))
        for kind in planned:
            self.plan(set(ZONES), {f"{kind} {number}" for number in range(2)}, kind, 71, 1)
        self.dispatch(is_digest)
        self.telegram_answers(answers)
        self.sender_takes(is_killed_before_commit=False)
        if data.draw(st.booleans()):
            self.stop(1)
        if data.draw(st.booleans()):
            self.want_other_quiet_hours(3, -1, 12)

    @rule(chats=chats, reasons=reasons, kind=kinds, hours=st.integers(1, 72), source=st.integers(1, 2))
    def plan(self, chats: set[int], reasons: set[str], kind: str, hours: int, source: int) -> None:
        due_at = self.world.now + timedelta(minutes=15 * (hours % 5))
        values = {"due_at": due_at, "stale_at": due_at + timedelta(hours=hours), "kind": kind, "source_id": source}

        async def write() -> None:
            async with transaction(self.sessions) as session:
                for chat in sorted(chats):
                    await plan(session, self.ids[chat], self.world.now, *sorted(reasons), **values)

        self.run(write())

    # What the dispatcher does, whole or cut short.

    @rule(is_digest=st.booleans())
    def dispatch(self, is_digest: bool) -> None:
        composers = ALL if is_digest else EACH
        self.run(dispatch_all(self.sessions, composers=composers, clock=lambda: self.world.now))

    @rule(passes=st.integers(1, len(PASSES)), is_killed_before_commit=rarely)
    def dispatch_and_die(self, passes: int, is_killed_before_commit: bool) -> None:
        async def work() -> None:
            for kinds_of_pass in PASSES[:passes]:
                async with transaction(self.sessions) as session:
                    due = await people_due(session, kinds_of_pass, after=0, now=self.world.now)
                    await dispatch_batch(session, due, kinds_of_pass, composers=EACH, now=self.world.now)
                    if is_killed_before_commit:
                        raise Crash

        with contextlib.suppress(Crash):
            self.run(work())

    @rule(is_killed=rarely)
    def settle_and_expire(self, is_killed: bool) -> None:
        async def work() -> None:
            async with transaction(self.sessions) as session:
                await expire_calls(session, now=self.world.now)
                await settle(session, now=self.world.now)
                await drop_stale(session, now=self.world.now)
                if is_killed:
                    raise Crash

        with contextlib.suppress(Crash):
            self.run(work())

    # What the sender does.

    @rule(is_killed_before_commit=rarely)
    def sender_takes(self, is_killed_before_commit: bool) -> None:
        async def work() -> list[OutboxCall]:
            async with transaction(self.sessions) as session:
                due = await due_calls(session, now=self.world.now, limit=2)
                ours = await mark_sending(session, [call.id for call in due])
                if is_killed_before_commit:
                    raise Crash
            return [call for call in due if call.id in ours]

        try:
            calls = self.run(work())
        except Crash:
            return
        for call in calls:
            call.attempts += 1
            self.world.in_hand[call.id] = call

    @rule(outcomes=outcomes)
    def telegram_answers(self, outcomes: list[str]) -> None:
        if not self.world.in_hand:
            self.sender_takes(is_killed_before_commit=False)
        for outcome, call_id in zip(outcomes, sorted(self.world.in_hand), strict=False):
            self.run(self._answer(self.world.in_hand.pop(call_id), outcome))

    @rule(outcomes=outcomes, minutes=minutes, is_digest=st.booleans())
    def work_goes_on(self, outcomes: list[str], minutes: int, is_digest: bool) -> None:
        """Everybody works for a while, and Telegram answers as it likes."""
        self.dispatch(is_digest)
        self.telegram_answers(outcomes)
        self.time_passes(minutes)

    @precondition(lambda self: self.world.in_hand)
    @rule(data=st.data())
    def sender_dies(self, data: st.DataObject) -> None:
        """Some of what it had in its hands has left, nobody knows which; the next sender treats all as doubts."""
        in_hand = sorted(self.world.in_hand)
        reached = [in_hand[rank] for rank in sorted(data.draw(st.sets(st.integers(0, len(in_hand) - 1))))]

        async def work() -> None:
            for call_id in reached:
                call = self.world.in_hand[call_id]
                if call.expires_at > self.world.now:
                    await self._take(call, is_noted=False)
            async with transaction(self.sessions) as session:
                await settle_interrupted(session, now=self.world.now)

        self.run(work())
        for leaving in self.world.may_leave.values():
            leaving.clear()
        self.world.in_time.clear()
        self._start_sender()

    async def _answer(self, call: OutboxCall, outcome: str) -> None:
        result: Outcome
        if (stays := self.sender._reason_to_stay(call)) is not None:
            result = stays
        else:
            match outcome:
                case "sent":
                    await self._take(call, is_noted=True)
                    result = Sent(call.id)
                case "lost":
                    await self._take(call, is_noted=False)
                    result = Doubtful("ReadTimeout")
                case "not_there":
                    result = Doubtful("ReadTimeout")
                case "later":
                    result = Later("http_5xx")
                case "refused":
                    result = Refused("message is too strange")
                case _:
                    result = Unreachable("blocked")
        await self.sender._record_until_done(call, result)
        self.world.may_leave.get(call.chat_id or 0, set()).discard(call.id)  # it had its one chance
        self.world.in_time.discard(call.id)

    async def _take(self, call: OutboxCall, *, is_noted: bool) -> None:
        """Telegram takes a message."""
        chat = call.chat_id or 0
        async with self.sessions() as session:
            wants = await session.get_one(PushPreferences, self.ids[chat])
            told = (await session.scalars(select(Delivery.reason).where(Delivery.outbox_id == call.id))).all()
        if chat in self.world.may_leave:
            assert call.id in self.world.may_leave[chat], "sent after a stop"
        elif call.id not in self.world.in_time:
            assert is_allowed(self.world.now, wants), f"sent in the rest of {wants.time_zone}"
        if not call.doubts:
            self.world.by_day[chat, local_day(self.world.now, wants.time_zone)] += 1
        for reason in told:
            self.world.taken[chat, reason] += 1
            self.world.lost[chat, reason] += not is_noted

    # What people do, and the time.

    @rule(chat=people)
    def stop(self, chat: int) -> None:
        async def work() -> None:
            async with transaction(self.sessions) as session:
                await session.scalars(select(Person).where(Person.id == self.ids[chat]).with_for_update())
                await stop_pushes(session, person_id=self.ids[chat], reason="asked", now=self.world.now)

        self.run(work())
        leaving = {call.id for call in self.world.in_hand.values() if call.chat_id == chat}
        self.world.may_leave.setdefault(chat, leaving)

    @precondition(lambda self: self.world.may_leave)
    @rule(chat=people)
    def write_again_and_resume(self, chat: int) -> None:
        async def work() -> None:
            async with transaction(self.sessions) as session:
                await person_of_chat(
                    session, channel="telegram", chat_id=chat, telegram_language="fr", now=self.world.now
                )
                await resume_pushes(session, person_id=self.ids[chat], now=self.world.now)

        if not any(call.chat_id == chat for call in self.world.in_hand.values()):
            self.run(work())
            self.world.may_leave.pop(chat, None)

    @rule(source=st.integers(1, 2))
    def mute(self, source: int) -> None:
        async def work() -> None:
            async with transaction(self.sessions) as session:
                await drop_due(session, Delivery.source_id == source, error="muted", now=self.world.now)

        self.run(work())

    @rule(chat=people, since=st.integers(-2, 1), hours=st.integers(0, 12))
    def want_other_quiet_hours(self, chat: int, since: int, hours: int) -> None:
        """Quiet hours that begin a little before or after this moment."""
        start = (self.world.now.astimezone(ZoneInfo(ZONES[chat])).hour + since) % 24

        async def work() -> None:
            async with transaction(self.sessions) as session:
                await session.scalars(select(Person).where(Person.id == self.ids[chat]).with_for_update())
                await set_quiet_hours(
                    session, person_id=self.ids[chat], start=start, end=(start + hours) % 24, now=self.world.now
                )

        self.run(work())
        self.world.in_time |= {call.id for call in self.world.in_hand.values() if call.chat_id == chat}

    @rule(minutes=minutes)
    def time_passes(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    # What is promised.

    @invariant()
    def nothing_is_told_twice_but_after_a_lost_answer(self) -> None:
        for told, times in self.world.taken.items():
            assert times <= 1 + self.world.lost[told], told

    @invariant()
    def nobody_gets_more_a_day_than_they_want(self) -> None:
        assert all(count <= 3 for count in self.world.by_day.values()), self.world.by_day

    def teardown(self) -> None:
        """Let everything work as it should, for long enough: each delivery was told or says why not."""
        self.run(self._come_to_rest())

    async def _come_to_rest(self) -> None:
        for rank, call in enumerate(list(self.world.in_hand.values())):
            await self._answer(call, "sent" if rank % 2 else "later")
        self.world.in_hand.clear()
        self.world.now += self.last_pause
        await self._send_everything()
        for _ in range(10):  # longer than anything planned is worth telling
            await dispatch_all(self.sessions, composers=EACH, clock=lambda: self.world.now)
            if not await self._send_everything():
                break
            self.world.now += timedelta(hours=11)
        self.nothing_is_told_twice_but_after_a_lost_answer()
        self.nobody_gets_more_a_day_than_they_want()
        async with transaction(self.sessions) as session:
            await settle(session, now=self.world.now)
            chats = {person_id: chat for chat, person_id in self.ids.items()}
            rows = (await session.execute(select(Delivery, OutboxCall).outerjoin(
                OutboxCall, OutboxCall.id == Delivery.outbox_id))).all()  # fmt: skip
            for delivery, call in rows:
                self._check_end(delivery, call, self.world.taken[chats[delivery.person_id], delivery.reason])
            figures = await figures_of(session)
        assert figures.total == len(rows)
        assert figures.due == figures.sending == 0

    async def _send_everything(self) -> bool:
        """Send what waits; return whether anything is still to be told."""
        while True:
            async with transaction(self.sessions) as session:
                due: Sequence[OutboxCall] = await due_calls(session, now=self.world.now)
                await mark_sending(session, [call.id for call in due])
            if not due:
                break
            for call in due:
                call.attempts += 1
                await self._answer(call, "sent")
        async with transaction(self.sessions) as session:
            await settle(session, now=self.world.now)
            figures = await figures_of(session)
        return bool(figures.due + figures.sending)

    def _check_end(self, delivery: Delivery, call: OutboxCall | None, times: int) -> None:
        match delivery.status:
            case "sent":
                assert times >= 1, f"{delivery.reason} was never taken"
                assert call is not None
                assert times == 1 or call.doubts > 0, f"{delivery.reason} was repeated and not counted"
            case "dropped":
                assert delivery.error in WHYS, delivery.error
            case "blocked" | "failed":
                assert delivery.error
            case "uncertain":
                assert delivery.kind == "campaign" or (call is not None and call.doubts > call.repeats)
            case other:
                raise AssertionError(f"{delivery.reason} is still {other}")


@pytest.mark.timeout(300)  # some 20 s on a machine that has time
def test_the_ledger_keeps_its_promises_whatever_dies(database_url: str) -> None:
    with asyncio.Runner() as runner:
        with psycopg.connect(psycopg_url(database_url), autocommit=True) as connection:  # no disk fails here
            connection.execute(f"ALTER DATABASE {connection.info.dbname} SET synchronous_commit = off")
        engine = open_engine(database_url, pool_size=2)
        machine = type("Machine", (Ledger,), {"engine": engine, "url": database_url, "runner": runner})
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=60, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
                ),
            )
        finally:
            runner.run(engine.dispose())
