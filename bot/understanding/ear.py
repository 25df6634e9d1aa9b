"""Hears distress in words that no list foresaw: the meaning of a message, its words and its letters, weighed.

A logistic regression of two views of the text: the sentence encoder's vector, and words and parts of words, which read
SMS, typos and Arabic in Latin letters better than the encoder does. It was fitted knowing what the lexicon of `guard`
says, and so learned most from what the lexicon misses; what the lexicon hears needs no second opinion. The weights are
in `models/distress-*.npz`, fitted at the set-up (scripts/fit_distress.py) on `distress_phrases/` and the messages of
`nlu/data`; docs/decisions/0011-distress.md says what was measured. Needs no Rasa, keeps nothing of what it reads.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.kit.embedding import DIMENSIONS, Embedder
from bot.understanding.alarm import Alarm
from bot.understanding.guard import LONGEST_TEXT, is_distress, opened

PARTS = 8_192
# Set on the validation phrases and messages (docs/decisions/0011-distress.md): most distress heard for the least false
# alarms, without Rasa and with its second opinion.
CALM_BELOW = -2.5
SUSPECTED_FROM = -1.0
CERTAIN_FROM = 3.0
PIECE_GAP = 2.0  # how much more a piece of a text must say than a whole one
WEIGHTS = "distress-"  # the files of weights are named so, with a digest of what they were fitted on
_LETTERS = (3, 4, 5)
# Longer texts are also read a piece at a time: an alarm in the middle of a story is drowned in the whole of it.
_PIECE_CHARACTERS = 140
_MOST_PIECES = 48  # what is all commas has two hundred, and reading them would keep everybody waiting for a second
_ENDS = re.compile(r"(?<=[.!?;…؟؛\n])\s+|,\s+|،\s*")

Numbers = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class EarWeights:
    """What was learned.

    Attributes:
        meaning: weights of the sentence vector, shape (512,).
        parts: weights of words and parts of words, shape (8192,).
        rarity: how telling each of these is (inverse document frequency), shape (8192,).
        bias: score of a text without anything.
    """

    meaning: Numbers
    parts: Numbers
    rarity: Numbers
    bias: float


class DistressEar:
    """Listens for distress in messages; a few milliseconds each, the same answer each time."""

    def __init__(self, embedder: Embedder, weights: EarWeights | None) -> None:
        """Keep what was learned; None hears by the lexicon alone."""
        self._embedder = embedder
        self._weights = weights

    def hears(self, text: str) -> bool:
        """Say whether a message shows distress, when there is nobody to ask for a second opinion."""
        return self.listen(text).is_raised

    def listen(self, text: str) -> Alarm:
        """Return the alarm that a message gives, by the lexicon or by what was learned."""
        if is_distress(text):
            return Alarm.CERTAIN
        if self._weights is None:
            return Alarm.NONE
        score = alarm_score(text[:LONGEST_TEXT], self._embedder, self._weights)
        if score < SUSPECTED_FROM:
            return Alarm.CALM if score < CALM_BELOW else Alarm.NONE
        return Alarm.SUSPECTED if score < CERTAIN_FROM else Alarm.CERTAIN


def alarm_score(text: str, embedder: Embedder, weights: EarWeights) -> float:
    """Return the score of a text or of the most alarming of its pieces, which count less."""
    whole, *pieces = scores_of([text, *pieces_of(text)], embedder, weights)
    return float(max(whole, max(pieces, default=-math.inf) - PIECE_GAP))


def scores_of(texts: Sequence[str], embedder: Embedder, weights: EarWeights) -> Numbers:
    """Return the score of each text, which the lexicon does not know: the logarithm of the odds of distress."""
    found = [parts_of(opened(text), weights.rarity) for text in texts]
    said = np.array([math.fsum(weights.parts[where] * values) for where, values in found], np.float32)
    scores = np.stack(embedder.embed(texts)) @ weights.meaning + said + weights.bias
    return scores.astype(np.float32)


def parts_of(opened_text: str, rarity: Numbers) -> tuple[Indices, Numbers]:
    """Return the places of a text's words, pairs and parts of words among `PARTS`, and their values (length 1)."""
    where = np.array(sorted({zlib.crc32(part.encode()) % PARTS for part in _parts(opened_text)}), np.int64)
    values = rarity[where].astype(np.float32)
    return where, values / (float(np.linalg.norm(values)) or 1.0)


def pieces_of(text: str) -> list[str]:
    """Return a long text in overlapping pieces of neighbouring sentences, not too many; a short text has none."""
    if len(text) <= _PIECE_CHARACTERS:
        return []
    sentences = [part for sentence in _ENDS.split(text) if sentence for part in _lines(sentence)]
    pieces: list[str] = []
    for first in range(len(sentences)):
        piece = ""
        for sentence in sentences[first:]:
            if piece and len(piece) + len(sentence) >= _PIECE_CHARACTERS:
                break
            piece = f"{piece} {sentence}".strip()
        if not pieces or not pieces[-1].endswith(piece):
            pieces.append(piece)
    every = math.ceil(len(pieces) / _MOST_PIECES)  # they overlap: nothing is left out
    return pieces if every <= 1 else [*pieces[:-1:every], pieces[-1]]


def find_weights(folder: Path) -> EarWeights | None:
    """Return the newest weights of a folder, None when there are none: only the lexicon then hears."""
    found = sorted(folder.glob(f"{WEIGHTS}*.npz"), key=lambda path: path.stat().st_mtime)
    return read_weights(found[-1]) if found else None


def read_weights(path: Path) -> EarWeights:
    """Return the weights of a file.

    Raises:
        ValueError: they were fitted for another version.
    """
    with np.load(path) as arrays:
        meaning, parts, rarity = (arrays[name].astype(np.float32) for name in ("meaning", "parts", "rarity"))
        bias = float(arrays["bias"])
    if meaning.shape != (DIMENSIONS,) or parts.shape != (PARTS,) or rarity.shape != (PARTS,):
        raise ValueError(f"{path.name} does not fit this version: run make train")
    return EarWeights(meaning, parts, rarity, bias)


def write_weights(weights: EarWeights, path: Path) -> None:
    """Write weights for `read_weights`, in one move; half precision is enough."""
    meaning, parts, rarity = (each.astype(np.float16) for each in (weights.meaning, weights.parts, weights.rarity))
    with path.with_suffix(".draft").open("wb") as draft:
        np.savez_compressed(draft, meaning=meaning, parts=parts, rarity=rarity, bias=np.float32(weights.bias))
    path.with_suffix(".draft").replace(path)


def _parts(opened_text: str) -> Iterator[str]:
    words = opened_text.split()
    yield from words
    for gap in (1, 2):
        yield from (f"{first}{'_' * gap}{second}" for first, second in zip(words, words[gap:], strict=False))
    for word in words:
        whole = f" {word} "
        for size in _LETTERS:
            yield from (whole[start : start + size] for start in range(len(whole) - size + 1))


def _lines(sentence: str) -> Iterator[str]:
    """Cut what has no punctuation, as chat often has none, at the words nearest to a piece's half."""
    line = ""
    for word in sentence.split():
        if line and len(line) + len(word) >= _PIECE_CHARACTERS // 2:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    if line:
        yield line
