"""Decides whether a message is one the assistant knows, from how sure it is and how near its examples are."""

from dataclasses import asdict, dataclass
from typing import Dict

import numpy as np


@dataclass(frozen=True)
class Rejection:
    """What is known of messages in scope, measured on examples the scores were not trained on.

    A message is in scope when `z(largest logit) + z(advantage of the nearest example in scope)` reaches the threshold.
    The threshold is a quantile, because a fixed one means nothing: it moves with the number of examples.
    """

    logit_mean: float
    logit_spread: float
    advantage_mean: float
    advantage_spread: float
    threshold: float

    @classmethod
    def measured(cls, logits: np.ndarray, advantages: np.ndarray, *, kept: float) -> "Rejection":
        """Return the decision that keeps the share `kept` of these messages in scope.

        Args:
            logits: largest logit of each message, by a model unaware of it, shape (messages,).
            advantages: how much nearer the nearest example in scope is than that out of scope, shape (messages,).
            kept: share to keep, between 0 and 1.
        """
        spreads = max(float(logits.std()), 1e-6), max(float(advantages.std()), 1e-6)
        open_door = cls(float(logits.mean()), spreads[0], float(advantages.mean()), spreads[1], -np.inf)
        threshold = float(np.quantile(open_door.scores(logits, advantages), 1.0 - kept))
        return cls(**{**asdict(open_door), "threshold": threshold})

    def scores(self, logits: np.ndarray, advantages: np.ndarray) -> np.ndarray:
        """Return the sum of both standard scores; higher is more in scope."""
        return (logits - self.logit_mean) / self.logit_spread + (
            advantages - self.advantage_mean
        ) / self.advantage_spread

    def as_dict(self) -> Dict[str, float]:
        """Return the five numbers, to be stored as JSON."""
        return asdict(self)
