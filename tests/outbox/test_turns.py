"""Turns and pace, without a clock: order within a chat, lanes, and 30 messages in any second."""

from __future__ import annotations

import bisect
import heapq
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.outbox.models import Lane, OutboxCall
from bot.outbox.pacing import Pacer
from bot.outbox.turns import Turns

MOMENT = datetime(2026, 11, 23, 10, tzinfo=UTC)


def call(number: int, chat_id: int = 1, method: str = "send_message", lane: Lane = Lane.ANSWER) -> OutboxCall:
    return OutboxCall(id=number, chat_id=chat_id, method=method, lane=int(lane), expires_at=MOMENT + timedelta(days=1))


def chosen(turns: Turns, *due: OutboxCall, now: float = 100.0) -> list[int]:
    return [one.id for one in turns.choose(due, now=now, moment=MOMENT)[0]]


def test_a_chat_has_one_message_one_edit_and_any_answers_under_way() -> None:
    turns = Turns(Pacer(overall_rate=1000), slots=16)
    edits = [call(n, method="edit_message_text") for n in (3, 4)]
    presses = [call(n, method="answer_callback_query") for n in (5, 6)]
    due = [call(1), call(2), *edits, *presses, call(7, chat_id=2)]
    turns.pacer._overall.capacity = turns.pacer._overall.tokens = 100
    picked = chosen(turns, *due)
    assert picked == [1, 3, 5, 6, 7]
    for one in due:
        if one.id in picked:
            turns.begin(one)
    assert turns.closed(100.0).messages == {1, 2}
    turns.end(due[0])
    assert chosen(turns, due[1], due[3]) == [2]


def test_a_held_answer_holds_what_follows_it_and_held_news_only_news() -> None:
    turns = Turns(Pacer(), slots=16)
    turns.hold(call(1), until=105.0)
    turns.hold(call(2, chat_id=2, lane=Lane.BULK), until=105.0)
    assert turns.closed(100.0).messages == {1}
    assert chosen(turns, call(3), call(4, chat_id=2), call(5, chat_id=2, lane=Lane.BULK)) == [4]
    assert chosen(turns, call(5, chat_id=2, lane=Lane.BULK), now=104.0) == []
    assert turns.closed(105.0).messages == frozenset()
    assert chosen(turns, call(3), now=105.0) == [3]


def test_the_pause_ends_when_the_first_held_call_is_due() -> None:
    turns = Turns(Pacer(), slots=16)
    turns.hold(call(1), until=100.25)
    assert turns.choose([], now=100.0, moment=MOMENT)[1] == 0.25


class Network:
    """Messages leave when the pacer lets them, arrive and are answered after any delays."""

    def __init__(self) -> None:
        self.pacer, self.now = Pacer(), 1000.0
        self.left: dict[int, list[float]] = {}
        self.arrived: list[float] = []
        self._answers: list[float] = []

    def send(self, chat_id: int, *, there: float, back: float) -> None:
        """Send one message as soon as it may leave; it arrives after `there` seconds, its answer after `back` more."""
        while (wait := self._wait(chat_id)) > 0:
            self.now = min([self.now + wait + 1e-6, *self._answers])
        self.pacer.take(chat_id, self.now)
        self.left.setdefault(chat_id, []).append(self.now)
        self.arrived.append(self.now + there)
        heapq.heappush(self._answers, self.now + there + back)

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self._hear()

    def _wait(self, chat_id: int) -> float:
        self._hear()
        return max(self.pacer.wait_overall(self.now), self.pacer.wait_for_chat(chat_id, self.now))

    def _hear(self) -> None:
        while self._answers and self._answers[0] <= self.now:
            self.pacer.answered(heapq.heappop(self._answers))

    def busiest_second(self) -> int:
        times = sorted(self.arrived)
        return max(bisect.bisect_left(times, start + 1.0) - rank for rank, start in enumerate(times))


_DELAY = st.one_of(st.floats(0, 0.05), st.floats(0, 1.5))


@settings(deadline=None, max_examples=60)
@given(
    steps=st.lists(st.tuples(st.floats(0, 0.1), _DELAY, st.floats(0, 0.3)), min_size=60, max_size=200),
    chats=st.integers(1, 100),
)
def test_no_second_at_telegram_sees_more_than_30_whatever_the_network_does(
    steps: list[tuple[float, float, float]], chats: int
) -> None:
    network = Network()
    for number, (gap, there, back) in enumerate(steps):
        network.passes(gap)
        network.send(number % chats, there=there, back=back)
    assert network.busiest_second() <= 30
    for mine in network.left.values():
        assert all(sum(start <= t < start + 5.0 for t in mine) <= 8 for start in mine)


@pytest.mark.parametrize(("answer_after", "least"), [(0.005, 29.0), (0.03, 28.5), (0.1, 27.0), (0.5, 19.0)])
def test_the_pace_is_nearly_the_limit_and_gives_way_to_a_slow_network(answer_after: float, least: float) -> None:
    network = Network()
    for number in range(600):
        network.send(number, there=answer_after / 2, back=answer_after / 2)
    assert least <= 599 / (network.arrived[-1] - network.arrived[0]) <= 30.0
    assert network.busiest_second() <= 30


def test_a_call_that_does_not_leave_after_all_stands_in_nobodys_way() -> None:
    turns = Turns(Pacer(overall_rate=29.5), slots=16)
    for number in range(1, 101):
        now = 100.0 + number
        assert chosen(turns, call(number, chat_id=number), now=now) == [number]
        turns.answered(number, now)
        turns.answered(number, now)
    assert chosen(turns, *(call(n, chat_id=n) for n in (201, 202)), now=300.0) == [201, 202]
    turns.forget(300.0)
    assert chosen(turns, *(call(n, chat_id=n) for n in (203, 204)), now=302.0) == [203, 204]


def test_whoever_pays_for_more_is_not_held_at_30() -> None:
    pacer = Pacer(overall_rate=1000)
    for number in range(200):
        assert pacer.wait_overall(100.0 + number / 500) == 0.0
        pacer.take(number, 100.0 + number / 500)


def test_after_a_429_nothing_leaves_before_the_deadline() -> None:
    pacer = Pacer()
    pacer.halt(103.0)
    pacer.halt(101.0)
    assert pacer.wait_overall(100.0) == 3.0
    assert pacer.wait_overall(103.0) == 0.0
