"""What becomes of a call whose outcome is unknown: Telegram's answer was lost, or the sender died before noting it.

Telegram may have taken the call, and nobody can ask it. So each call says beforehand how many doubts it may be repeated
after (`OutboxCall.repeats`): an answer 1, because silence is worse than an answer read twice; what a person asked to be
told (alerts, reminders, changes) several, far apart; news of a campaign none, it is left `uncertain`. Calls that change
nothing when repeated are always tried again. `OutboxCall.doubts` counts them, so that it is known how often what was
sent may have arrived before.
"""

from __future__ import annotations

import random

from bot.outbox.models import OutboxCall

# A message repeated is a nuisance; these may be repeated freely.
REPEATABLE = frozenset({"edit_message_text", "edit_message_reply_markup", "answer_callback_query", "send_chat_action"})
# Seconds after the first, second … doubt about a message that nobody waits for: when answers get lost, Telegram is
# mostly slow, and repeats that follow each other would all be taken.
DOUBT_WAITS: tuple[float, ...] = (30.0, 120.0, 600.0, 1_800.0, 7_200.0)
PUSH_REPEATS = len(DOUBT_WAITS)  # what a push that must not be lost asks for
_LONGEST_BACKOFF = 60.0


def note_doubt(call: OutboxCall, *, reason: str) -> float:
    """Count a doubt about `call`, let it wait for its next try or leave it `uncertain`; return the seconds to wait."""
    call.doubts += 1
    call.status, call.error = status_after_doubt(call), reason
    return DOUBT_WAITS[min(call.doubts, PUSH_REPEATS) - 1] if is_repeated_late(call) else backoff(call.attempts)


def status_after_doubt(call: OutboxCall) -> str:
    """Return "pending" (try again) or "uncertain" for a call after its latest doubt, which is counted already."""
    may_repeat = call.method in REPEATABLE or call.doubts <= call.repeats
    return "pending" if may_repeat else "uncertain"


def is_repeated_late(call: OutboxCall) -> bool:
    """Whether the next try of a call in doubt is far away: then nothing else waits for it.

    Telegram has probably taken it, so that what follows in its chat still comes after it.
    """
    return call.doubts > 0 and call.repeats > 1


def backoff(attempts: int) -> float:
    """Return 0.5 to 1 times 1, 2, 4 … 60 seconds: exponential, with jitter so that calls do not come back together."""
    return min(2.0 ** max(attempts - 1, 0), _LONGEST_BACKOFF) * random.uniform(0.5, 1.0)  # noqa: S311 - not a secret
