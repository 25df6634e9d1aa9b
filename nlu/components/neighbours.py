"""The training examples that are nearest to a message, and what they vote for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np
from scipy.sparse import csr_matrix

_FILE = "neighbours.npz"


@dataclass(frozen=True)
class Vote:
    """How the nearest examples vote.

    Attributes:
        neighbours: how many vote.
        spread: how much less near a neighbour must be for its vote to count 2.7 times less (closeness).
        weight: share of the vote in the final probability, the regression having the rest.
    """

    neighbours: int
    spread: float
    weight: float


class Neighbours:
    """Remembers examples by meaning (sentence vectors) and by wording (n-grams).

    Closeness is the cosine of the meanings plus `wording_share` times the cosine of the wordings.
    """

    def __init__(self, *, wording_share: float) -> None:
        """Keep the share of the wording."""
        self._wording_share = np.float32(wording_share)
        self._meanings = np.empty((0, 0), dtype=np.float32)
        # By n-gram: a message then reads the columns of its own n-grams, not every example.
        self._by_ngram = csr_matrix((0, 0), dtype=np.float32)
        self._labels = np.empty(0, dtype=np.int64)

    def fit(self, meanings: np.ndarray, wordings: csr_matrix, labels: np.ndarray) -> None:
        """Remember the examples.

        Args:
            meanings: their sentence vectors, shape (examples, 512), each of length 1.
            wordings: their n-grams, shape (examples, n-grams), all of one length.
            labels: their class numbers, shape (examples,).
        """
        self._meanings, self._by_ngram, self._labels = meanings, _unit(wordings).T.tocsr(), labels

    def closeness(self, meanings: np.ndarray, wordings: csr_matrix) -> np.ndarray:
        """Return how near each example is to each message, shape (messages, examples); 1 + `wording_share` is equal."""
        shared = (_unit(wordings) @ self._by_ngram).toarray()
        return meanings @ self._meanings.T + self._wording_share * shared

    def shares(self, closeness: np.ndarray, *, classes: int, vote: Vote) -> np.ndarray:
        """Return the share of each class in the votes of the nearest examples, shape (messages, classes)."""
        shares = np.zeros((len(closeness), classes), dtype=np.float32)
        for row, near in zip(shares, closeness, strict=True):
            chosen = np.argpartition(-near, vote.neighbours)[: vote.neighbours]
            np.add.at(row, self._labels[chosen], np.exp((near[chosen] - near.max()) / vote.spread))
        return shares / shares.sum(axis=1, keepdims=True)

    def advantage(self, closeness: np.ndarray, in_scope: Sequence[int]) -> np.ndarray:
        """Return how much nearer the nearest example of these classes is than that of all others, shape (messages,)."""
        inside = np.isin(self._labels, in_scope)
        return closeness[:, inside].max(axis=1) - closeness[:, ~inside].max(axis=1)

    def save(self, directory: Path) -> None:
        """Write the examples' numbers (npz); never a pickle."""
        ngrams = self._by_ngram
        np.savez(
            directory / _FILE, meanings=self._meanings, labels=self._labels, values=ngrams.data,
            columns=ngrams.indices, rows=ngrams.indptr, shape=np.array(ngrams.shape),
        )  # fmt: skip

    def load(self, directory: Path) -> None:
        """Read what `save` wrote."""
        with np.load(directory / _FILE, allow_pickle=False) as arrays:
            self._meanings, self._labels = arrays["meanings"], arrays["labels"]
            parts = (arrays["values"], arrays["columns"], arrays["rows"])
            self._by_ngram = csr_matrix(parts, shape=tuple(arrays["shape"]))


def _unit(rows: csr_matrix) -> csr_matrix:
    """Return rows of one length as rows of length 1; an empty row stays empty."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1))).clip(1e-12)
    return rows.multiply(1.0 / lengths).tocsr().astype(np.float32)
