"""Telegram's flood limits, kept before Telegram has to: 30 messages in any second over all, 1 a second a chat.

Source of the limits: Telegram's bot FAQ ("about 30 messages per second", "no more than one message per second in a
chat, short bursts allowed").

What counts is when messages arrive, and the network brings some nearer to each other than they left. So two things
hold a message back. A bucket spaces them, at nearly 30 a second. And a window counts those that may stand in the same
second at Telegram: one has arrived before its answer came, so that only those whose answer is a second old are out of
it for certain. Whatever the network does, no second sees more than 30; a slow one only makes the pace slower: with
answers after 0.1 s, 27 a second.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

OVERALL_LIMIT = 30  # messages in any one second
OVERALL_RATE = 29.5
OVERALL_BURST = 4.0  # the loop may be late for some and make up for it; the window keeps the limit
CHAT_RATE = 1.0
CHAT_BURST = 3.0
_MOST_CHATS = 20_000


@dataclass
class Bucket:
    """A token bucket; times are seconds of a monotonic clock.

    Attributes:
        rate: tokens gained a second.
        capacity: the most it holds.
        tokens: what it holds at `filled_at`.
    """

    rate: float
    capacity: float
    tokens: float
    filled_at: float

    def wait(self, now: float) -> float:
        """Return the seconds until a token is there, 0 when one is."""
        return max(0.0, (1.0 - self._level(now)) / self.rate)

    def take(self, now: float) -> None:
        """Take one token."""
        self.tokens = self._level(now) - 1.0
        self.filled_at = now

    def _level(self, now: float) -> float:
        return min(self.capacity, self.tokens + (now - self.filled_at) * self.rate)


@dataclass
class Window:
    """The messages that may stand in one second at Telegram; times are seconds of a monotonic clock.

    Attributes:
        most: how many there may be.
    """

    most: int
    _under_way: int = 0
    _answered: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Return the seconds until one more may leave, as far as is known: an answer may have to come before."""
        while self._answered and self._answered[0] <= now - 1.0:
            self._answered.popleft()
        over = self._under_way + len(self._answered) + 1 - self.most
        if over <= 0:
            return 0.0
        return self._answered[over - 1] + 1.0 - now if over <= len(self._answered) else 1.0

    def leave(self) -> None:
        """Count a message that leaves."""
        self._under_way += 1

    def answer(self, now: float) -> None:
        """Note that Telegram has answered one: it has arrived by now, or never will."""
        self._under_way -= 1
        self._answered.append(now)


class Pacer:
    """Says when the next message may leave, over all and for each chat, and halts everything on a 429."""

    def __init__(
        self, *, overall_rate: float = OVERALL_RATE, chat_rate: float = CHAT_RATE, chat_burst: float = CHAT_BURST
    ) -> None:
        self._overall = Bucket(overall_rate, OVERALL_BURST, OVERALL_BURST, 0.0)
        # Whoever pays Telegram for more asks for more.
        self._window = Window(max(OVERALL_LIMIT, int(overall_rate)))
        self._chats: OrderedDict[int, Bucket] = OrderedDict()
        self._chat_rate, self._chat_burst = chat_rate, chat_burst
        self.halted_until = 0.0

    def halt(self, until: float) -> None:
        """Let nothing leave before `until`: Telegram answered 429."""
        self.halted_until = max(self.halted_until, until)

    def wait_overall(self, now: float) -> float:
        """Return the seconds until any message may leave."""
        return max(self.halted_until - now, self._overall.wait(now), self._window.wait(now))

    def answered(self, now: float) -> None:
        """Note that Telegram has answered one of those that were counted, or that it never left."""
        self._window.answer(now)

    def wait_for_chat(self, chat_id: int, now: float) -> float:
        """Return the seconds until a message to this chat may leave, were there no other chat."""
        bucket = self._chats.get(chat_id)
        return bucket.wait(now) if bucket else 0.0

    def slow_chats(self, now: float) -> set[int]:
        """Return the chats that no message may leave for now."""
        slow: set[int] = set()
        for chat_id, bucket in reversed(self._chats.items()):
            if now - bucket.filled_at > bucket.capacity / bucket.rate:
                break  # this one and all before it are full again
            if bucket.wait(now) > 0:
                slow.add(chat_id)
        return slow

    def take(self, chat_id: int, now: float, *, is_message: bool = True) -> None:
        """Count one message to this chat, or one edit, which counts over all only; `answered` follows."""
        self._overall.take(now)
        self._window.leave()
        if not is_message:
            return
        bucket = self._chats.setdefault(chat_id, Bucket(self._chat_rate, self._chat_burst, self._chat_burst, now))
        bucket.take(now)
        self._chats.move_to_end(chat_id)
        if len(self._chats) > _MOST_CHATS:
            self._chats.popitem(last=False)
