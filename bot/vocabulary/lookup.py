"""Names to codes: exact first, then without articles and glued prefixes, then one careful near miss.

Every vocabulary builds one `Lookup` from its names and asks it; none compares strings itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from bot.vocabulary.text import fold, is_arabic

_LEADING = frozenset(
    [
        "en",
        "au",
        "aux",
        "a",
        "la",
        "le",
        "les",
        "l",
        "d",
        "de",
        "du",
        "des",
        "dans",
        "vers",
        "pour",
        "sur",
        "chez",
        "un",
        "une",
        "uno",
        "una",
        "in",
        "to",
        "the",
        "from",
        "at",
        "of",
        "on",
        "for",
        "into",
        "el",
        "los",
        "las",
        "del",
        "al",
        "para",
        "por",
        "hacia",
        "desde",
        "en",
        "في",
        "الي",
        "من",
        "على",
        "عن",
        "نحو",
        "و",
        "ف",
        "ب",
        "ل",
        "فـ",
        "ديال",
    ]
)
_DEMONYM_ENDINGS = frozenset(
    [
        "n",
        "ne",
        "ns",
        "nne",
        "nnes",
        "en",
        "ens",
        "enne",
        "an",
        "ans",
        "ana",
        "ano",
        "anas",
        "anos",
        "na",
        "no",
        "nas",
        "nos",
        "i",
        "is",
        "ais",
        "aise",
        "al",
        "ales",
        "ی",
        "ي",
        "يه",
        "يين",
    ]
)
_CLEAR_LEAD = 2.0  # points of likeness between the best name and the best name of another code
_SHORTEST_STEM = 3
_SHORTEST_PREFIXED = 6
_ARABIC_GLUED = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف")


@dataclass(frozen=True)
class Lookup:
    """An index of folded names.

    Attributes:
        codes: code of each folded name.
        score: smallest likeness (0 to 100) of a near miss; 101 turns near misses off.
        shortest: fewest letters a word needs before a near miss is tried.
        refused: folded words that are never taken for a near miss.
    """

    codes: Mapping[str, str]
    score: float = 88.0
    shortest: int = 5
    refused: frozenset[str] = field(default_factory=frozenset)

    def exact(self, text: str) -> str | None:
        """Return the code of a name written in full, articles and glued prefixes aside."""
        return next((self.codes[form] for form in forms_of(text) if form in self.codes), None)

    def closest(self, text: str) -> str | None:
        """Return the code of the one name a misspelt text can stand for, else None."""
        return self._near(bare(text))

    def find(self, text: str) -> str | None:
        """Return the code of a text, exact first, near miss second."""
        return self.exact(text) or self.closest(text)

    def _near(self, word: str) -> str | None:
        if len(word) < self.shortest or word in self.refused:
            return None
        hits = process.extract(word, self.codes.keys(), scorer=fuzz.ratio, score_cutoff=self.score, limit=6)
        hits = [hit for hit in hits if len(hit[0]) >= self.shortest]
        if not hits or is_demonym(word, hits[0][0]):
            return None
        best, top = self.codes[hits[0][0]], hits[0][1]
        return (
            best if all(self.codes[name] == best or top - score > _CLEAR_LEAD for name, score, _ in hits[1:]) else None
        )


def is_demonym(word: str, name: str) -> bool:
    """Say whether a word is a country's adjective rather than its misspelt name ("italien", "Italie")."""
    size = next((i for i, pair in enumerate(zip(word, name, strict=False)) if pair[0] != pair[1]), len(name))
    return size >= _SHORTEST_STEM and word[size:] in _DEMONYM_ENDINGS


def is_leading(word: str) -> bool:
    """Say whether a folded word is an article or a preposition that names may follow."""
    return word in _LEADING


def bare(text: str) -> str:
    """Fold a text and take its leading articles and prepositions off."""
    parts = fold(text).split()
    while len(parts) > 1 and parts[0] in _LEADING:
        parts = parts[1:]
    return " ".join(parts)


def forms_of(text: str) -> Iterator[str]:
    """Yield the forms a text may be indexed under, the most faithful first."""
    whole = fold(text)
    short = bare(text)
    yield whole
    if short != whole:
        yield short
    yield from _without_prefix(short)


def index(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Index (name, code) pairs by folded name; the first pair to claim a name keeps it."""
    codes: dict[str, str] = {}
    for name, code in names:
        for form in _indexed_forms(fold(name)):
            if form:
                codes.setdefault(form, code)
    return codes


def _indexed_forms(folded: str) -> tuple[str, ...]:
    """Return a folded name and, in Arabic, the same name without its article."""
    is_defined = folded.startswith("ال") and len(folded) >= _SHORTEST_PREFIXED
    return (folded, folded[2:]) if is_defined else (folded,)


def _without_prefix(folded: str) -> Iterator[str]:
    """Yield what is left of a word once a glued article or preposition is taken off."""
    if not folded:
        return
    if is_arabic(folded[0]):
        for prefix in _ARABIC_GLUED:
            if folded.startswith(prefix) and len(folded) - len(prefix) >= _SHORTEST_STEM:
                rest = folded[len(prefix) :]
                yield from (rest, "ال" + rest)
    elif folded[0] in "ld" and len(folded) >= _SHORTEST_PREFIXED and folded[1] in "aeiouyh":
        yield folded[1:]
