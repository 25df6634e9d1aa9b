"""Whose turn it is: which of the due calls may leave now, by chat, by kind of call and by Telegram's pace.

In one chat, messages leave one at a time in the order of their lane and identity, and a message that waits for its
next try keeps those after it waiting. Edits are a queue of their own, and answers to buttons belong to none: neither
waits behind the pace of messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.outbox.models import EDIT_METHODS, FREE_METHODS, Lane, OutboxCall
from bot.outbox.pacing import Pacer

LONGEST_PAUSE = 1.0
# Bulk never takes the last connections: an answer finds one free even when Telegram is slow.
_KEPT_FOR_ANSWERS = 4


class Queue(StrEnum):
    """The queue of a chat that a call stands in."""

    MESSAGES = "messages"
    EDITS = "edits"
    NONE = "none"


Key = tuple[int, Queue]


def queue_of(call: OutboxCall) -> Queue:
    """Return the queue that `call` stands in."""
    if call.chat_id is None or call.method in FREE_METHODS:
        return Queue.NONE
    return Queue.EDITS if call.method in EDIT_METHODS else Queue.MESSAGES


@dataclass(frozen=True)
class Closed:
    """The chats that no message, or no edit, may leave for now: there is no use in reading their calls."""

    messages: frozenset[int] = frozenset()
    edits: frozenset[int] = frozenset()


NOTHING_CLOSED = Closed()


@dataclass(frozen=True)
class _Held:
    rank: tuple[int, int]
    until: float


@dataclass
class Turns:
    """Remembers what is under way and what waits for its next try; times are seconds of a monotonic clock."""

    pacer: Pacer
    slots: int
    _under_way: dict[int, OutboxCall] = field(default_factory=dict)
    _held: dict[Key, dict[int, _Held]] = field(default_factory=dict)
    _counted: set[int] = field(default_factory=set)

    @property
    def free_slots(self) -> int:
        """How many more calls may be under way."""
        return self.slots - len(self._under_way)

    def begin(self, call: OutboxCall) -> None:
        """Note that `call` leaves."""
        self._under_way[call.id] = call
        self._held.get(_key(call), {}).pop(call.id, None)

    def answered(self, call_id: int, now: float) -> None:
        """Note that Telegram has answered a call, or that it will not leave after all; the second time is nothing."""
        if call_id in self._counted:
            self._counted.remove(call_id)
            self.pacer.answered(now)

    def end(self, call: OutboxCall) -> None:
        """Note that the outcome of `call` is recorded."""
        self._under_way.pop(call.id, None)

    def hold(self, call: OutboxCall, until: float) -> None:
        """Note that `call` waits for its next try, and that its queue waits with it."""
        if queue_of(call) is not Queue.NONE:
            self._held.setdefault(_key(call), {})[call.id] = _Held((call.lane, call.id), until)

    def forget(self, now: float) -> None:
        """Forget what waits, and what was chosen and never left; nothing is under way."""
        self._held.clear()
        for call_id in list(self._counted):
            self.answered(call_id, now)

    def closed(self, now: float) -> Closed:
        """Return the chats whose queues cannot move."""
        self._forget_passed(now)
        waiting = {key for key, held in self._held.items() if any(one.rank[0] == Lane.ANSWER for one in held.values())}
        keys = self._busy() | waiting
        return Closed(
            messages=frozenset({chat for chat, queue in keys if queue is Queue.MESSAGES} | self.pacer.slow_chats(now)),
            edits=frozenset(chat for chat, queue in keys if queue is Queue.EDITS),
        )

    def choose(self, due: Sequence[OutboxCall], *, now: float, moment: datetime) -> tuple[list[OutboxCall], float]:
        """Return the calls that leave now, in order, and the seconds after which to look again.

        Args:
            due: candidates, in the order in which they should leave.
            now: of the monotonic clock.
            moment: the same, of the calendar; calls that expired before it need no pace.
        """
        chosen: list[OutboxCall] = []
        busy, pause = self._busy(), self._pause_before_held(now)
        bulk = sum(call.lane == Lane.BULK for call in self._under_way.values())
        for call in due:
            if len(chosen) >= self.free_slots:
                break
            key = _key(call)
            if key in busy or (call.lane == Lane.BULK and bulk >= self.slots - _KEPT_FOR_ANSWERS):
                continue
            wait = 0.0 if call.expires_at <= moment else self._wait(call, key, now)
            if key[1] is not Queue.NONE:
                busy.add(key)  # chosen or not, nothing after it in this queue may leave
            if wait > 0:
                pause = min(pause, wait)
                continue
            self._count(call, key, now, moment)
            bulk += call.lane == Lane.BULK
            chosen.append(call)
        return chosen, pause

    def _busy(self) -> set[Key]:
        under_way: Iterable[OutboxCall] = self._under_way.values()
        return {_key(call) for call in under_way if queue_of(call) is not Queue.NONE}

    def _wait(self, call: OutboxCall, key: Key, now: float) -> float:
        if key[1] is Queue.NONE:
            return 0.0
        earlier = [held.until - now for held in self._held.get(key, {}).values() if held.rank < (call.lane, call.id)]
        waits = [0.0, self.pacer.wait_overall(now), *earlier]
        if key[1] is Queue.MESSAGES:
            waits.append(self.pacer.wait_for_chat(key[0], now))
        return max(waits)

    def _count(self, call: OutboxCall, key: Key, now: float, moment: datetime) -> None:
        if key[1] is not Queue.NONE and call.expires_at > moment:
            self.pacer.take(key[0], now, is_message=key[1] is Queue.MESSAGES)
            self._counted.add(call.id)

    def _forget_passed(self, now: float) -> None:
        for key, held in list(self._held.items()):
            left = {call_id: one for call_id, one in held.items() if one.until > now}
            if left:
                self._held[key] = left
            else:
                del self._held[key]

    def _pause_before_held(self, now: float) -> float:
        soonest = (one.until - now for held in self._held.values() for one in held.values())
        return min(LONGEST_PAUSE, max(0.01, min(soonest, default=LONGEST_PAUSE)))


def _key(call: OutboxCall) -> Key:
    return call.chat_id or 0, queue_of(call)
