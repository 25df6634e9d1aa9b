"""How a message says that steps of a departure are done or not (`ticks.yml`), every one of its words accounted for."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import any_of, fold, has_question_mark

_LONGEST = 14  # words
_DONE, _HAVING, _AFTER, _ASKED, _UNDONE, _BUT = "done", "having", "done_after", "asked", "undone", "but"
_NOT = ("after_undone", _DONE, _HAVING, _ASKED)  # after "pas encore", "fait" says nothing else
_STEP, _SAYING, _RANK, _NOUN, _SMALL = "step", "saying", "rank", "nouns", "small"


@dataclass(frozen=True)
class Said:
    """What a message says of one or several steps.

    Attributes:
        codes: for each step that it names, the codes that the name may stand for: "le visa" is one of two.
        ranks: the numbers of steps that it names, as the plan shows them.
        is_done: whether they are said to be done, or not.
        is_sure: whether the words leave no doubt: a passport that was only asked for is not there.
    """

    codes: tuple[frozenset[str], ...] = ()
    ranks: tuple[int, ...] = ()
    is_done: bool = True
    is_sure: bool = True


def said_of_steps(text: str) -> tuple[Said, ...]:
    """Return what a message says of steps, in its order; nothing when it says anything else.

    "C'est fait" alone names no step: which one is to be asked.
    """
    folded = fold(text.replace("✅", " ok ").replace("✔", " ok "))
    if has_question_mark(text) or not folded or len(folded.split()) > _LONGEST:
        return ()
    if folded in _folded(_shelf()["alone"]):
        return (Said(is_sure=False),)
    clauses = _clauses(folded)
    read = [_read(clause) for clause in clauses] if clauses else []
    return tuple(one for one in read if one is not None) if read and None not in read else ()


def _clauses(folded: str) -> list[list[tuple[str, Any]]]:
    """Return the parts of a message on both sides of "mais", as what their words are; none when a word is unknown."""
    clauses: list[list[tuple[str, Any]]] = [[]]
    at = 0
    while at < len(folded):
        found = _pattern().match(folded, at)
        if found is None:
            return []
        kind, value = _kind_of(found)
        if kind == _BUT:
            clauses.append([])
        elif kind != _SMALL:
            clauses[-1].append((kind, value))
        at = found.end() + 1
    return clauses


def _read(words: Sequence[tuple[str, Any]]) -> Said | None:
    """Return what one clause says: steps, and that they are done or not; None when one of the two is missing."""
    kinds = [kind for kind, _ in words]
    codes = tuple(value for kind, value in words if kind in (_STEP, _SAYING))
    ranks = tuple(value for kind, value in words if kind == _RANK)
    if not codes and not ranks:
        return None
    if _UNDONE in kinds:
        before = kinds[: kinds.index(_UNDONE)]
        is_clear = not set(before) & set(_NOT) and _SAYING not in kinds and (not ranks or _NOUN in kinds)
        return Said(codes, ranks, is_done=False, is_sure=is_clear)
    is_step = not ranks or _NOUN in kinds  # "la 2 est faite" may be anything
    is_after = _AFTER in kinds and bool({_STEP, _NOUN} & set(kinds[: kinds.index(_AFTER)])) and is_step
    if _DONE in kinds or is_after or _SAYING in kinds:
        return Said(codes, ranks, is_sure=is_step)
    if _ASKED in kinds:
        is_request = bool(codes) and all(code <= frozenset(_shelf()["requests"]) for code in codes)
        return Said(codes, ranks, is_sure=is_request)
    return Said(codes) if _HAVING in kinds and codes and not ranks else None


def _kind_of(found: re.Match[str]) -> tuple[str, Any]:
    if (rank := found["rank"]) is not None:
        return _RANK, int(rank)
    return _phrases()[found["phrase"]]


@functools.cache
def _pattern() -> re.Pattern[str]:
    rank = rf"(?:{any_of(_folded(_shelf()['ranked']))} )?(?P<rank>\d{{1,2}})(?:e|er|ere|eme|ieme|st|nd|rd|th|o|a)?"
    return re.compile(rf"(?:{rank}|(?P<phrase>{any_of(_phrases())}))(?!\S)")


@functools.cache
def _phrases() -> Mapping[str, tuple[str, Any]]:
    """Return what each folded phrase is; of two meanings the one that says more."""
    shelf, known = _shelf(), dict[str, tuple[str, Any]]()
    around = _every(read_shelf("bot.conversation", "kept.yml")["around"])
    known |= dict.fromkeys([*around, *_folded(shelf["small"])], (_SMALL, None))
    for kind in (_NOUN, "after_undone", _HAVING, _ASKED, _DONE, _AFTER, _UNDONE, _BUT):
        known |= dict.fromkeys(_every(shelf[kind]), (kind, None))
    ordinals = read_shelf("bot.conversation", "markers.yml")["ordinals"]
    known |= {fold(word): (_RANK, int(rank)) for rank, words in ordinals.items() for word in words}
    for kind, section in ((_STEP, "steps"), (_SAYING, "sayings")):
        codes: dict[str, frozenset[str]] = {}
        for code, names in shelf[section].items():
            for name in _folded(names):
                codes[name] = codes.get(name, frozenset()) | {code}
        known |= {name: (kind, code) for name, code in codes.items()}
    return known


def _every(section: Mapping[str, Sequence[str]] | Sequence[str]) -> frozenset[str]:
    """Return the phrases of a section, written in one list or by language."""
    if isinstance(section, Mapping):
        return frozenset().union(*(_folded(phrases) for phrases in section.values()))
    return _folded(section)


def _folded(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, map(fold, phrases)))


def _shelf() -> Mapping[str, Any]:
    return read_shelf("bot.conversation", "ticks.yml")
