"""What the ear hears in a message and what Rasa understands of it, put together."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from bot.understanding.models import FALLBACK_INTENT, Intent, Parse

EMERGENCY = "emergency"
# Set on the validation phrases and messages (docs/decisions/0011-distress.md).
_HINT_OF_DISTRESS = 0.05
_SURE_OF_ANOTHER = 0.3
_SURE_OF_DISTRESS = 0.8


class Alarm(Enum):
    """What the ear hears in a message.

    `CERTAIN` needs no second opinion. `SUSPECTED` is distress unless somebody who understands the message (Rasa, when
    it answers) is sure of another meaning. `NONE` leaves it to Rasa; `CALM` holds nothing alarming at all, so that Rasa
    must be sure of distress to be believed.
    """

    CALM = "calm"
    NONE = "none"
    SUSPECTED = "suspected"
    CERTAIN = "certain"

    @property
    def is_raised(self) -> bool:
        """Whether this is distress when there is nobody to ask for a second opinion."""
        return self in (Alarm.SUSPECTED, Alarm.CERTAIN)


def agreed(alarm: Alarm, parse: Parse) -> Parse:
    """Return what Rasa understood, with the intent that the ear and Rasa agree on."""
    if is_alarming(alarm, parse):
        return replace(parse, intent=Intent(EMERGENCY, 1.0))
    if parse.intent.name == EMERGENCY:
        others = (intent for intent in parse.ranking if intent.name != EMERGENCY)
        return replace(parse, intent=next(others, Intent(FALLBACK_INTENT, 0.0)))
    return parse


def is_alarming(alarm: Alarm, parse: Parse) -> bool:
    """Say whether a message that gave this alarm is distress, knowing what Rasa understood of it."""
    found = {intent.name: intent.confidence for intent in parse.ranking}
    distress = found.get(EMERGENCY, 0.0)
    if alarm is Alarm.SUSPECTED:
        likeliest_other = max((share for name, share in found.items() if name != EMERGENCY), default=0.0)
        return distress >= _HINT_OF_DISTRESS or likeliest_other < _SURE_OF_ANOTHER
    is_meant = parse.intent.name == EMERGENCY and (alarm is not Alarm.CALM or distress >= _SURE_OF_DISTRESS)
    return is_meant or alarm is Alarm.CERTAIN
