"""What goes wrong in understanding: one error, because a caller has one thing to do, the simple mode."""

from __future__ import annotations

from enum import StrEnum

from bot.kit.errors import Unavailable


class Reason(StrEnum):
    """Why Rasa gave nothing to work with; used in logs and counters, so it names no person and quotes no text."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    STATUS = "status"
    REFUSED = "refused"
    NOT_JSON = "not_json"
    WRONG_SHAPE = "wrong_shape"
    EMPTY = "empty"
    NO_INTENT = "no_intent"
    CIRCUIT_OPEN = "circuit_open"


class RasaUnavailable(Unavailable):
    """Rasa did not answer, or answered nothing that can be used.

    Attributes:
        reason: which of the known ways it failed.
        status: HTTP status when there was one.
    """

    reason: Reason

    def __init__(self, reason: Reason, status: int | None = None) -> None:
        super().__init__("rasa", reason)
        self.status = status
