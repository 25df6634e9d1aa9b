"""The ledger as a whole, between any two statements of which anything may die or somebody else may work.

Planner, dispatcher, sender and turns are the house's own functions on a real database (`ledger_house`), interrupted
where Hypothesis likes (`between`); what is promised is checked by a small model (`promises`) as Telegram takes things,
and once more when all has come to rest.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.db.service import open_engine, psycopg_url
from bot.deliveries.models import KINDS
from tests.deliveries.between import Between, Crash, Interruption
from tests.deliveries.ledger_house import House
from tests.deliveries.people import ALL, EACH
from tests.deliveries.promises import ZONES, Thing

# A working day; and the eve of the night on which the clocks of Paris and Beirut change, and Toronto's a week later.
DATES = [datetime(2026, 11, 23, 10, 0, tzinfo=UTC), datetime(2026, 10, 24, 10, 0, tzinfo=UTC)]
LATER = [timedelta(0), timedelta(hours=8, minutes=30), timedelta(hours=9, minutes=30)]  # 19:30 and 20:30 in Paris
STARTS = [day + later for day in DATES for later in LATER]
OUTCOMES = ["sent", "lost", "sent", "later", "sent", "not_there", "lost", "sent", "blocked", "refused"]
OTHERS = ["stop", "mute", "hours", "dispatch", "dispatch"]
T = TypeVar("T")
Span = int | tuple[int, bool, int]

people = st.sampled_from(sorted(ZONES))
chats = st.sets(people, min_size=1)
kinds = st.sampled_from([*KINDS, "alert", "campaign", "campaign"])
sources = st.integers(1, 2)
outcomes = st.lists(st.sampled_from(OUTCOMES), min_size=3, max_size=6)
composers = st.sampled_from([ALL, ALL, EACH])
# Minutes; or those before or after somebody's next rest begins (False) or ends (True), when their next day has room.
edges = st.tuples(people, st.sampled_from([True, True, False]), st.sampled_from([-45, 0, 20]))
spans: st.SearchStrategy[Span] = st.sampled_from([1, 31, 125, 601]) | edges
ranks = st.frozensets(st.integers(0, 3))


def interruptions(changes: int) -> st.SearchStrategy[Interruption]:
    """Return what may come between the changes of a step that makes about so many."""
    others = st.sampled_from([None, None, *OTHERS])
    return st.builds(Interruption, st.integers(1, changes), others, people, sources, ranks)


@dataclass(frozen=True)
class Planned:
    """So many things of a kind, due in so many minutes and for so many hours."""

    kind: str
    source: int
    number: int = 1
    due: int = 0
    hours: int = 72


@dataclass(frozen=True)
class Beginning:
    """When all begins, with what, disturbed by what; how long nobody works before the end; who composes the last."""

    at: datetime
    kinds: tuple[str, str]
    by: Interruption
    last_pause: int
    closing: Any


@dataclass(frozen=True)
class Day:
    """Something is planned, all do a step, each disturbed or not, as what is in flight, and time passes."""

    planned: Planned
    at_dispatch: Interruption | None
    at_taking: Interruption | None
    in_flight: Interruption | None
    at_answer: Interruption | None
    span: Span
    is_anew: bool


days = st.builds(
    Day, st.builds(Planned, kinds, sources), st.none() | interruptions(12), st.none() | interruptions(1),
    st.none() | interruptions(1), st.none() | interruptions(3), spans, st.sampled_from([True, True, False]),
)  # fmt: skip
plans = st.builds(
    Planned, kinds, sources, st.integers(1, 3), st.sampled_from([0, 0, 20, 300]), st.sampled_from([1, 5, 30, 72, 300])
)
pauses = st.sampled_from([2, 125, 660])
beginnings = st.builds(
    Beginning, st.sampled_from(STARTS), st.tuples(kinds, kinds), interruptions(12), pauses, composers
)


class Ledger(RuleBasedStateMachine):
    """No draw and no rule hangs on what the house did: its processes meet in ways that nobody can repeat."""

    engine: AsyncEngine
    url: str
    runner: asyncio.Runner
    between: Between

    def __init__(self) -> None:
        super().__init__()
        self.house = House(self.engine, self.url, self.between)
        self.planned = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize(beginning=beginnings, composers=composers, outcomes=outcomes)
    def begin(self, beginning: Beginning, composers: Any, outcomes: list[str]) -> None:
        """Nobody begins with an empty ledger: something was sent, something is under way, something waits."""
        self.beginning = beginning
        self.run(self.house.begin(beginning.at))
        for source, kind in enumerate(beginning.kinds, 1):
            self.plan(set(ZONES), Planned(kind, source, number=2))
        self._interrupted(self.house.dispatch(composers), beginning.by)
        self.run(self.house.take_in_hand())
        self._answer(outcomes)
        self.run(self.house.take_in_hand())

    # What the house does.

    @rule(day=days, composers=composers, outcomes=outcomes)
    def work_goes_on(self, day: Day, composers: Any, outcomes: list[str]) -> None:
        """Everybody works for a while, disturbed or not, and Telegram answers as it likes."""
        if day.is_anew:
            self._let_those_who_stopped_resume()
        self.plan(set(ZONES), day.planned)
        self._interrupted(self.house.dispatch(composers), day.at_dispatch)
        self.run(self.house.take_in_hand(day.at_taking))
        if day.in_flight is not None:
            self.run(self.house.happens(day.in_flight))
        self._answer(outcomes, day.at_answer)
        self.time_passes(day.span)

    # A rule twice is chosen twice as often.
    work_goes_on_and_on = work_goes_on
    work_never_ends = work_goes_on

    def _interrupted(self, step: Coroutine[Any, Any, None], by: Interruption | None) -> None:
        with contextlib.suppress(Crash):
            self.run(self.house.interrupted(step, by))

    def _answer(self, outcomes: list[str], by: Interruption | None = None) -> None:
        for outcome, call in zip(outcomes, list(self.house.in_hand.values()), strict=False):
            if call.id in self.house.in_hand:  # not when the sender died at the one before
                self.run(self.house.answer(call, outcome, by))
                by = None

    def _let_those_who_stopped_resume(self) -> None:
        """But for whom something is leaving at this moment, which their stop would have let go."""
        busy = {call.chat_id for call in self.house.in_hand.values()}
        for chat in ZONES:
            if chat not in busy and self.house.promises.stop_of(chat):
                self.run(self.house.write_again_and_resume(chat))

    @rule(chats=chats, planned=plans)
    def plan(self, chats: set[int], planned: Planned) -> None:
        reasons = {f"{planned.kind} {self.planned + rank}" for rank in range(planned.number)}
        self.planned += planned.number
        due_at = self.house.now + timedelta(minutes=planned.due)
        thing = Thing(planned.kind, due_at, due_at + timedelta(hours=planned.hours))
        self.run(self.house.plan(chats, reasons, thing, planned.source))

    # What people do, and the time.

    @rule(act=st.sampled_from(["stop", "mute", "hours", "expire"]), chat=people, source=sources,
          since=st.integers(-2, 1), hours=st.integers(0, 12))  # fmt: skip
    def somebody_acts(self, act: str, chat: int, source: int, since: int, hours: int) -> None:
        match act:
            case "stop":
                self.run(self.house.stop(chat))
            case "mute":
                self.run(self.house.mute(source))
            case "hours":
                self.run(self.house.want_quiet_hours(chat, since, hours))
            case _:
                self.run(self.house.expire())

    @rule(span=spans)
    def time_passes(self, span: Span) -> None:
        promises = self.house.promises
        if isinstance(span, int):
            promises.now += timedelta(minutes=span)
        else:
            chat, is_end, minutes = span
            promises.now = max(promises.now, promises.next_edge(chat, is_end=is_end) + timedelta(minutes=minutes))

    def teardown(self) -> None:
        self.house.promises.now += timedelta(minutes=self.beginning.last_pause)
        self.run(self.house.come_to_rest(self.beginning.closing))


@pytest.mark.timeout(300)  # some 20 s on a machine that has time
def test_the_ledger_keeps_its_promises_whatever_dies(database_url: str) -> None:
    with asyncio.Runner() as runner, psycopg.connect(psycopg_url(database_url), autocommit=True) as watch:
        watch.execute(f"ALTER DATABASE {watch.info.dbname} SET synchronous_commit = off")  # no disk fails here
        engine = open_engine(database_url, pool_size=2)
        world = {"engine": engine, "url": database_url, "runner": runner, "between": Between(engine, watch)}
        try:
            run_state_machine_as_test(
                type("Machine", (Ledger,), world),
                settings=settings(
                    max_examples=30, stateful_step_count=7, deadline=None, suppress_health_check=list(HealthCheck)
                ),
            )
        finally:
            runner.run(engine.dispose())
