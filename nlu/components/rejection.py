"""Decides whether a message is one the assistant knows, from how sure it is and how close its examples are."""

from dataclasses import asdict, dataclass
from typing import Dict

import numpy as np


@dataclass(frozen=True)
class Rejection:
    """What is known of messages in scope, measured on examples the scores were not trained on.

    A message is in scope when `z(largest logit) + z(similarity to the nearest example)` reaches the threshold.
    The threshold is a quantile, because a fixed one means nothing: it moves with the number of examples.
    """

    logit_mean: float
    logit_spread: float
    similarity_mean: float
    similarity_spread: float
    threshold: float

    @classmethod
    def measured(cls, logits: np.ndarray, similarities: np.ndarray, *, kept: float) -> "Rejection":
        """Return the decision that keeps the share `kept` of these messages in scope.

        Args:
            logits: largest logit of each message, out of fold, shape (messages,).
            similarities: cosine to the nearest example of another fold, shape (messages,).
            kept: share to keep, between 0 and 1.
        """
        spreads = max(float(logits.std()), 1e-6), max(float(similarities.std()), 1e-6)
        open_door = cls(float(logits.mean()), spreads[0], float(similarities.mean()), spreads[1], -np.inf)
        threshold = float(np.quantile(open_door.scores(logits, similarities), 1.0 - kept))
        return cls(**{**asdict(open_door), "threshold": threshold})

    def scores(self, logits: np.ndarray, similarities: np.ndarray) -> np.ndarray:
        """Return the sum of both standard scores; higher is more in scope."""
        return (logits - self.logit_mean) / self.logit_spread + (
            similarities - self.similarity_mean
        ) / self.similarity_spread

    def as_dict(self) -> Dict[str, float]:
        """Return the five numbers, to be stored as JSON."""
        return asdict(self)
