"""Turns folded messages into the rows the intent classifier reads: meaning, words and letters side by side."""

import json
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

_WORDS = r"(?u)[^\W_]+|[?!]"


class MessageVectorizer:
    """`[weight x sentence vector | word 1-2-gram tf-idf | letter 1-4-gram tf-idf]`, each part of unit length.

    The sentence vector keeps the meaning, the n-grams keep spelling and rare names; the weighted union keeps both.
    """

    def __init__(self, *, sentence_weight: float, ngram_weight: float) -> None:
        """Keep the weights of the sentence vector and of the two n-gram parts."""
        self._sentence_weight = np.float32(sentence_weight)
        self._ngram_weight = np.float32(ngram_weight)
        # An n-gram seen in a single message tells nothing of the next one.
        shared = {"sublinear_tf": True, "dtype": np.float32, "min_df": 2}
        self._words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=_WORDS, **shared)
        self._letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), **shared)

    def fit(self, texts: Sequence[str]) -> None:
        """Learn the n-grams and their weights from folded texts."""
        self._words.fit(texts)
        self._letters.fit(texts)

    def rows(self, texts: Sequence[str], vectors: np.ndarray) -> Tuple[np.ndarray, csr_matrix]:
        """Return the dense part, shape (texts, 512), and the sparse one, shape (texts, n-grams), both float32.

        Args:
            texts: folded messages.
            vectors: their sentence vectors, shape (texts, 512).
        """
        ngrams = hstack([part.transform(texts) for part in (self._words, self._letters)], format="csr")
        return self._sentence_weight * vectors, self._ngram_weight * ngrams

    def save(self, directory: Path) -> None:
        """Write the n-grams (JSON) and their weights (npz); never a pickle."""
        parts = {"words": self._words, "letters": self._letters}
        vocabulary = {name: _in_order(part.vocabulary_) for name, part in parts.items()}
        (directory / "ngrams.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
        np.savez(directory / "ngrams.npz", **{name: part.idf_.astype(np.float32) for name, part in parts.items()})

    def load(self, directory: Path) -> None:
        """Read what `save` wrote."""
        vocabulary = json.loads((directory / "ngrams.json").read_text(encoding="utf-8"))
        with np.load(directory / "ngrams.npz", allow_pickle=False) as weights:
            for name, part in (("words", self._words), ("letters", self._letters)):
                part.vocabulary_ = {ngram: index for index, ngram in enumerate(vocabulary[name])}
                part.fixed_vocabulary_ = True
                part.idf_ = weights[name]


def _in_order(vocabulary: Dict[str, int]) -> List[str]:
    """Return the n-grams by their column number."""
    return sorted(vocabulary, key=vocabulary.__getitem__)
