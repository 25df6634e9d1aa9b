"""A second opinion on distress that the ear only suspects: what Rasa understood of the same message."""

from __future__ import annotations

from enum import Enum

from bot.understanding.models import Parse

EMERGENCY = "emergency"
# Set on the validation phrases and messages (docs/decisions/0011-distress.md).
_HINT_OF_DISTRESS = 0.05
_SURE_OF_ANOTHER = 0.5


class Alarm(Enum):
    """What the ear hears in a message.

    `SUSPECTED` is distress unless somebody who understands the message (Rasa, when it answers) is sure of another
    meaning; `CERTAIN` needs no second opinion.
    """

    NONE = "none"
    SUSPECTED = "suspected"
    CERTAIN = "certain"


def is_alarming(alarm: Alarm, parse: Parse) -> bool:
    """Say whether a message that gave this alarm is distress, knowing what Rasa understood of it."""
    if alarm is Alarm.SUSPECTED:
        found = {intent.name: intent.confidence for intent in parse.ranking}
        likeliest_other = max((share for name, share in found.items() if name != EMERGENCY), default=0.0)
        return found.get(EMERGENCY, 0.0) >= _HINT_OF_DISTRESS or likeliest_other < _SURE_OF_ANOTHER
    return alarm is Alarm.CERTAIN
