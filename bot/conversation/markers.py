"""The small words of four languages that say what a message does with what was said before (`markers.yml`)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import any_of, fold, is_arabic, phrase_pattern

_LONGEST_RESUMING = 6
# Where one part of a message ends: "no, Spain" and "non, un job" refuse nothing of what follows.
_BREAK = re.compile(r"[.,;!?…،؛؟\n]+")
_ONE_NUMBER = re.compile(r"\d{1,3}(?:e|er|ere|eme|ieme|st|nd|rd|th|o|a)?")
_GLUED = ("ال", "لل", "ل", "بال", "ب", "وال", "و", "في")
_OWN_LANGUAGE_ONLY = 2  # letters: "o", "no" and "or" mean other things elsewhere


def has_marker(text: str, section: str, language: str) -> bool:
    """Say whether a text holds a phrase of a section, whole words only."""
    return bool(_said_in(section, language).search(fold(text)))


def is_resuming(text: str) -> bool:
    """Say whether a message wants the running search back: "on reprend", "where were we", "seguimos", "نكمل"."""
    folded = _without_courtesy(text)
    alone = {phrase for phrases in _by_language("resuming_alone").values() for phrase in phrases}
    if len(folded.split()) > _LONGEST_RESUMING:
        return False
    return folded in alone or bool(phrase_pattern(_heard_in("resuming", "")).match(folded))


def is_whatever(text: str) -> bool:
    """Say whether a message does nothing but leave the choice open: "n'importe", "me da igual"."""
    said = " ".join(_without_courtesy(text).split())
    return any(said in phrases for phrases in _by_language("whatever").values())


def is_asking_what(text: str) -> bool:
    """Say whether a message begins by asking what something is: "c'est quoi", "what is", "ما هو"."""
    folded = _without_courtesy(text)
    return bool(phrase_pattern(_heard_in("asking_what", "")).match(folded))


def is_refused(before: str, language: str) -> bool:
    """Say whether the words before a thing refuse it: "pas en", "hors", "anywhere but the"; in "no, " they correct."""
    return _ends_with("excluding", language, "between", before)


def is_corrected(before: str) -> bool:
    """Say whether the words before a thing turn down what was there, and not the thing: "actually no, ", "لا، في"."""
    *earlier, last = _BREAK.split(before)
    is_next = not set(fold(last).split()) - {*_words("between")}
    return is_next and bool(earlier) and bool(_declining().search(fold(earlier[-1])))


def is_lacking(before: str, language: str) -> bool:
    """Say whether the words before a diploma say that somebody does not have it: "sans le", "j'ai pas encore mon"."""
    return _ends_with("lacking", language, "possessing", before)


def is_living(before: str, language: str) -> bool:
    """Say whether the words before a place say that somebody lives there: "j'habite en", "I live in", or leaves it."""
    is_said = _ends_with("living", language, "between", before)
    return is_said and not _ends_with("not_living", language, "between", before)


def is_under(before: str, language: str) -> bool:
    """Say whether the words before an age say that it is not reached: "moins de", "not yet", "aún no tengo"."""
    return _ends_with("under", language, "between", before)


def is_joined(between: str) -> bool:
    """Say whether two things named stand side by side: "et", "ni en", a comma; ", en" begins something else."""
    words = set(fold(between).split())
    if words - {*_words("joining"), *_words("between")}:
        return False
    return not words & {*_words("towards")} or bool(words & {*_words("joining")})


def is_apart(between: str) -> bool:
    """Say whether a comma alone stands between two things named."""
    return bool(_BREAK.search(between)) and not set(fold(between).split()) - {*_words("between")}


def is_towards(before: str) -> bool:
    """Say whether the words before a place make it somewhere to go: "en Italie" is no nationality, "Italie" may be."""
    return set(fold(before).split()[-1:]) <= {*_words("towards")} and bool(fold(before))


def is_supposing(text: str) -> bool:
    """Say whether a message begins as a further question does: "et si", "what if", "واذا"."""
    return bool(phrase_pattern(_heard_in("supposing", "")).match(fold(text)))


def is_going_alone(text: str, language: str) -> bool:
    """Say whether a message asks about leaving without parents: "je peux partir seul", "can i travel alone"."""
    return has_marker(text, "going_alone", language)


def refused_kinds(text: str, language: str) -> tuple[str, ...]:
    """Return the kinds of offer that a text refuses ("pas un stage"; "non, un stage" refuses none)."""
    refusing = _ending("excluding", language, "between")
    refused = {
        kind
        for part in map(fold, _BREAK.split(text))
        for kind, pattern in _kinds().items()
        if any(refusing.search(part[: found.start()].rstrip()) for found in pattern.finditer(part))
    }
    return tuple(kind for kind in _kinds() if kind in refused)


def named_kinds(text: str) -> tuple[str, ...]:
    """Return the kinds of offer that a text names, in its order."""
    folded = fold(text)
    spans = {kind: found.span() for kind, pattern in _kinds().items() if (found := pattern.search(folded))}
    # "عمل تطوعي" is voluntary work: the shorter name within it names nothing more.
    whole = [
        kind
        for kind, (start, end) in spans.items()
        if not any(first <= start and end <= last and (first, last) != (start, end) for first, last in spans.values())
    ]
    return tuple(sorted(whole, key=lambda kind: spans[kind]))


def wanted_kinds(text: str, language: str) -> tuple[str, ...]:
    """Return the kinds of offer that a text names and does not refuse, in its order."""
    refused = refused_kinds(text, language)
    return tuple(kind for kind in named_kinds(text) if kind not in refused)


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


def names_rank(text: str) -> bool:
    """Say whether a number of a message is a rank for sure: an ordinal, "la 3", "garde 3", and not "2 mois"."""
    words = _without_courtesy(text).split()
    ordinals = {word for known in _section("ordinals").values() for word in known}
    before = {*_words("before_number")}
    numbers = (place for place, word in enumerate(words) if _ONE_NUMBER.fullmatch(word))
    is_numbered = any(place == len(words) - 1 or (place and words[place - 1] in before) for place in numbers)
    return is_numbered or bool(ordinals & set(words))


def is_bare_rank(text: str) -> bool:
    """Say whether a message does nothing but point at an offer of a list: "le 2e", "the second one", "العرض الثاني"."""
    words = _without_courtesy(text).split()
    ordinals = {word for known in _section("ordinals").values() for word in known}
    pointing = {*_words("before_number"), *_words("after_number"), *_words("pointing")}
    ranks = [word for word in words if word in ordinals or word in _words("last") or _ONE_NUMBER.fullmatch(word)]
    return len(ranks) == 1 and all(word in pointing or word in ranks for word in words)


def needs_of(clause: str) -> tuple[str, ...]:
    """Return the intents of the things that a clause asks for besides a search: money, papers, a human."""
    folded = fold(clause)
    return tuple(
        intent for intent, phrases in _section("needs").items() if phrase_pattern(tuple(phrases)).search(folded)
    )


def is_wishing(clause: str) -> bool:
    """Say whether a clause says what somebody looks for or wants, whatever it is."""
    return bool(set(fold(clause).split()) & set(_words("seeking")))


def is_seeking(clause: str) -> bool:
    """Say whether a clause looks for something: a word of seeking and a kind of offer."""
    return is_wishing(clause) and bool(named_kinds(clause))


def _without_courtesy(text: str) -> str:
    return phrase_pattern(_words("courtesy")).sub(" ", fold(text)).strip()


@functools.cache
def _said_in(section: str, language: str) -> re.Pattern[str]:
    return phrase_pattern(_heard_in(section, language))


def _ends_with(section: str, language: str, steps: str, before: str) -> bool:
    """Say whether the last part of a text ends with a phrase of a section, `steps` alone standing after it."""
    return bool(_ending(section, language, steps).search(fold(_BREAK.split(before)[-1])))


@functools.cache
def _ending(section: str, language: str, steps: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|\s){any_of(_heard_in(section, language))}(?:\s{any_of(_words(steps))})*$")


def _heard_in(section: str, language: str) -> tuple[str, ...]:
    """Return the phrases of every language, those of one or two letters of this language only."""
    by_language = _by_language(section)
    others = {phrase for phrases in by_language.values() for phrase in phrases if len(phrase) > _OWN_LANGUAGE_ONLY}
    return tuple(sorted({*by_language.get(language, ()), *others}))


@functools.cache
def _declining() -> re.Pattern[str]:
    return re.compile(rf"(?:^|\s){any_of(_words('declining'))}$")


@functools.cache
def _numbered() -> re.Pattern[str]:
    before, after = any_of(_words("before_number")), any_of(_words("after_number"))
    return re.compile(rf"(?:^|\s){before}?\s*(\d{{1,3}}){after}?(?:\s|$)")


@functools.cache
def _kinds() -> Mapping[str, re.Pattern[str]]:
    return {kind: phrase_pattern(_with_prefixes(words)) for kind, words in _section("kinds").items()}


def _with_prefixes(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words, the Arabic ones also with what is written glued before them ("للدراسة")."""
    arabic = [word for word in words if is_arabic(word[0])]
    return (*words, *(f"{glued}{word}" for glued in _GLUED for word in arabic))


@functools.cache
def _by_language(section: str) -> Mapping[str, tuple[str, ...]]:
    return {language: tuple(map(fold, phrases)) for language, phrases in _section(section).items()}


def _section(name: str) -> Mapping[str, Sequence[str]]:
    section: Mapping[str, Sequence[str]] = read_shelf("bot.conversation", "markers.yml")[name]
    return section


@functools.cache
def _words(section: str) -> tuple[str, ...]:
    return tuple(map(fold, read_shelf("bot.conversation", "markers.yml")[section]))
