"""Finds the entries that a message speaks of: sheets by name, papers by keyword, visas by situation."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from rapidfuzz import fuzz, process

from bot.knowledge.conditions import Condition, Judgement, judge
from bot.knowledge.entries import Entry, Paper, Programme, Visa
from bot.knowledge.library import Library, without_articles
from bot.knowledge.situations import PLACES, Situation, places_of
from bot.knowledge.telling import is_written
from bot.knowledge.truths import Truth
from bot.vocabulary.programmes import exact_programme_code
from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import fold

_LONGEST_NAME = 8  # words
_SAME = 86.0  # likeness (0 to 100) of a misspelt name: "eurodisey" is 82 from "eurodyssey" and only suggested
_SUGGESTED = 62.0
_SHORTEST_NEAR = 5  # letters; shorter words are too near each other
_ANYWHERE = 250  # countries: of an entry that names none
_SHORT_ANSWER = 2  # words: "vie ?", "vie svp"

_E = TypeVar("_E", bound=Entry)


@dataclass(frozen=True)
class Named:
    """A name found in a message: what was written, the topic, and the entries that bear the name."""

    words: str
    topic: str
    entries: tuple[Entry, ...]


def find_named(library: Library, text: str) -> tuple[Named, ...]:
    """Return what a message names, in its order: names and aliases in full first, else one misspelt name."""
    return find_written(library, text) or _misspelt(library, fold(text).split())


def find_written(library: Library, text: str) -> tuple[Named, ...]:
    """Return what a message names in full, in its order."""
    words = fold(text).split()
    found: list[Named] = []
    position = 0
    while position < len(words):
        named = _longest_at(library, words, position, text)
        if named is not None and all(named.entries != known.entries for known in found):
            found.append(named)
        position += len(named.words.split()) if named else 1
    return tuple(found)


def suggest_named(library: Library, text: str, *, limit: int = 3) -> tuple[tuple[str, Entry], ...]:
    """Return the entries whose names look most like the words of a message, the likest first."""
    words = [word for word in fold(text).split() if word not in _small_words()]
    best: dict[tuple[str, str], tuple[float, tuple[str, Entry]]] = {}
    for score, name in _likeness(library, words, _SUGGESTED):
        for topic, entry in library.names[name]:
            if score > best.get((topic, entry.id), (0.0, None))[0]:
                best[topic, entry.id] = (score, (topic, entry))
    return tuple(pair for _, pair in sorted(best.values(), key=lambda scored: -scored[0])[:limit])


def programmes_of_codes(library: Library, codes: Iterable[str]) -> tuple[Programme, ...]:
    """Return the programmes that bear one of these codes of the vocabulary."""
    wanted = set(codes)
    return tuple(programme for programme in library.programmes.values() if wanted & set(programme.codes))


def narrowest(entries: Iterable[_E], places: Iterable[str]) -> tuple[_E, ...]:
    """Return, of entries that bear one name, those that say most precisely that they are for the places meant."""
    meant = Situation.of({"destination": list(places)})
    if not meant.knows("destination"):
        return tuple(entries)
    admitted = [(_width(entry), entry) for entry in entries if _admits(entry, meant)]
    least = min((width for width, _ in admitted), default=_ANYWHERE)
    return tuple(entry for width, entry in admitted if width == least)


def find_papers(library: Library, text: str, situation: Situation, *, limit: int = 3) -> tuple[Paper, ...]:
    """Return the papers whose keywords a message writes, the most spoken of first; those of other people stay out."""
    folded = fold(text)
    scored = [(_heard(paper, folded), paper) for paper in library.papers.values()]
    meant = [(score, paper) for score, paper in scored if score and _concerns(paper, situation)]
    return tuple(paper for _, paper in sorted(meant, key=lambda pair: -pair[0])[:limit])


def find_visas(library: Library, situation: Situation) -> tuple[tuple[Visa, Judgement], ...]:
    """Return the visa entries that apply or may apply, those that apply first, the most precise of each first."""
    judged = [(visa, judge(visa.conditions, situation)) for visa in library.visas.values()]
    possible = [(visa, judgement) for visa, judgement in judged if judgement.truth is not Truth.NO]
    return tuple(sorted(possible, key=lambda pair: _rank(*pair)))


def _longest_at(library: Library, words: Sequence[str], start: int, text: str) -> Named | None:
    for size in range(min(_LONGEST_NAME, len(words) - start), 0, -1):
        name = " ".join(words[start : start + size])
        if not _is_meant(name, words, start, text):
            continue
        pairs = library.names.get(name) or library.names.get(without_articles(name), ())
        code = exact_programme_code(name)
        programmes = programmes_of_codes(library, [code]) if code else ()
        # Whoever says only "European Solidarity Corps" means the programme, not the grant that bears its name.
        if programmes and not (pairs and pairs[0][0] == "programmes"):
            return Named(name, "programmes", programmes)
        if pairs:
            return Named(name, pairs[0][0], tuple(entry for _, entry in pairs))
    return None


def _is_meant(name: str, words: Sequence[str], start: int, text: str) -> bool:
    """Whether a word of every day ("vie", "ces") is a name here: in capitals, alone, or after an article."""
    if name not in _everyday_words():
        return True
    before = words[start - 1] if start else ""
    is_in_capitals = name.upper() != name and name.upper() in text
    return is_in_capitals or len(words) <= _SHORT_ANSWER or before in _articles()


def _misspelt(library: Library, words: Sequence[str]) -> tuple[Named, ...]:
    kept = [word for word in words if word not in _small_words()]
    near = sorted(_likeness(library, kept, _SAME), key=lambda pair: -pair[0])
    if not near:
        return ()
    pairs = library.names[near[0][1]]
    return (Named(near[0][1], pairs[0][0], tuple(entry for _, entry in pairs)),)


def _likeness(library: Library, words: Sequence[str], least: float) -> list[tuple[float, str]]:
    """Return the names that look like a phrase of a text, name by name; all are compared at once, in C."""
    found = {" ".join(words[start : start + size]) for size in range(1, 5) for start in range(len(words) - size + 1)}
    phrases = sorted(phrase for phrase in found if len(phrase) >= _SHORTEST_NEAR)
    names = [name for name in library.names if len(name) >= _SHORTEST_NEAR]
    if not phrases or not names:
        return []
    scores = process.cdist(names, phrases, scorer=fuzz.ratio, score_cutoff=least)
    return [(float(scores[name, phrase]), names[name]) for name, phrase in np.argwhere(scores >= least)]


def _heard(paper: Paper, folded: str) -> int:
    """Return how much of a message is keywords of a paper: longer keywords say more."""
    keywords = {fold(word) for words in paper.keywords.values() for word in words}
    return sum(len(word) for word in keywords if word and is_written(word, folded))


def _destinations(entry: Entry) -> tuple[Condition, ...]:
    return tuple(condition for condition in getattr(entry, "conditions", ()) if condition.fact == "destination")


def _admits(entry: Entry, situation: Situation) -> bool:
    return judge(_destinations(entry), situation).truth is not Truth.NO


def _width(entry: Entry) -> int:
    """Return how many countries an entry is for."""
    wanted = [condition.any_of for condition in _destinations(entry) if condition.any_of]
    return min((len({country for code in codes for country in places_of(code)}) for codes in wanted), default=_ANYWHERE)


def _concerns(paper: Paper, situation: Situation) -> bool:
    return judge(paper.conditions, situation).truth is not Truth.NO


def _rank(visa: Visa, judgement: Judgement) -> tuple[bool, int, int]:
    """Return what comes first: sure before unsure, precise before vague; of what is unsure, the order of the file."""
    facts, wideness = _vagueness(visa.conditions)
    return bool(judgement.missing), facts, 0 if judgement.missing else wideness


def _vagueness(conditions: Sequence[Condition]) -> tuple[int, int]:
    """Return how vague a list of conditions is: fewer facts, then wider places, are vaguer."""
    facts = [condition for condition in conditions if condition.fact]
    wideness = sum(
        len(frozenset(country for code in condition.any_of for country in places_of(code))) or _ANYWHERE
        for condition in facts
        if condition.fact in PLACES
    )
    return -len(facts), wideness


@functools.cache
def _everyday_words() -> frozenset[str]:
    return frozenset(fold(word) for word in read_shelf("bot.knowledge", "words.yml")["everyday"])


@functools.cache
def _articles() -> frozenset[str]:
    return frozenset(fold(word) for word in read_shelf("bot.knowledge", "words.yml")["articles"])


@functools.cache
def _small_words() -> frozenset[str]:
    return frozenset(fold(word) for word in read_shelf("bot.knowledge", "words.yml")["small"])
