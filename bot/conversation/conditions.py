"""Puts the conditions of an entry into words."""

from __future__ import annotations

from bot.conversation.wording import listed, number
from bot.knowledge.service import Condition
from bot.locales.service import say
from bot.vocabulary.countries import country_name, is_country
from bot.vocabulary.kinds import kind_label
from bot.vocabulary.levels import level_label
from bot.vocabulary.regions import region_label

_PLACES = ("nationality", "destination", "residence")
_NAMED = ("status", "permit")


def fact_label(fact: str, language: str) -> str:
    """Return the name of a fact: "âge", "nationalité"."""
    return say(f"knowledge.fact_{fact}", language)


def failed_words(condition: Condition, language: str) -> str:
    """Return what a condition asks for: "âge : 18–30"."""
    label = fact_label(str(condition.fact), language)
    wanted = _wanted(condition, language)
    return f"{label} : {wanted}" if wanted else label


def _wanted(condition: Condition, language: str) -> str:
    low, high = condition.min, condition.max
    if condition.fact == "level" and isinstance(low, str):
        return say("knowledge.at_least", language, what=level_label(low, language))
    if isinstance(low, float | int) and isinstance(high, float | int):
        return f"{number(float(low), language)}–{number(float(high), language)}"
    if isinstance(low, float | int):
        return say("knowledge.at_least", language, what=number(float(low), language))
    if isinstance(high, float | int):
        return say("knowledge.at_most", language, what=number(float(high), language))
    return listed([_code_label(str(condition.fact), code, language) for code in condition.any_of], language, style="or")


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
