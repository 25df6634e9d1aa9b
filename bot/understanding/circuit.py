"""A circuit breaker: after some failures in a row, calls stop for a while and one at a time tries again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

FAILURES_TO_OPEN = 3
SECONDS_BETWEEN_TRIALS = 10.0


@dataclass
class Circuit:
    """Counts failures in a row.

    Attributes:
        clock: monotonic time in seconds.
        failures_to_open: failures in a row that open it.
        seconds_between_trials: rest before one call may try again, and between two such trials.
    """

    clock: Callable[[], float]
    failures_to_open: int = FAILURES_TO_OPEN
    seconds_between_trials: float = SECONDS_BETWEEN_TRIALS
    _failures: int = field(default=0, init=False)
    _next_trial: float = field(default=0.0, init=False)

    @property
    def is_open(self) -> bool:
        """Say whether calls are refused, trials aside."""
        return self._failures >= self.failures_to_open

    def admits(self) -> bool:
        """Say whether a call may go; an open circuit admits one call every `seconds_between_trials`."""
        if not self.is_open:
            return True
        now = self.clock()
        if now < self._next_trial:
            return False
        self._next_trial = now + self.seconds_between_trials
        return True

    def succeeded(self) -> None:
        """Close the circuit: the service answered."""
        self._failures = 0

    def failed(self) -> None:
        """Count a failure; the one that opens the circuit, or a failed trial, starts the rest."""
        self._failures += 1
        if self.is_open:
            self._next_trial = self.clock() + self.seconds_between_trials
