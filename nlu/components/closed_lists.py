"""Finds the names of closed lists (countries, programmes, levels...) in a row of words, mistakes included."""

import re
from typing import Dict, Iterable, List, Sequence, Set, Tuple

from nlu.components.spelling import fold, without_accents

# Shorter words have too many real neighbours ("Mali" and "mail").
_FUZZY_FROM = 6
_LONGEST = 5
# "and", "so", "in", "to", "like", glued to an Arabic word; "to the" swallows the article.
_PARTICLES = re.compile("لل|[وفبلك]")
_SHORTEST_NAME = 3
# Hamzas, and the two letters that stand for others at the end of a word, are left out as accents are in French.
_ARABIC_LETTERS = str.maketrans("أإآىةؤئ", "ااايهوي")
_ARTICLE = "ال"
_WORDS = re.compile(r"\d+|[^\W_]+(?:-[^\W_]+)*\+?|[^\w\s]")


class ClosedLists:
    """Names by list, found as whole words: the longest first, then with one letter wrong."""

    def __init__(self, names: Dict[str, Iterable[str]], *, openings: Iterable[str] = ()) -> None:
        """Keep the names of each list, folded and without accents.

        Args:
            names: the names of each list.
            openings: first words of other names that were seen, such as units and trades; they bear no mark, and only
                tell where a glued particle ends.
        """
        self._openings = frozenset(plain(word) for word in openings)
        self._exact: Dict[Tuple[str, ...], Set[str]] = {}
        self._fuzzy: Dict[str, Set[str]] = {}
        self._openers: Dict[str, int] = {}
        for kind, entries in names.items():
            for entry in entries:
                words = tuple(plain(word) for word in entry.replace("'", " ' ").replace("-", " ").split())
                self._exact.setdefault(words, set()).add(kind)
                self._openers[words[0]] = max(self._openers.get(words[0], 0), len(words))
                if len(words) == 1 and len(words[0]) >= _FUZZY_FROM:
                    for key in _one_letter_less(words[0]):
                        self._fuzzy.setdefault(key, set()).add(kind)

    def marks(self, words: Sequence[str]) -> List[List[str]]:
        """Return for each word the marks it bears.

        "country:B" opens a name of the list `country`, "country:I" goes on with it, "country:~" is nearly one.

        Args:
            words: words as `plain` gives them; a hyphenated word may be a name of several words.
        """
        found: List[List[str]] = [[] for _ in words]
        start = 0
        while start < len(words):
            length, kinds = self._longest_name(words, start)
            for offset in range(length):
                found[start + offset] += [f"{kind}:{'I' if offset else 'B'}" for kind in kinds]
            if not length:
                found[start] += [f"{kind}:~" for kind in self._near(words[start])]
            start += max(length, 1)
        return found

    def masked(self, text: str) -> str:
        """Return the folded text with the name of its list in place of each name, and of "number" for a number.

        "stage 2 mois en espagne" and "stage 3 semaines au portugal" then look alike, which is what an intent is.
        """
        words = _WORDS.findall(text)
        shown: List[str] = []
        for word, marks in zip(words, self.marks([plain(word) for word in words]), strict=True):
            kinds = [mark for mark in marks if not mark.endswith("~")]
            if any(mark.endswith(":I") for mark in kinds):
                continue
            kind = kinds[0].partition(":")[0] if kinds else "number" if word.isdigit() else ""
            shown.append(f"xx{kind}xx" if kind else word)
        return " ".join(shown)

    def glued(self, written: str) -> int:
        """Return how many characters of glued particles stand before a name: 1 in "بإسبانيا", 0 in "إسبانيا"."""
        if not _PARTICLES.match(written):
            return 0
        for first, length in shapes(written.partition(" ")[0]):
            words = plain(first + written[length + len(first) :]).replace("-", " ").split()
            if tuple(words) in self._exact or words[0] in self._openings:
                return length
        return 0

    def _longest_name(self, words: Sequence[str], start: int) -> Tuple[int, List[str]]:
        """Return how many words the longest name from `start` has, and its lists; 0 when there is none."""
        for first, _ in shapes(words[start]):
            opened = self._openers.get(first.partition("-")[0], 0)
            for length in range(min(_LONGEST, opened, len(words) - start), 0, -1):
                written = (first, *words[start + 1 : start + length])
                key = tuple(part for word in written for part in word.split("-"))
                if key in self._exact:
                    return length, sorted(self._exact[key])
        return 0, []

    def _near(self, word: str) -> List[str]:
        """Return the lists that hold a name with one letter more, less or different."""
        long_enough = [shape for shape, _ in shapes(word) if len(shape) >= _FUZZY_FROM - 1]
        near = ({kind for key in _one_letter_less(s) for kind in self._fuzzy.get(key, ())} for s in long_enough)
        return sorted(next(filter(None, near), ()))


def shapes(word: str) -> List[Tuple[str, int]]:
    """Return the word, then what is left of an Arabic one without its glued particles, with how many were taken."""
    found, taken = [(word, 0)], 0
    while _PARTICLES.match(word[taken:]) and len(word) - taken > _SHORTEST_NAME:
        taken += len(_PARTICLES.match(word[taken:]).group())
        found.append((word[taken:], taken))
    return found


def stems(word: str) -> List[str]:
    """Return what an Arabic word may be without what is glued to it: particles, then the article."""
    return [shape.removeprefix(_ARTICLE) for shape, _ in shapes(word)]


def plain(word: str) -> str:
    """Return the word as lists compare it: folded, without accents, with one form of each Arabic letter."""
    return without_accents(fold(word)).translate(_ARABIC_LETTERS)


def _one_letter_less(word: str) -> Set[str]:
    """Return the word and all its forms with one letter removed."""
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}
