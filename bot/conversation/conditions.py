"""Puts the conditions of an entry into words."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from bot.catalogue.wording import length, listed, months, number
from bot.knowledge.service import Condition
from bot.locales.service import say
from bot.vocabulary.countries import country_name, is_country
from bot.vocabulary.kinds import kind_label
from bot.vocabulary.levels import level_label
from bot.vocabulary.regions import region_label

_PLACES = ("nationality", "destination", "residence")
_NAMED = ("status", "permit")
_LONGEST_WANTED = 70


def fact_label(fact: str, language: str) -> str:
    """Return the name of a fact: "âge", "nationalité"."""
    return say(f"knowledge.fact_{fact}", language)


def failed_words(condition: Condition, language: str) -> str:
    """Return what a condition asks for: "âge : 18–30"."""
    label = fact_label(str(condition.fact), language)
    wanted = _wanted(condition, language)
    return say("knowledge.named", language, name=label, what=wanted) if wanted else label


def _wanted(condition: Condition, language: str) -> str:
    low, high = condition.min, condition.max
    if condition.fact == "level" and isinstance(low, str):
        return say("knowledge.at_least", language, what=level_label(low, language))
    if isinstance(low, float | int) or isinstance(high, float | int):
        return _bounds(condition, language)
    return listed([_code_label(str(condition.fact), code, language) for code in condition.any_of], language, style="or")


def _bounds(condition: Condition, language: str) -> str:
    low, high = (None if bound is None else float(bound) for bound in (condition.min, condition.max))
    said = functools.partial(length if condition.fact == "months" else number, language=language)
    if low is not None and high is not None:
        is_long = condition.fact == "months"
        return months(max(1, round(low)), round(high), language) if is_long else f"{said(low)}–{said(high)}"
    if low is not None:
        return say("knowledge.at_least", language, what=said(low))
    return say("knowledge.at_most", language, what=said(high or 0))


def missing_words(conditions: Iterable[Condition], facts: Iterable[str], language: str) -> list[str]:
    """Return the facts that are missing, each with what is asked of it when that is short: "âge : 18–30"."""
    conditions = tuple(conditions)
    wanted = {fact: [failed_words(one, language) for one in conditions if one.fact == fact] for fact in facts}
    return [
        words[0] if len(words) == 1 and len(words[0]) <= _LONGEST_WANTED else fact_label(fact, language)
        for fact, words in wanted.items()
    ]


def _code_label(fact: str, code: str, language: str) -> str:
    if fact in _PLACES:
        return country_name(code, language) if is_country(code) else region_label(code, language)
    if fact in _NAMED:
        return say(f"knowledge.{fact}_{code}", language)
    if fact == "kind":
        return kind_label(code, language)
    if fact == "level":
        return level_label(code, language)
    return say("knowledge.region_here" if code == "auvergne-rhone-alpes" else "knowledge.region_other", language)
