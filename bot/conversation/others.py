"""Whose age a message tells (`others.yml`): "ma sœur a 12 ans" says nothing of its writer."""

from __future__ import annotations

import functools
import re

from bot.conversation.markers import is_wishing, named_kinds
from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import BREAK, any_of, fold, has_question_mark

# Roles of an age that is not the writer's: merely told, or of whom a search or a question is for.
OTHER, SOUGHT_FOR = "other", "sought_for"
_MOST_BETWEEN = 4  # words between somebody and their age


def role_of_age(text: str, before: str, after: str) -> str | None:
    """Return the role of an age that is somebody else's, None when it is the writer's.

    Args:
        text: the whole message.
        before: what stands before the number.
        after: what stands after the age.
    """
    told = fold(BREAK.split(before)[-1])
    child = bool(_ending("children").search(told))
    if not (child or _ending("others").search(told) or _pronoun().search(told) or _after().match(fold(after))):
        return None
    is_asked = has_question_mark(text)
    is_search = is_wishing(text) or bool(named_kinds(text))
    is_of_somebody = child or not _having().search(told)
    return SOUGHT_FOR if is_asked or (is_search and is_of_somebody) else OTHER


@functools.cache
def _ending(who: str) -> re.Pattern[str]:
    """Return what the words before an age end with when it is that of a child, or of anybody else."""
    is_child = who == "children"
    known = (("children_of", "children"),) if is_child else (("possessives", "relations"), ("children_of", "close"))
    adjective = rf"(?:{_any('adjectives')} )?"
    people = [rf"{_any(whose)} {adjective}{_any(names)}" for whose, names in known]
    people.append(_any("children_named" if is_child else "named"))
    between = rf"(?: (?!{_any('own')}\b)\w+){{0,{_MOST_BETWEEN}}}?"
    telling = rf" {_any('having', 'of')}(?: (?:\d+|{_any('between_numbers')}))*"
    not_oneself = r"(?<!\bsuis )(?<!\bam )(?<!\bsoy )"
    return re.compile(rf"(?:^|(?<=\s)){not_oneself}(?:{'|'.join(people)})(?:{between}{telling})?$")


@functools.cache
def _having() -> re.Pattern[str]:
    return re.compile(rf"(?:^|\s){_any('having', 'pronouns')}(?: (?:\d+|{_any('between_numbers')}))*$")


@functools.cache
def _pronoun() -> re.Pattern[str]:
    return re.compile(rf"(?:^|\s){_any('pronouns')}(?: (?:\d+|{_any('between_numbers')}))*$")


@functools.cache
def _after() -> re.Pattern[str]:
    return re.compile(rf"(?:(?:year|years) old )?{_any('after')}\b")


def _any(*sections: str) -> str:
    shelf = read_shelf("bot.conversation", "others.yml")
    return any_of({fold(phrase) for section in sections for phrase in shelf[section]})
