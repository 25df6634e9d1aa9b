"""Reads what people say of themselves: status, papers, scholarship, region, and plain answers to a question."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from bot.vocabulary.shelf import phrases, read_shelf
from bot.vocabulary.text import fold, is_arabic

PlainAnswer: TypeAlias = Literal["unknown", "yes", "no", "resume", "stop"]
_READ = ("status", "permit", "grant", "region")
_PLAIN: tuple[PlainAnswer, ...] = ("resume", "stop", "unknown", "yes", "no")
_GLUED = ("وال", "بال", "كال", "ال", "لل", "و", "ب", "ل", "ف", "ك")


def read_value(text: str, fact: str) -> str | None:
    """Return the value of a fact that a message gives: the longest phrase wins; None when it gives none.

    `status`, `permit` and `region` give a code; `grant` gives "yes" or "no".
    """
    folded = _bare(text)
    found = ((len(phrase), value) for phrase, value in _values(fact) if is_written(phrase, folded))
    return max(found, default=(0, None), key=lambda pair: pair[0])[1]


def speaks_of_self(text: str) -> bool:
    """Return whether a message speaks of its writer, or begins with what they are."""
    folded = _bare(text)
    if set(folded.split()) & _self_words():
        return True
    return any(folded.startswith(phrase) for fact in ("status", "permit") for phrase, _ in _values(fact))


def told(text: str) -> dict[str, str]:
    """Return what a message tells of its writer, by fact; nothing when it does not speak of them."""
    if not speaks_of_self(text):
        return {}
    values = {fact: value for fact in ("status", "permit", "grant") if (value := read_value(text, fact))}
    if values.get("permit") in ("asylum_seeker", "student_permit"):
        values.pop("status", None)  # "demandeur d'asile", "titre étudiant": the words are those of a status
    return values


def plain_answer(text: str) -> PlainAnswer | None:
    """Return what a short answer says when it is nothing but yes, no, a shrug, a return or a stop."""
    folded = fold(text)
    return next((name for name in _PLAIN if folded in _plain_words(name)), None)


def _bare(text: str) -> str:
    """Fold a text and take out the phrases in which words of a status mean something else."""
    folded = f" {fold(text)} "
    for phrase in _never():
        folded = folded.replace(f" {phrase} ", " ")
    return folded.strip()


def is_written(phrase: str, folded: str) -> bool:
    """Return whether a folded text holds a folded phrase, whole words only; Arabic words may have some glued before."""
    if f" {phrase} " in f" {folded} ":
        return True
    return is_arabic(phrase[0]) and any(f" {glued}{phrase} " in f" {folded} " for glued in _GLUED)


@functools.cache
def _values(fact: str) -> tuple[tuple[str, str], ...]:
    shelf: Mapping[str, object] = read_shelf("bot.knowledge", "telling.yml")[fact] if fact in _READ else {}
    return tuple(_pairs(shelf))


def _pairs(shelf: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for value, written in shelf.items():
        yield from ((fold(phrase), value) for phrase in phrases(written))  # type: ignore[arg-type]


@functools.cache
def _self_words() -> frozenset[str]:
    return frozenset(fold(word) for word in read_shelf("bot.knowledge", "telling.yml")["self"])


@functools.cache
def _never() -> tuple[str, ...]:
    return tuple(fold(phrase) for phrase in phrases(read_shelf("bot.knowledge", "telling.yml")["never"]))


@functools.cache
def _plain_words(name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in read_shelf("bot.knowledge", "telling.yml")[name])
