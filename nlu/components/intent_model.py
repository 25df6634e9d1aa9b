"""The trained part of the intent classifier: from messages and their vectors to scores and neighbours."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

import numpy as np
from sklearn.model_selection import StratifiedKFold

from nlu.components.closed_lists import ClosedLists
from nlu.components.message_vectorizer import MessageVectorizer
from nlu.components.softmax_regression import SoftmaxRegression

OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Vote:
    """How the nearest examples vote.

    Attributes:
        neighbours: how many vote.
        spread: how much less near a neighbour must be for its vote to count 2.7 times less (cosine).
        weight: share of the vote in the final probability, the regression having the rest.
    """

    neighbours: int
    spread: float
    weight: float


class IntentModel:
    """Logistic regression over meaning and spelling, and a vote of the nearest examples by meaning alone.

    The regression generalises; the neighbours know what few examples said. Their mean is better than either.
    """

    def __init__(
        self,
        names: Dict[str, List[str]],
        *,
        sentence_weight: float,
        ngram_weight: float,
        strength: float,
        max_iterations: int,
    ) -> None:
        """Keep the closed lists and the options; see `MessageVectorizer` and `SoftmaxRegression`."""
        self._names = names
        self._lists = ClosedLists(names)
        self._vectorizer = MessageVectorizer(sentence_weight=sentence_weight, ngram_weight=ngram_weight)
        self._max_iterations = max_iterations
        self._regression = SoftmaxRegression(strength=strength, max_iterations=max_iterations)
        self.intents: List[str] = []
        self._examples = np.empty((0, 0), dtype=np.float32)
        self._labels = np.empty(0, dtype=np.int64)

    def fit(self, texts: Sequence[str], vectors: np.ndarray, intents: Sequence[str], *, originals: int) -> None:
        """Learn from texts folded and written out, their vectors (texts, 512) and their intents.

        Args:
            originals: how many of the first texts are no copies: n-grams and neighbours come from these alone.
        """
        self.intents = sorted(set(intents))
        labels = np.array([self.intents.index(name) for name in intents])
        masked = self._masked(texts)
        self._vectorizer.fit(masked[:originals])
        dense, sparse = self._vectorizer.rows(masked, vectors)
        self._regression.fit(dense, sparse, labels, classes=len(self.intents))
        self._examples, self._labels = vectors[:originals], labels[:originals]

    def out_of_fold(
        self,
        texts: Sequence[str],
        vectors: np.ndarray,
        intents: Sequence[str],
        *,
        strength: float,
        folds: StratifiedKFold,
    ) -> Tuple[np.ndarray, np.ndarray]:
        """Return the largest logit in scope and the cosine to the nearest example of each text, learnt without it.

        The n-grams, which know no intents, are those of `fit`: the folds then share their rows, and cost a regression
        each.
        """
        dense, sparse = self._vectorizer.rows(self._masked(texts), vectors)
        labels = np.array([self.intents.index(name) for name in intents])
        in_scope = np.array([name != OUT_OF_SCOPE for name in intents])
        logits, similarities = np.zeros(len(texts)), np.zeros(len(texts))
        for known, unknown in folds.split(labels, labels):
            regression = SoftmaxRegression(strength=strength, max_iterations=self._max_iterations)
            regression.fit(dense[known], sparse[known], labels[known], classes=len(self.intents))
            logits[unknown] = regression.logits(dense[unknown], sparse[unknown])[:, self.in_scope].max(axis=1)
            similarities[unknown] = (vectors[unknown] @ vectors[known[in_scope[known]]].T).max(axis=1)
        return logits, similarities

    def logits(self, texts: Sequence[str], vectors: np.ndarray) -> np.ndarray:
        """Return the scores before the softmax, shape (texts, intents), in the order of `intents`."""
        return self._regression.logits(*self._vectorizer.rows(self._masked(texts), vectors))

    def probabilities(self, logits: np.ndarray, closeness: np.ndarray, *, vote: Vote) -> np.ndarray:
        """Return the probability of each intent, shape (texts, intents).

        Args:
            logits: what `logits` gives.
            closeness: what `closeness` gives.
            vote: how the nearest examples vote.
        """
        share = np.zeros_like(logits)
        for row, near in zip(share, closeness, strict=True):
            chosen = np.argpartition(-near, vote.neighbours)[: vote.neighbours]
            np.add.at(row, self._labels[chosen], np.exp((near[chosen] - near.max()) / vote.spread))
        share /= share.sum(axis=1, keepdims=True)
        return (1.0 - vote.weight) * softmax(logits) + vote.weight * share

    def closeness(self, vectors: np.ndarray) -> np.ndarray:
        """Return the cosine to each example, shape (texts, examples), from -1 to 1."""
        return vectors @ self._examples.T

    def _masked(self, texts: Sequence[str]) -> List[str]:
        """Return the texts whose n-grams are learnt: without the names of closed lists."""
        return [self._lists.masked(text) for text in texts]

    @property
    def in_scope(self) -> List[int]:
        """The columns of the intents in scope."""
        return [i for i, name in enumerate(self.intents) if name != OUT_OF_SCOPE]

    def similarities(self, closeness: np.ndarray) -> np.ndarray:
        """Return the cosine to the nearest example in scope, shape (texts,), from what `closeness` gives."""
        in_scope = np.isin(self._labels, self.in_scope)
        return closeness[:, in_scope].max(axis=1)

    def save(self, directory: Path) -> None:
        """Write the model as JSON and npz; never a pickle."""
        self._vectorizer.save(directory)
        known = {"intents": self.intents, "names": self._names}
        (directory / "known.json").write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
        np.savez(
            directory / "weights.npz",
            weights=self._regression.weights,
            examples=self._examples,
            labels=self._labels,
        )

    def load(self, directory: Path) -> None:
        """Read what `save` wrote."""
        self._vectorizer.load(directory)
        known = json.loads((directory / "known.json").read_text(encoding="utf-8"))
        self.intents, self._names = known["intents"], known["names"]
        self._lists = ClosedLists(self._names)
        with np.load(directory / "weights.npz", allow_pickle=False) as arrays:
            self._regression.weights = arrays["weights"]
            self._examples = arrays["examples"].astype(np.float32)
            self._labels = arrays["labels"]


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the probabilities of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def ranked(names: Sequence[str], probabilities: np.ndarray, *, length: int) -> List[Tuple[str, float]]:
    """Return the likeliest names and their probabilities, best first, `length` of them at the most."""
    order = np.argsort(-probabilities)[:length]
    return [(names[i], float(probabilities[i])) for i in order]
