"""The ledger as a whole, between any two statements of which anything may die or somebody else may work.

Planner, dispatcher, sender and turns are the house's own functions on a real database (`ledger_house`), interrupted
where Hypothesis likes (`between`); what is promised is checked by a small model (`promises`) as Telegram takes things,
and once more when all has come to rest.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.db.service import open_engine, psycopg_url
from bot.deliveries.models import KINDS
from tests.deliveries.between import Between, Crash, Interruption
from tests.deliveries.ledger_house import House
from tests.deliveries.people import ALL, EACH
from tests.deliveries.promises import ZONES

# A working day; and the eve of the night on which the clocks of Paris and Beirut change, and Toronto's a week later.
STARTS = [datetime(2026, 11, 23, 10, 0, tzinfo=UTC), datetime(2026, 10, 24, 10, 0, tzinfo=UTC)]
OUTCOMES = ["lost", "sent", "later", "not_there", "sent", "blocked", "refused"]
OTHERS = ["stop", "mute", "hours", "dispatch"]
T = TypeVar("T")

people = st.sampled_from(sorted(ZONES))
chats = st.sets(people, min_size=1)
reasons = st.sets(st.sampled_from([f"r{number}" for number in range(5)]), min_size=1, max_size=3)
kinds = st.sampled_from([*KINDS, "campaign", "alert"])
sources = st.integers(1, 2)
minutes = st.sampled_from([0, 1, 5, 31, 125, 601, 900])
outcomes = st.lists(st.sampled_from(OUTCOMES), min_size=2, max_size=6)
composers = st.sampled_from([EACH, ALL])
deaths = st.builds(Interruption, st.integers(1, 40), st.none(), people, sources)
meetings = st.builds(Interruption, st.integers(1, 40), st.sampled_from(OTHERS), people, sources)
short_deaths = st.builds(Interruption, st.integers(1, 4), st.none(), people, sources)
short_meetings = st.builds(Interruption, st.integers(1, 4), st.sampled_from(OTHERS), people, sources)


class Ledger(RuleBasedStateMachine):
    """See the module."""

    engine: AsyncEngine
    url: str
    runner: asyncio.Runner
    between: Between

    def __init__(self) -> None:
        super().__init__()
        self.house = House(self.engine, self.url, self.between)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize(
        start=st.sampled_from(STARTS), minutes=st.sampled_from([0, 510, 570]), is_digest=st.booleans(),
        planned=st.permutations([*KINDS]), answers=outcomes, closing=composers, pause=st.sampled_from([2, 125, 660]),
    )  # fmt: skip
    def begin(
        self, start: datetime, minutes: int, is_digest: bool, planned: list[str], answers: list[str], closing: Any,
        pause: int,
    ) -> None:  # fmt: skip
        """Nobody begins with an empty ledger: something was sent, something is under way, something waits."""
        self.run(self.house.begin(start + timedelta(minutes=minutes)))  # 510: 19:30 in Paris
        self.closing, self.last_pause = closing, timedelta(minutes=pause)
        for kind in planned[:2]:
            self.plan(set(ZONES), {f"{kind} {number}" for number in range(2)}, kind, 1, 0, 71)
        self.run(self.house.dispatch(ALL if is_digest else EACH))
        self._answer(answers)
        self.run(self.house.take_in_hand())

    # What features and the dispatcher do.

    @rule(chats=chats, reasons=reasons, kind=kinds, source=sources, due=st.sampled_from([0, 0, 20, 300]),
          hours=st.sampled_from([1, 5, 30, 72, 300]))  # fmt: skip
    def plan(self, chats: set[int], reasons: set[str], kind: str, source: int, due: int, hours: int) -> None:
        self.run(self.house.plan(chats, reasons, kind, source, due, hours))

    @rule(composers=composers)
    def dispatch(self, composers: Any) -> None:
        self.run(self.house.dispatch(composers))

    @rule(composers=composers, by=deaths | meetings)
    def dispatch_interrupted(self, composers: Any, by: Interruption) -> None:
        with contextlib.suppress(Crash):
            self.run(self.house.interrupted(self.house.dispatch(composers), by))

    @rule(by=st.none() | short_meetings)
    def expire(self, by: Interruption | None) -> None:
        self.run(self.house.interrupted(self.house.expire(), by))

    # What the sender does.

    @rule(by=st.none() | short_deaths | short_meetings)
    def sender_takes(self, by: Interruption | None) -> None:
        self.run(self.house.take_in_hand(by))

    @rule(outcomes=outcomes)
    def telegram_answers(self, outcomes: list[str]) -> None:
        if not self.house.in_hand:
            self.run(self.house.take_in_hand())
        self._answer(outcomes)

    def _answer(self, outcomes: list[str]) -> None:
        if not self.house.in_hand:
            self.run(self.house.take_in_hand(most=4))
        for outcome, call in zip(outcomes, list(self.house.in_hand.values()), strict=False):
            self.run(self.house.answer(call, outcome))

    @precondition(lambda self: self.house.in_hand)
    @rule(outcome=st.sampled_from(OUTCOMES), by=short_deaths | short_meetings)
    def an_answer_is_interrupted(self, outcome: str, by: Interruption) -> None:
        self.run(self.house.answer(next(iter(self.house.in_hand.values())), outcome, by))

    @precondition(lambda self: self.house.in_hand)
    @rule(data=st.data())
    def sender_dies(self, data: st.DataObject) -> None:
        self.run(self.house.sender_dies(data.draw(st.sets(st.sampled_from(sorted(self.house.in_hand))))))

    @rule(outcomes=outcomes, minutes=minutes, composers=composers)
    def work_goes_on(self, outcomes: list[str], minutes: int, composers: Any) -> None:
        """Everybody works for a while, and Telegram answers as it likes."""
        self.run(self.house.dispatch(composers))
        self._answer(outcomes)
        self.time_passes(minutes)

    # What people do, and the time.

    @rule(chat=people)
    def stop(self, chat: int) -> None:
        self.run(self.house.stop(chat))

    @precondition(lambda self: self._who_may_resume())
    @rule(data=st.data())
    def write_again_and_resume(self, data: st.DataObject) -> None:
        self.run(self.house.write_again_and_resume(data.draw(st.sampled_from(self._who_may_resume()))))

    def _who_may_resume(self) -> list[int]:
        busy = {call.chat_id for call in self.house.in_hand.values()}
        return [chat for chat in ZONES if chat not in busy and self.house.promises.stop_of(chat)]

    @rule(source=sources)
    def mute(self, source: int) -> None:
        self.run(self.house.mute(source))

    @rule(chat=people, since=st.integers(-2, 1), hours=st.integers(0, 12))
    def want_other_quiet_hours(self, chat: int, since: int, hours: int) -> None:
        self.run(self.house.want_quiet_hours(chat, since, hours))

    @rule(minutes=minutes)
    def time_passes(self, minutes: int) -> None:
        self.house.promises.now += timedelta(minutes=minutes)

    @rule(chat=people, minutes=st.sampled_from([-45, 0, 20]))
    def a_rest_begins_or_ends(self, chat: int, minutes: int) -> None:
        promises = self.house.promises
        promises.now = max(promises.now, promises.next_edge(chat) + timedelta(minutes=minutes))

    def teardown(self) -> None:
        self.house.promises.now += self.last_pause
        self.run(self.house.come_to_rest(self.closing))


@pytest.mark.timeout(300)  # some 20 s on a machine that has time
def test_the_ledger_keeps_its_promises_whatever_dies(database_url: str) -> None:
    with asyncio.Runner() as runner:
        with psycopg.connect(psycopg_url(database_url), autocommit=True) as connection:  # no disk fails here
            connection.execute(f"ALTER DATABASE {connection.info.dbname} SET synchronous_commit = off")
        engine = open_engine(database_url, pool_size=2)
        world = {"engine": engine, "url": database_url, "runner": runner, "between": Between(engine)}
        try:
            run_state_machine_as_test(
                type("Machine", (Ledger,), world),
                settings=settings(
                    max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
                ),
            )
        finally:
            runner.run(engine.dispose())
