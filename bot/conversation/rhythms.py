"""What a message says of alerts, in four languages: how often, which day, what hour; pause, delete, rename, stop.

Only words are read here (`rhythms.yml`): which alert is meant, and whether the message speaks of alerts at all, is
known where the conversation stands (`bot.conversation.alert_context`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.alerts.service import LONGEST_NAME
from bot.conversation.markers import rank_said
from bot.conversation.wishes import refuses, wishes_in, without_refused_parts
from bot.kit.masking import mask
from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import Word, fold, has_question_mark, numbers_apart, phrase_pattern, words_of

_NOON, _HOURS = 12, 24
_SATURDAY = 5
_FRENCH = re.compile(r"(?<!\S)(\d{1,2}) ?(?:h|heures?|hrs?)(?: ?\d{2})?(?!\S)")
_ENGLISH = re.compile(r"(?<!\S)(?:at )?(\d{1,2})(?: \d{2})? ?(?:am|pm|a m|p m|o clock)(?!\S)|(?<!\S)at (\d{1,2})(?!\S)")
_SPANISH = re.compile(r"(?<!\S)a las? (\d{1,2})(?: \d{2})?(?!\S)")
_ARABIC = re.compile(
    r"(?<!\S)(?:علي )?(?:الساعه|ساعه|مع) (\d{1,2})(?: \d{2})?(?!\S)|(?<!\S)(\d{1,2}) (?:صباحا|مسا)(?!\S)"
)
_ACTS = ("rename", "delete", "pause", "resume", "settings", "list")


@dataclass(frozen=True)
class Rhythm:
    """How often, as far as it is said.

    Attributes:
        name: at_once, daily or weekly; None when only a day, an hour or a direction is said.
        weekday: 0 (Monday) to 6.
        hour: 0-23.
        direction: -1 less often, 1 more often, 0 when neither is said.
        leaves_out: a day is to be left out, which no alert can do.
        has_minutes: minutes are said, which no alert keeps.
        is_nearest: what is said no alert does ("une fois par mois"); this is the nearest that one does.
    """

    name: str | None = None
    weekday: int | None = None
    hour: int | None = None
    direction: int = 0
    leaves_out: bool = False
    has_minutes: bool = field(default=False, compare=False)
    is_nearest: bool = field(default=False, compare=False)

    def __bool__(self) -> bool:
        """Whether anything is said of it."""
        return self != Rhythm()


@dataclass(frozen=True)
class Said:
    """What a message says of alerts.

    Attributes:
        act: stop, rename, delete, pause, resume, settings, list, or "" when only a rhythm is said, or nothing.
        rhythm: how often.
        rest: the folded words that neither say the act nor the rhythm: a rank or a name may be there.
        name: the new name of a rename, as it was written, masked.
        is_all: every alert is meant.
        names_alerts: the word itself is there: "alerte", "notif".
        wants_news: "préviens-moi", "keep me posted".
        is_question: how it is, is asked: nothing is to be changed.
        is_of_data: what is known of the person is meant: "mes données".
    """

    act: str = ""
    rhythm: Rhythm = Rhythm()
    rest: str = ""
    name: str = ""
    is_all: bool = False
    names_alerts: bool = False
    wants_news: bool = False
    is_question: bool = False
    is_of_data: bool = False


def is_stop(text: str) -> bool:
    """Say whether a message does nothing but stop what comes by itself: "stop", "arrêter", "baja", "توقف"."""
    return fold(text) in _folded("stop_alone")


def is_resume(text: str) -> bool:
    """Say whether a message does nothing but take up what was stopped: "reprends", "resume", "استئناف"."""
    return fold(text) in _folded("resume_alone")


def said_of_alerts(text: str) -> Said:
    """Return what a message says of alerts; nothing of it is sure to be about them."""
    folded = fold(text)
    rhythm, rest = _rhythm(text)
    act = "stop" if is_stop(text) or _has("stop_inside", folded) else _act(folded)
    if act in ("", "stop") and _is_limit(folded, rhythm, is_stop=act == "stop"):
        act, rhythm = "settings", Rhythm()
    if act == "pause":
        rhythm, rest = Rhythm(), phrase_pattern(tuple(_shelf()["until"])).split(rest)[0].strip()
    return Said(
        act=act,
        rhythm=rhythm,
        rest=_without(phrase_pattern(_act_words(act)), rest) if act in _ACTS else rest,
        name=_new_name(text) if act == "rename" else "",
        is_all=_has("all", rest),
        names_alerts=_has("alerts", folded),
        wants_news=_has("notify", folded),
        is_question=_is_question(text, folded),
        is_of_data=_has("data", folded),
    )


def rhythm_said(text: str) -> Rhythm:
    """Return how often a message asks for something: "le lundi à 9h", "once a week", "moins souvent"."""
    return _rhythm(text)[0]


def _is_limit(folded: str, rhythm: Rhythm, *, is_stop: bool) -> bool:
    """Say whether hours are refused ("ne m'écris pas avant 18h", "arrête de m'écrire la nuit") rather than all."""
    if is_stop:
        return rhythm.hour is not None or rhythm.weekday is not None or _act(folded) == "settings"
    if rhythm.weekday is not None and not wishes_in(folded):
        return False  # "le vendredi après 18h" says when
    phrases = phrase_pattern(tuple(_shelf()["limits"])).pattern
    found = re.search(rf"{phrases} (?P<clock>las? |الساعه )?\d{{1,2}}(?!\d)", folded)
    is_wished = _has("notify", folded)  # "préviens-moi avant 18h" asks for an alert
    return found is not None and not is_wished and (rhythm.hour is not None or found["clock"] is not None)


def _is_question(text: str, folded: str) -> bool:
    if _has("asks", folded):
        return True
    return has_question_mark(text) and not (_has("requests", folded) or _has("notify", folded))


def _rhythm(text: str) -> tuple[Rhythm, str]:
    folded = fold(text)
    direction = -1 if _has("slower", folded) else 1 if _has("faster", folded) else 0
    nearest, without = _first("nearest", folded)
    hour, has_minutes, rest = _hour(without)
    is_weekend = _has("weekend", folded)
    is_day = _first("weekdays", folded)[0] is not None or is_weekend
    leaves_out = is_day and (_has("except", folded) or refuses(_day_words(), text))
    weekday, rest = _first("weekdays", rest)
    name, rest = _first("rhythms", _without(phrase_pattern(tuple(_shelf()["slower"])), rest))
    day = int(weekday) if weekday is not None and not leaves_out else None
    if nearest is not None and is_weekend and not leaves_out:
        day = _SATURDAY if day is None else day
    is_nearest = nearest is not None or (day is not None and _first("weekdays", rest)[0] is not None)
    said = name if nearest is None else nearest
    rhythm = Rhythm(
        said or ("weekly" if day is not None else None), day, hour, direction, leaves_out, has_minutes, is_nearest
    )
    return rhythm, rest


def _hour(folded: str) -> tuple[int | None, bool, str]:
    """Return the hour that is said, whether minutes are, and the text without it."""
    for pattern in (_FRENCH, _ENGLISH, _SPANISH, _ARABIC):
        if found := pattern.search(folded):
            number = int(next(group for group in found.groups() if group))
            is_late = number < _NOON and _has("late", numbers_apart(folded))  # "6pm"
            rest = f"{folded[: found.start()]} {folded[found.end() :]}"
            has_minutes = any(int(minutes) for minutes in re.findall(r"\d+", found.group())[1:])
            hour = (number + _NOON if is_late else number) % _HOURS
            return (hour if number <= _HOURS else None), has_minutes, rest
    word = _first("hour_words", folded)[0] or _first("parts", without_refused_parts(folded))[0]
    return (int(word) if word is not None else None), False, folded  # "tous les matins" says how often besides the hour


def _act(folded: str) -> str:
    return next((act for act in _ACTS if phrase_pattern(_act_words(act)).search(folded)), "")


def _new_name(text: str) -> str:
    """Return what a rename calls the alert: the words after "appelle-la", or after "en" when an alert is pointed at."""
    words = words_of(text)
    end = _end_of_act(words)
    left = words[end:]
    if end and words[end - 1].folded not in _folded("named_next"):
        after = next((place for place, word in enumerate(left) if word.folded in _folded("named")), None)
        left = left[after + 1 :] if after is not None else _unpointed(left)
    return mask(text[left[0].start : left[-1].end].strip())[:LONGEST_NAME] if left else ""


def _unpointed(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return the words without those that point at an alert: "la deuxième", "l'alerte 2"."""
    pointing = {*_folded("pointing"), *_folded("alerts")}
    while words and (words[0].folded in pointing or rank_said(words[0].folded, last=1) is not None):
        words = words[1:]
    return words


def _end_of_act(words: Sequence[Word]) -> int:
    """Return after how many words the first phrase of renaming ends."""
    folded = [word.folded for word in words]
    phrases = [phrase.split() for phrase in sorted(_act_words("rename"), key=len, reverse=True)]
    for start in range(len(folded)):
        for phrase in phrases:
            if folded[start : start + len(phrase)] == phrase:
                return start + len(phrase)
    return len(folded)


def _first(section: str, folded: str) -> tuple[str | None, str]:
    """Return the first value of a section whose words are said, and the text without them."""
    for value, phrases in _section(section).items():
        pattern = phrase_pattern(tuple(phrases))
        if pattern.search(folded):
            return value, _without(pattern, folded)
    return None, folded


def _without(pattern: re.Pattern[str], folded: str) -> str:
    return " ".join(pattern.sub(" ", folded).split())


def _has(section: str, folded: str) -> bool:
    return bool(phrase_pattern(tuple(_shelf()[section])).search(folded))


def _act_words(act: str) -> tuple[str, ...]:
    return tuple(map(fold, _section("acts").get(act, ())))


@functools.cache
def _day_words() -> tuple[str, ...]:
    return tuple(word for words in _section("weekdays").values() for word in words) + tuple(_shelf()["weekend"])


@functools.cache
def _folded(section: str) -> frozenset[str]:
    return frozenset(map(fold, _shelf()[section]))


def _section(name: str) -> Mapping[str, Sequence[str]]:
    section: Mapping[str, Sequence[str]] = _shelf()[name]
    return section


def _shelf() -> Mapping[str, Any]:
    return read_shelf("bot.conversation", "rhythms.yml")
