"""The small words of four languages that say what a message does with what was said before (`markers.yml`)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import fold, is_arabic

_LONGEST_RESUMING = 6
_GLUED = ("ال", "لل", "ل", "بال", "ب", "وال", "و", "في")
_OWN_LANGUAGE_ONLY = 2  # letters: "o", "no" and "or" mean other things elsewhere

_COURTESY = re.compile(
    r"(?<= )(?:ok|bon|alors|allez|stp|svp|please|pls|vale|bueno|merci|gracias|thanks|so|donc|d accord|euh|يلا|طيب)(?= )"
)


def has_marker(text: str, section: str, language: str) -> bool:
    """Say whether a text holds a phrase of a section, whole words only."""
    return bool(_said_in(section, language).search(fold(text)))


def is_resuming(text: str) -> bool:
    """Say whether a message wants the running search back: "on reprend", "where were we", "seguimos", "نكمل"."""
    folded = _COURTESY.sub(" ", f" {fold(text)} ").strip()
    alone = {phrase for phrases in _by_language("resuming_alone").values() for phrase in phrases}
    if len(folded.split()) > _LONGEST_RESUMING:
        return False
    return folded in alone or bool(_pattern(_heard_in("resuming", "")).match(folded))


def is_asking_what(text: str) -> bool:
    """Say whether a message begins by asking what something is: "c'est quoi", "what is", "ما هو"."""
    folded = _COURTESY.sub(" ", f" {fold(text)} ").strip()
    return bool(_pattern(_heard_in("asking_what", "")).match(folded))


def is_refused(before: str, language: str) -> bool:
    """Say whether the words before a thing refuse it: "pas en", "hors", "anywhere but the"."""
    return _ends_with("excluding", language, "between", fold(before))


def is_lacking(before: str, language: str) -> bool:
    """Say whether the words before a diploma say that somebody does not have it: "sans le", "j'ai pas encore mon"."""
    return _ends_with("lacking", language, "possessing", fold(before))


def is_living(before: str, language: str) -> bool:
    """Say whether the words before a place say that somebody lives there: "j'habite en", "I live in", or leaves it."""
    return _ends_with("living", language, "between", fold(before).replace("cost of living", ""))


def is_joined(between: str) -> bool:
    """Say whether two things named stand side by side: what is between them is "et", "ni en", a comma or nothing."""
    return not set(fold(between).split()) - {*_words("joining"), *_words("between")}


def refused_kinds(text: str, language: str) -> tuple[str, ...]:
    """Return the kinds of offer that a text refuses ("pas un stage")."""
    folded = fold(text)
    return tuple(
        kind
        for kind, pattern in _kinds().items()
        if any(
            _ends_with("excluding", language, "between", folded[: found.start()].rstrip())
            for found in pattern.finditer(folded)
        )
    )


def named_kinds(text: str) -> tuple[str, ...]:
    """Return the kinds of offer that a text names, in its order."""
    folded = fold(text)
    places = {kind: found.start() for kind, pattern in _kinds().items() if (found := pattern.search(folded))}
    return tuple(sorted(places, key=lambda kind: places[kind]))


def rank_said(text: str, *, last: int) -> int | None:
    """Return the rank that a message names ("le 2e", "the second one", "la dernière"), or None."""
    folded = fold(text)
    words = folded.split()
    if any(word in _words("last") for word in words):
        return last
    ranks = (rank for rank, ordinals in _section("ordinals").items() if any(word in ordinals for word in words))
    if (ordinal := next(ranks, None)) is not None:
        return int(ordinal)
    found = _numbered().search(folded)
    return int(found.group(1)) or None if found else None


def needs_of(clause: str) -> tuple[str, ...]:
    """Return the intents of the things that a clause asks for besides a search: money, papers, a human."""
    folded = fold(clause)
    return tuple(intent for intent, phrases in _section("needs").items() if _pattern(tuple(phrases)).search(folded))


def is_seeking(clause: str) -> bool:
    """Say whether a clause looks for something: a word of seeking and a kind of offer."""
    words = set(fold(clause).split())
    return bool(words & set(_words("seeking"))) and bool(named_kinds(clause))


@functools.cache
def _said_in(section: str, language: str) -> re.Pattern[str]:
    return _pattern(_heard_in(section, language))


def _ends_with(section: str, language: str, steps: str, folded: str) -> bool:
    return bool(_ending(section, language, steps).search(folded))


@functools.cache
def _ending(section: str, language: str, steps: str) -> re.Pattern[str]:
    words = "|".join(map(re.escape, sorted(_heard_in(section, language), key=len, reverse=True)))
    between = "|".join(map(re.escape, _words(steps)))
    return re.compile(rf"(?:^|\s)(?:{words})(?:\s(?:{between}))*$")


def _heard_in(section: str, language: str) -> tuple[str, ...]:
    """Return the phrases of every language, those of one or two letters of this language only."""
    by_language = _by_language(section)
    others = {phrase for phrases in by_language.values() for phrase in phrases if len(phrase) > _OWN_LANGUAGE_ONLY}
    return tuple(sorted({*by_language.get(language, ()), *others}))


@functools.cache
def _numbered() -> re.Pattern[str]:
    before = "|".join(map(re.escape, _words("before_number")))
    after = "|".join(map(re.escape, _words("after_number")))
    return re.compile(rf"(?:^|\s)(?:{before})?\s*(\d{{1,3}})(?:{after})?(?:\s|$)")


@functools.cache
def _kinds() -> Mapping[str, re.Pattern[str]]:
    return {kind: _pattern(_with_prefixes(words)) for kind, words in _section("kinds").items()}


def _with_prefixes(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words, the Arabic ones also with what is written glued before them ("للدراسة")."""
    arabic = [word for word in words if is_arabic(word[0])]
    return (*words, *(f"{glued}{word}" for glued in _GLUED for word in arabic))


@functools.cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(map(fold, phrases), key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, longest_first))})(?!\S)")


@functools.cache
def _by_language(section: str) -> Mapping[str, tuple[str, ...]]:
    return {language: tuple(map(fold, phrases)) for language, phrases in _section(section).items()}


def _section(name: str) -> Mapping[str, Sequence[str]]:
    section: Mapping[str, Sequence[str]] = read_shelf("bot.conversation", "markers.yml")[name]
    return section


@functools.cache
def _words(section: str) -> tuple[str, ...]:
    return tuple(map(fold, read_shelf("bot.conversation", "markers.yml")[section]))
