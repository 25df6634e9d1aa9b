"""What the entity tagger sees of each word."""

import re
from typing import Dict, List, Sequence

import numpy as np

from nlu.components.closed_lists import ClosedLists, plain, stems

Features = Dict[str, float]
_ARABIC = re.compile("[\u0621-\u064a]")


def features_of(words: Sequence[str], vectors: np.ndarray, lists: ClosedLists) -> List[Features]:
    """Return the weighted features of each word, its neighbours included.

    Args:
        words: the words as they were written.
        vectors: their meaning, shape (words, components).
        lists: the closed lists to look them up in.
    """
    plains = [plain(word) for word in words]
    marks = lists.marks(plains)
    return [
        {
            **_of_word(words[i], plains[i]),
            **_of_neighbours(plains, marks, i),
            **{f"v{k}": float(value) for k, value in enumerate(vectors[i])},
        }
        for i in range(len(words))
    ]


def _of_word(word: str, form: str) -> Features:
    """Return the spelling of one word: its form, its ends, its shape, and what may be left of it in Arabic."""
    features = {"bias": 1.0, f"w={form}": 1.0, f"shape={_shape(word)}": 1.0}
    if _ARABIC.match(form):
        features.update({f"stem={stem}": 1.0 for stem in stems(form)})
    for length in (2, 3, 4, 5):
        if len(form) > length:
            features[f"p={form[:length]}"] = 1.0
            features[f"s={form[-length:]}"] = 1.0
    return features


def _of_neighbours(plains: Sequence[str], marks: Sequence[Sequence[str]], i: int) -> Features:
    """Return the words and the marks around word `i`, two to the left and two to the right."""
    features: Features = {}
    for step in (-2, -1, 0, 1, 2):
        at = i + step
        if not 0 <= at < len(plains):
            features[f"edge@{step}"] = 1.0
            continue
        features.update({f"mark={mark}@{step}": 1.0 for mark in marks[at]})
        if step:
            features[f"w={plains[at]}@{step}"] = 1.0
            features[f"shape={_shape(plains[at])}@{step}"] = 1.0
    for left in (i - 2, i - 1):
        if left >= 0:
            features[f"pair={plains[left]}|{plains[left + 1]}@{left - i}"] = 1.0
    return features


def _shape(word: str) -> str:
    """Return the kind of word: number, word with a number in it, sign, or letters, capitals told apart."""
    if word.isdigit():
        return f"number{len(word)}"
    if any(letter.isdigit() for letter in word):
        return "mixed"
    if not any(letter.isalpha() for letter in word):
        return f"sign{word[:1]}"
    if len(word) > 1 and word.isupper():
        return "capitals"
    return "title" if word[0].isupper() else "lower"
