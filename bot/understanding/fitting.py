"""Fits the ear for distress (`ear.py`): a logistic regression, by limited-memory BFGS in plain numpy.

Run at the set-up (scripts/fit_distress.py), never while people write.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.kit.embedding import DIMENSIONS, Embedder
from bot.understanding.ear import PARTS, EarWeights, Indices, Numbers, parts_of
from bot.understanding.guard import is_distress, opened

# Set on the assistant's validation messages and by folds of the phrases (docs/decisions/0011-distress.md).
THRESHOLD = 0.25
PIECE_THRESHOLD = 1.25
_PENALTY = 1.0
_ROUNDS = 150
_MEMORY = 12
_LEAST_STEP = 1e-6
_SETTLED = 1e-6  # relative change of the loss

Doubles = npt.NDArray[np.float64]
Loss = Callable[[Doubles], tuple[float, Doubles]]


@dataclass(frozen=True)
class Phrase:
    """A text to learn from.

    Attributes:
        weight: how many ordinary texts it counts for.
    """

    text: str
    is_urgent: bool
    weight: float


@dataclass(frozen=True)
class _Table:
    """Texts as numbers: a row each of vectors (dense), and the places and values of their parts (sparse)."""

    vectors: Numbers
    rows: Indices
    where: Indices
    values: Doubles

    def scores(self, weights: Doubles) -> Doubles:
        width = self.vectors.shape[1]
        dense = self.vectors @ weights[:width].astype(np.float32)
        said = self.values * weights[width:-1][self.where]
        scores: Doubles = dense + np.bincount(self.rows, said, minlength=len(dense)) + weights[-1]
        return scores

    def gradient(self, slopes: Doubles) -> Doubles:
        dense = self.vectors.T @ slopes.astype(np.float32)
        parts = np.bincount(self.where, self.values * slopes[self.rows], minlength=PARTS)
        return np.concatenate([dense.astype(np.float64), parts, [slopes.sum()]])


def fit_ear(phrases: Sequence[Phrase], embedder: Embedder) -> EarWeights:
    """Return the weights that tell the urgent phrases from the others; the same phrases give the same weights."""
    openeds = [opened(phrase.text) for phrase in phrases]
    rarity = _rarity(openeds)
    vectors = np.stack(embedder.embed([phrase.text for phrase in phrases]))
    # The lexicon has a column of its own, whose weight is not kept: the others then learn what it misses.
    lexicon = np.array([[is_distress(phrase.text)] for phrase in phrases], np.float32)
    parts = [parts_of(text, rarity) for text in openeds]
    table = _Table(
        vectors=np.hstack([vectors, lexicon]),
        rows=np.repeat(np.arange(len(parts)), [len(where) for where, _ in parts]),
        where=np.concatenate([where for where, _ in parts]),
        values=np.concatenate([values for _, values in parts]).astype(np.float64),
    )
    truth = np.array([phrase.is_urgent for phrase in phrases], np.float64)
    counts = np.array([phrase.weight for phrase in phrases], np.float64)
    found = minimise(_loss_of(table, truth, counts), np.zeros(DIMENSIONS + 1 + PARTS + 1))
    return EarWeights(
        meaning=found[:DIMENSIONS].astype(np.float32),
        parts=found[DIMENSIONS + 1 : -1].astype(np.float32),
        rarity=rarity,
        bias=float(found[-1]),
        threshold=THRESHOLD,
        piece_threshold=PIECE_THRESHOLD,
    )


def minimise(loss: Loss, start: Doubles) -> Doubles:
    """Return where a convex loss is least, by limited-memory BFGS with halved steps."""
    here, (value, slope) = start, loss(start)
    memory: deque[tuple[Doubles, Doubles]] = deque(maxlen=_MEMORY)
    for _ in range(_ROUNDS):
        way = _direction(slope, memory)
        step = 1.0 if memory else 1.0 / float(np.linalg.norm(slope))
        there, (new_value, new_slope) = here - step * way, loss(here - step * way)
        while new_value > value - 1e-4 * step * float(slope @ way) and step > _LEAST_STEP:
            step /= 2
            there, (new_value, new_slope) = here - step * way, loss(here - step * way)
        if (there - here) @ (new_slope - slope) > 0:
            memory.append((there - here, new_slope - slope))
        is_settled = abs(value - new_value) < _SETTLED * abs(value)
        here, value, slope = there, new_value, new_slope
        if is_settled:
            break
    return here


def _direction(slope: Doubles, memory: Sequence[tuple[Doubles, Doubles]]) -> Doubles:
    """Return the slope seen through the curvature that the last steps met (the two loops of L-BFGS)."""
    way, shares = slope.copy(), []
    for move, turn in reversed(memory):
        shares.append(float(move @ way) / float(turn @ move))
        way -= shares[-1] * turn
    if memory:
        move, turn = memory[-1]
        way *= float(move @ turn) / float(turn @ turn)
    for (move, turn), share in zip(memory, reversed(shares), strict=True):
        way += move * (share - float(turn @ way) / float(turn @ move))
    return way


def _loss_of(table: _Table, truth: Doubles, counts: Doubles) -> Loss:
    penalty = np.full(DIMENSIONS + 1 + PARTS + 1, _PENALTY)
    penalty[-1] = 1e-4

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        scores = table.scores(weights)
        value = (counts * (np.logaddexp(0, scores) - truth * scores)).sum() + 0.5 * (penalty * weights**2).sum()
        slopes = counts * (1 / (1 + np.exp(-scores)) - truth)
        return float(value), table.gradient(slopes) + penalty * weights

    return loss


def _rarity(openeds: Sequence[str]) -> Numbers:
    seen = np.zeros(PARTS)
    alike = np.ones(PARTS, np.float32)
    for text in openeds:
        seen[parts_of(text, alike)[0]] += 1
    rarity: Numbers = np.log((len(openeds) + 1) / (seen + 1)).astype(np.float32)
    return rarity
