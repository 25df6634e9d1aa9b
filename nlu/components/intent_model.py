"""The trained part of the intent classifier: from messages and their vectors to scores and neighbours."""

import json
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

import numpy as np
from sklearn.model_selection import train_test_split

from nlu.components.closed_lists import ClosedLists
from nlu.components.message_vectorizer import MessageVectorizer
from nlu.components.neighbours import Neighbours, Vote
from nlu.components.softmax_regression import SoftmaxRegression

OUT_OF_SCOPE = "out_of_scope"
_SET_ASIDE = 1.0 / 3.0
_AT_ONCE = 1000  # messages whose closeness to all examples is held in memory together


class IntentModel:
    """Logistic regression over meaning and spelling, and a vote of the nearest examples.

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
        wording_share: float,
    ) -> None:
        """Keep the closed lists and the options; see `MessageVectorizer`, `SoftmaxRegression` and `Neighbours`."""
        self._names = names
        self._lists = ClosedLists(names)
        self._vectorizer = MessageVectorizer(sentence_weight=sentence_weight, ngram_weight=ngram_weight)
        self._max_iterations = max_iterations
        self._wording_share = wording_share
        self._neighbours = Neighbours(wording_share=wording_share)
        self._regression = SoftmaxRegression(strength=strength, max_iterations=max_iterations)
        self.intents: List[str] = []

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
        self._neighbours.fit(vectors[:originals], sparse[:originals], labels[:originals])

    def unaware_scores(
        self, texts: Sequence[str], vectors: np.ndarray, intents: Sequence[str], *, strength: float, seed: int
    ) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return which texts were set aside, and what `in_scope_scores` gives of these, learnt from the others alone.

        A third of the texts is set aside. The n-grams, which know no intents, are those of `fit`.
        """
        dense, sparse = self._vectorizer.rows(self._masked(texts), vectors)
        labels = np.array([self.intents.index(name) for name in intents])
        everything = np.arange(len(texts))
        known, aside = train_test_split(everything, test_size=_SET_ASIDE, stratify=labels, random_state=seed)
        regression = SoftmaxRegression(strength=strength, max_iterations=self._max_iterations)
        regression.fit(dense[known], sparse[known], labels[known], classes=len(self.intents))
        neighbours = Neighbours(wording_share=self._wording_share)
        neighbours.fit(vectors[known], sparse[known], labels[known])
        logits = regression.logits(dense[aside], sparse[aside])[:, self.in_scope].max(axis=1)
        parts = np.array_split(aside, 1 + len(aside) // _AT_ONCE)
        near = [neighbours.advantage(neighbours.closeness(vectors[p], sparse[p]), self.in_scope) for p in parts]
        return aside, logits, np.concatenate(near)

    def scores(self, texts: Sequence[str], vectors: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Return the logits, shape (texts, intents) in the order of `intents`, and the closeness to each example."""
        dense, sparse = self._vectorizer.rows(self._masked(texts), vectors)
        return self._regression.logits(dense, sparse), self._neighbours.closeness(vectors, sparse)

    def probabilities(self, logits: np.ndarray, closeness: np.ndarray, *, vote: Vote) -> np.ndarray:
        """Return the probability of each intent, shape (texts, intents), from what `scores` gives."""
        shares = self._neighbours.shares(closeness, classes=len(self.intents), vote=vote)
        return (1.0 - vote.weight) * softmax(logits) + vote.weight * shares

    def in_scope_scores(self, logits: np.ndarray, closeness: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Return two signs that a text is in scope, shape (texts,), from what `scores` gives.

        The largest logit of an intent in scope, and how much nearer an example in scope is than any other.
        """
        return logits[:, self.in_scope].max(axis=1), self._neighbours.advantage(closeness, self.in_scope)

    def _masked(self, texts: Sequence[str]) -> List[str]:
        """Return the texts whose n-grams are learnt: without the names of closed lists."""
        return [self._lists.masked(text) for text in texts]

    @property
    def in_scope(self) -> List[int]:
        """The columns of the intents in scope."""
        return [i for i, name in enumerate(self.intents) if name != OUT_OF_SCOPE]

    def save(self, directory: Path) -> None:
        """Write the model as JSON and npz; never a pickle."""
        self._vectorizer.save(directory)
        known = {"intents": self.intents, "names": self._names}
        (directory / "known.json").write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
        np.savez(directory / "weights.npz", weights=self._regression.weights)
        self._neighbours.save(directory)

    def load(self, directory: Path) -> None:
        """Read what `save` wrote."""
        self._vectorizer.load(directory)
        known = json.loads((directory / "known.json").read_text(encoding="utf-8"))
        self.intents, self._names = known["intents"], known["names"]
        self._lists = ClosedLists(self._names)
        with np.load(directory / "weights.npz", allow_pickle=False) as arrays:
            self._regression.weights = arrays["weights"]
        self._neighbours.load(directory)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the probabilities of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def ranked(names: Sequence[str], probabilities: np.ndarray, *, length: int) -> List[Tuple[str, float]]:
    """Return the likeliest names and their probabilities, best first, `length` of them at the most."""
    order = np.argsort(-probabilities)[:length]
    return [(names[i], float(probabilities[i])) for i in order]
