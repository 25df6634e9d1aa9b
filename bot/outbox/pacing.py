"""Telegram's flood limits, kept before Telegram has to: 27 messages a second over all, 1 a second a chat.

Source of the limits: Telegram's bot FAQ ("about 30 messages per second", "no more than one message per second in a
chat, short bursts allowed").
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

OVERALL_RATE = 27.0
OVERALL_BURST = 1.0  # with the rate: 28 in any one second; the network may bring some nearer to each other
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


class Pacer:
    """Says when the next message may leave, over all and for each chat, and halts everything on a 429."""

    def __init__(
        self, *, overall_rate: float = OVERALL_RATE, chat_rate: float = CHAT_RATE, chat_burst: float = CHAT_BURST
    ) -> None:
        self._overall = Bucket(overall_rate, OVERALL_BURST, OVERALL_BURST, 0.0)
        self._chats: OrderedDict[int, Bucket] = OrderedDict()
        self._chat_rate, self._chat_burst = chat_rate, chat_burst
        self.halted_until = 0.0

    def halt(self, until: float) -> None:
        """Let nothing leave before `until`: Telegram answered 429."""
        self.halted_until = max(self.halted_until, until)

    def wait_overall(self, now: float) -> float:
        """Return the seconds until any message may leave."""
        return max(self.halted_until - now, self._overall.wait(now))

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
        """Count one message to this chat, or one edit, which counts over all only."""
        self._overall.take(now)
        if not is_message:
            return
        bucket = self._chats.setdefault(chat_id, Bucket(self._chat_rate, self._chat_burst, self._chat_burst, now))
        bucket.take(now)
        self._chats.move_to_end(chat_id)
        if len(self._chats) > _MOST_CHATS:
            self._chats.popitem(last=False)
