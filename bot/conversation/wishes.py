"""What a message wants not to come, and when; and whether it asks why something came. Words are in `wishes.yml`.

"Pas le matin" is heard here, and nowhere as an hour: somebody who refuses the morning must not be written to at nine.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import any_of, fold, numbers_apart, phrase_pattern

_NOON, _EVENING, _HOURS = 12, 18, 24
_LONGEST_QUESTION = 12  # words
_LONGEST_ADVERT = 8


@dataclass(frozen=True)
class Wishes:
    """What is not to come, as far as it is said.

    Attributes:
        quiet_from: the hour from which nothing is to come.
        quiet_until: the hour before which nothing is to come.
        holidays_off: nothing on public holidays, or on these too; None when nothing is said of them.
        most: how many messages a day.
        is_beyond: something is refused that no setting keeps, such as "rien entre 12h et 14h".
    """

    quiet_from: int | None = None
    quiet_until: int | None = None
    holidays_off: bool | None = None
    most: int | None = None
    is_beyond: bool = False

    def __bool__(self) -> bool:
        """Whether anything is said."""
        return self != Wishes()


NO_WISHES = Wishes()


def wishes_in(text: str) -> Wishes:
    """Return what a message wants not to come."""
    found = [_of_clause(clause) for clause in _clauses(text)]
    whole = fold(text)
    return Wishes(
        quiet_from=_first(one.quiet_from for one in found),
        quiet_until=_first(one.quiet_until for one in found),
        holidays_off=_holidays(whole),
        most=_most(whole),
        is_beyond=any(one.is_beyond for one in found),
    )


def without_refused_parts(folded: str) -> str:
    """Return a folded text without the parts of the day that it refuses: they are no hour to come at."""
    for part in _section("parts").values():
        folded = _refused(part).sub(" ", folded)
    return " ".join(folded.split())


def refuses_campaigns(text: str) -> bool:
    """Say whether a message wants nothing more of the advisers: "plus de pub", "pas les messages des conseillers"."""
    folded = fold(text)
    if any(_refused(_words("advisers")).search(fold(clause)) for clause in _clauses(text)):
        return True
    is_short = len(folded.split()) <= _LONGEST_ADVERT
    return is_short and _refused(_words("adverts"), gap=2).search(folded) is not None


def refuses(words: tuple[str, ...], text: str) -> bool:
    """Say whether a message refuses one of these words, right before or after: "never on sundays", "los lunes no"."""
    return any(_refused(words, gap=2).search(fold(clause)) for clause in _clauses(text))


def refuses_sending(text: str) -> bool:
    """Say whether a message wants nothing to be sent, for ever or for a time: "tu m'envoies rien pendant ce temps"."""
    return _has("send_nothing", fold(text))


def asks_why(text: str) -> bool:
    """Say whether a message asks why something came: "pk tu menvoi ca ?"."""
    folded = fold(text)
    is_short = len(folded.split()) <= _LONGEST_QUESTION
    return folded in _words("why_alone") or (is_short and _has("why", folded) and _has("sending", folded))


def speaks_of_sending(text: str) -> bool:
    """Say whether a message speaks of what the assistant sends: "tu m'écris", "me mandas"."""
    return _has("sending", fold(text))


def says_nothing_else(text: str) -> bool:
    """Say whether every word of a message is of those by which hours are refused: nothing stands beside."""
    left = phrase_pattern(_limit_words()).sub(" ", numbers_apart(fold(text)))
    return all(word.isdecimal() for word in left.split())


def speaks_of_clock(text: str) -> bool:
    """Say whether a message speaks of the time where its writer is: "je suis à l'heure de Dakar"."""
    return _has("home_time", fold(text))


def _clauses(text: str) -> list[str]:
    """Return the parts of a message between its marks: in "no, por la mañana" the "no" refuses nothing."""
    return [clause for clause in re.split(r"[,;.!?؟،\n]+", text) if clause.strip()]


def _of_clause(clause: str) -> Wishes:
    folded = fold(clause)
    if (span := _between(folded)) is not None:
        start, until = span
        return Wishes(start, until) if start > until else Wishes(is_beyond=True)
    part = next((name for name, words in _section("parts").items() if _refused(words).search(folded)), None)
    after, before = _hour_after(folded, "after"), _hour_after(folded, "before")
    return Wishes(
        quiet_from=after if after is not None else (_EVENING if part == "evening" else None),
        quiet_until=before if before is not None else (_NOON if part == "morning" else None),
        is_beyond=part == "afternoon",
    )


def _hour_after(folded: str, section: str) -> int | None:
    """Return the hour before or after which nothing is to come."""
    clock = rf"(?: {any_of(_words('clock'))})*"
    found = re.search(rf"{_refusing()}{_gap()} {any_of(_words(section))}{clock} {_number('hour')}", folded)
    return _as_hour(found["hour"], folded) if found else None


def _between(folded: str) -> tuple[int, int] | None:
    """Return the two hours between which nothing is to come."""
    clock = rf"(?: {any_of(_words('clock'))})*"
    found = re.search(
        rf"{_refusing()}{_gap()} {any_of(_words('between'))}{clock} {_number('start')}(?: ?{any_of(_words('clock'))})* "
        rf"{any_of(_words('and'))}{clock} ?{_number('until')}",
        folded,
    )
    if found is None:
        return None
    middle = found.start("until")
    return _as_hour(found["start"], folded[:middle]), _as_hour(found["until"], folded[middle:])


def _as_hour(digits: str, around: str) -> int:
    hour = int(digits)
    is_late = hour < _NOON and _has("late", numbers_apart(around))
    return (hour + _NOON if is_late else hour) % _HOURS


def _holidays(folded: str) -> bool | None:
    if not _has("holidays", folded):
        return None
    if _refused(_words("holidays")).search(folded):
        return True
    return False if _has("too", folded) else None


def _most(folded: str) -> int | None:
    """Return how many messages a day are wanted at most; a bare "un message par jour" says how often instead."""
    count = rf"(?<!\S)(?P<count>\d{{1,2}}|{any_of(_words('one'))})(?: {any_of(_words('at_most'))})?"
    a_day = rf"(?: \S+){{0,2}} {any_of(_words('a_day'))}(?!\S)"
    messages = rf"{any_of(_words('messages'))}(?!\S)"
    found = re.search(rf"{count} {messages}{a_day}", folded) or re.search(rf"(?<!\S){messages} {count}{a_day}", folded)
    if found is None:
        return None
    if found["count"].isdigit():
        return int(found["count"])
    return 1 if _has("at_most", folded) else None


@functools.cache
def _refused(words: Sequence[str], *, gap: int = 5) -> re.Pattern[str]:
    """Return what matches a refusal and the words that it refuses."""
    said = any_of(map(fold, words))
    return re.compile(
        rf"{_refusing()}{_gap(gap)} {said}(?!\S)|(?<!\S){said} {any_of(_words('refused_after'))}(?= |$)(?! {said})"
    )


def _refusing() -> str:
    return rf"(?<!\S){any_of(_words('refusing'))}"


def _gap(most: int = 5) -> str:
    return rf"(?: (?!{any_of(_words('every'))}(?!\S))\S+){{0,{most}}}?"


def _number(name: str) -> str:
    return rf"(?P<{name}>\d{{1,2}})(?!\d)(?: ?(?:h|hrs?|heures?|am|pm|a m|p m))?(?: ?\d{{2}}(?!\S))?"


def _has(section: str, folded: str) -> bool:
    return phrase_pattern(_words(section)).search(folded) is not None


def _first(values: Iterable[int | None]) -> int | None:
    return next((value for value in values if value is not None), None)


@functools.cache
def _limit_words() -> tuple[str, ...]:
    sections = ("refusing", "before", "after", "clock", "between", "and", "late", "holidays", "sending", "beside")
    parts = (fold(word) for words in _section("parts").values() for word in words)
    return (*(word for section in sections for word in _words(section)), *parts)


@functools.cache
def _words(section: str) -> tuple[str, ...]:
    return tuple(map(fold, _shelf()[section]))


@functools.cache
def _section(name: str) -> Mapping[str, tuple[str, ...]]:
    return {key: tuple(words) for key, words in _shelf()[name].items()}


def _shelf() -> Mapping[str, Any]:
    return read_shelf("bot.conversation", "wishes.yml")
