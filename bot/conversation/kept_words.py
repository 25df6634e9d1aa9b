"""Short messages about kept offers, heard whole (`kept.yml`): an application's news, the departure, the list."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import any_of, fold, has_question_mark

_LONGEST_SAID = 16  # words


def application_said(text: str) -> str | None:
    """Return what a message says of an application, when it says nothing else."""
    if has_question_mark(text):
        return None
    return _said(text, "applications") or _said(_numbered(text)[0], "applications")


def number_said(text: str) -> int | None:
    """Return the number in a list that news of an application names: "j'ai postulé à la 2"."""
    return _numbered(text)[1]


def is_of_an_offer_only(text: str) -> bool:
    """Say whether news means an application only for who keeps an offer: "i got it" may be "I understood"."""
    return _said(text, "of_an_offer_only") is not None


def is_found_elsewhere(text: str) -> bool:
    """Say whether a message tells that its writer found a place without us: "on m'a pris ailleurs"."""
    if has_question_mark(text):
        return False
    found = re.fullmatch(rf"(.+) {_any_of('elsewhere')}", _bare(fold(text)))
    is_found = found is not None and (
        _said(found[1], "applications") == "accepted" or _said(found[1], "found") is not None
    )
    return is_found or _said(text, "found_elsewhere") is not None


def is_asking_plan(text: str) -> bool:
    """Say whether a message asks for the plan of the departure, and nothing else."""
    return _said(text, "plan") is not None


def follow_said(text: str) -> bool | None:
    """Say whether a message asks for reminders of kept offers, or for none any more; None when it says neither."""
    if _said(text, "follow") is not None:
        return True
    return False if _said(text, "unfollow") is not None else None


def is_asking_applications(text: str) -> bool:
    """Say whether a message asks for the list of applications, and nothing else."""
    return _said(text, "list") is not None


def _said(text: str, section: str) -> str | None:
    folded = fold(text)
    if len(folded.split()) > _LONGEST_SAID:
        return None
    phrases = _phrases(section)
    return phrases.get(folded) or phrases.get(_bare(folded))


def _bare(folded: str) -> str:
    """Return a folded message without the courtesies around it."""
    return _courtesies().sub(r"\1", folded)


def _numbered(text: str) -> tuple[str, int | None]:
    """Return news of an application without the number of the offer at its end, and that number."""
    found = _numbers().fullmatch(fold(text))
    return (found[1], int(found[2])) if found else (text, None)


@functools.cache
def _courtesies() -> re.Pattern[str]:
    around = _any_of("around")
    return re.compile(rf"^(?:{around} )*(.+?)(?: {around})*$")


@functools.cache
def _numbers() -> re.Pattern[str]:
    return re.compile(rf"(.+?) {_any_of('numbered')} (\d{{1,2}})(?:e|eme|ere|er|nd|rd|th|st|a|o)?")


def _any_of(section: str) -> str:
    written: Mapping[str, Sequence[str]] = read_shelf("bot.conversation", "kept.yml")[section]
    return any_of({fold(word) for words in written.values() for word in words})


@functools.cache
def _phrases(section: str) -> Mapping[str, str]:
    shelf = read_shelf("bot.conversation", "kept.yml")[section]
    by_name = shelf if section == "applications" else {section: shelf}
    return {fold(one): name for name, written in by_name.items() for phrases in written.values() for one in phrases}
