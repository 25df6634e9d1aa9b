"""Turns and pace, without a clock: order within a chat, lanes, and 30 messages in any second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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


@settings(deadline=None, max_examples=50)
@given(gaps=st.lists(st.floats(0, 0.2), min_size=60, max_size=200), chats=st.integers(1, 100))
def test_no_second_ever_sees_more_than_28_messages(gaps: list[float], chats: int) -> None:
    pacer, now, times = Pacer(), 1000.0, list[float]()
    per_chat: dict[int, list[float]] = {}
    for number, gap in enumerate(gaps):
        now += gap
        chat = number % chats
        now += max(pacer.wait_overall(now), pacer.wait_for_chat(chat, now))
        pacer.take(chat, now)
        times.append(now)
        per_chat.setdefault(chat, []).append(now)
    assert all(sum(start <= t < start + 1.0 for t in times) <= 28 for start in times)
    for mine in per_chat.values():
        assert all(sum(start <= t < start + 5.0 for t in mine) <= 8 for start in mine)


def test_after_a_429_nothing_leaves_before_the_deadline() -> None:
    pacer = Pacer()
    pacer.halt(103.0)
    pacer.halt(101.0)
    assert pacer.wait_overall(100.0) == 3.0
    assert pacer.wait_overall(103.0) == 0.0
