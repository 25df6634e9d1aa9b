"""Entities found by looking words up, without any model: what the simple mode filters offers with."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.understanding.ages import parse_age
from bot.understanding.models import Entity, Json
from bot.understanding.normalisation import normalise
from bot.understanding.periods import parse_duration
from bot.understanding.wording import contains, pattern_of, time_fold
from bot.vocabulary.cities import find_well_known_city
from bot.vocabulary.countries import country_code, exact_country_code
from bot.vocabulary.fields import exact_field_code
from bot.vocabulary.levels import exact_level_code
from bot.vocabulary.lookup import is_leading
from bot.vocabulary.programmes import exact_programme_code
from bot.vocabulary.regions import exact_region_code
from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import Word, fold, words_of

_LONGEST_PHRASE = 5
_SHORTEST_MISSPELT = 6
_LONGEST_TEXT = 1_000
_OLD_ENOUGH = 14  # "14 ans" and more is an age, less is a duration
_EXCLUDES = re.compile(
    r"\b(?:pas|sauf|hors|dehors|excepte|jamais|sans|enleve|retire|oublie|not|except|outside|without|forget|remove|no|"
    r"dont want|don t want|anything but|menos|excepto|fuera|nunca|sin|quita|ni|الا|ماشي|ليس|ما عدا|مش|بدون|بلا|خارج)"
    r"(?: (?:en|au|aux|a|la|le|les|l|de|d|du|in|to|of|the|el|que|في|ف|vers))*$"
)
_SEEKING = (
    "cherche|recherche|veux|voudrais|aimerais|souhaite|pour|interesse|interessee|partir|aller|motive|dispo|disponible|"
    "pret|prete|tente|looking|want|going|interested|to|for|busco|quiero|para|interesado|interesada|search|applying|pas"
)
_ORIGINS = re.compile(
    rf"\b(?:suis|sui|chui|jsuis|im|i m|am|soy|estoy|انا|worked)"
    rf"(?: (?!(?:{_SEEKING})\b)\w+){{0,4}}? (?:a|au|aux|en|de|du|des|d|in|from|of|at|في|ف|من)"
    r"(?: (?:la|le|les|l|the|el))?$|"
    r"\b(?:habite|jhabite|vis|vit|vivant|reside|residant|viens|vien|originaire|etudiant|etudiante|arrive|arrivee|"
    r"actuellement|obtenu|obtenue|ne|nee|grandi|quitte|quitter|from|live|living|lives|based|born|student|leave|left|"
    r"vivo|resido|vengo|nacido|nacida|اعيش|اسكن|ساكن|ساكنه|مقيم|مقيمه|عايش)"
    r"(?: (?:de|d|du|des|a|en|au|aux|la|le|les|l|in|at|of|from|the|el|في|ف|من|now|here|ici|actuellement))*$"
)
_CLEAR_ONLY_WITH_MORE = frozenset(
    {"may", "mars", "out", "mar", "jan", "fall", "spring", "jui", "set", "oct", "jun", "dec", "jul", "sept", "sep"}
) | {"ete", "a ete", "d ete", "de sept", "a sept", "de jul", "ماي", "start"}
_LEVEL_WORDS = re.compile(
    r"\b(?:bac|bts|licence|license|master|cap|bachelor|terminale|l[123]|m[12]|bachillerato|باك|بكالوريا|البكالوريا|ماستر)\b"
)


@dataclass(frozen=True, slots=True)
class _Finder:
    """One kind of entity and how a phrase of it is recognised."""

    entity: str
    recognises: Callable[[str], object]
    section: str = ""


def find_entities(text: str, today: date, language: str) -> tuple[Entity, ...]:
    """Return the entities a text names, in its order, longest phrases first, never overlapping; never raises."""
    words = words_of(text[:_LONGEST_TEXT])
    taken = [False] * len(words)
    found: list[Entity] = []
    for start, end, kind in _candidates(words, text):
        if any(taken[start:end]):
            continue
        entity = _entity(text, words, start, end, kind, today=today, language=language)
        if entity:
            taken[start:end] = [True] * (end - start)
            found.append(entity)
    return tuple(sorted(found, key=lambda entity: entity.start))


def _candidates(words: tuple[Word, ...], text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (first word, one after the last, kind) for every phrase that a finder recognises."""
    for size in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            first, last = words[start], words[start + size - 1]
            if is_leading(first.folded) and size > 1 and not _is_name_with_article(text[first.start : last.end]):
                continue
            kind = _kind_of(text[first.start : last.end], size)
            if kind and not (kind == "date" and _begins_a_length(words, start + size - 1)):
                yield start, start + size, kind


def _begins_a_length(words: tuple[Word, ...], place: int) -> bool:
    """Say whether a word counts what comes after it: in "juin, 2 mois", the 2 is no day of June."""
    return words[place].folded.isdigit() and place + 1 < len(words) and contains(words[place + 1].folded, "units")


def _is_name_with_article(phrase: str) -> bool:
    """Say whether a phrase needs its first word: "la Haye", "au pair", "fin août", "un an"."""
    return bool(exact_programme_code(phrase) or _is_duration(phrase) or _is_date(phrase))


def _kind_of(phrase: str, size: int) -> str | None:
    folded = fold(phrase)
    for finder in _finders():
        if folded not in _not_scanned(finder.section) and finder.recognises(phrase):
            return finder.entity
    is_misspelt = size == 1 and len(folded) >= _SHORTEST_MISSPELT and folded not in _not_scanned("place")
    return "country" if is_misspelt and country_code(phrase) else None


@functools.cache
def _finders() -> tuple[_Finder, ...]:
    return (
        _Finder("age", _is_age),
        _Finder("duration", _is_duration),
        _Finder("date", _is_date),
        _Finder("country", exact_country_code, "place"),
        _Finder("region", exact_region_code, "place"),
        _Finder("programme", exact_programme_code),
        _Finder("level", _is_level),
        _Finder("city", find_well_known_city, "place"),
        _Finder("field", exact_field_code, "field"),
    )


def _entity(
    text: str, words: tuple[Word, ...], start: int, end: int, kind: str, *, today: date, language: str
) -> Entity | None:
    first, last = words[start].start, words[end - 1].end
    value = text[first:last]
    norm: Json = normalise(kind, value, today=today, language=language)
    if norm is None:
        return None
    role = _role(" ".join(word.folded for word in words[:start])) if kind in {"country", "region", "city"} else None
    return Entity(kind, value, first, last, role, norm)


def is_origin_said(before: str) -> bool:
    """Say whether the folded words before a place tell where somebody is or comes from: "im 19 from"."""
    return bool(_ORIGINS.search(before))


def _role(before: str) -> str | None:
    if _EXCLUDES.search(before):
        return "exclude"
    return "origin" if is_origin_said(before) else None


def _is_age(phrase: str) -> bool:
    years = re.fullmatch(
        rf"(?:\d{{2}}|{pattern_of('numbers')}) ?(?:ans|an|years|years old|yo|y o|anos|سنه|عام)", fold(phrase)
    )
    age = parse_age(phrase)
    return bool(years) and age is not None and age >= _OLD_ENOUGH


def _is_duration(phrase: str) -> bool:
    number, unit = rf"(?:\d+|{pattern_of('numbers')})", pattern_of("units")
    spans = rf"{number}(?: {unit})? (?:{pattern_of('to')} )?{number} {unit}|{number} {unit}(?: et demi\w*| and a half)?"
    if re.match(r"a (?!day|week|month|year|semester|fortnight|quarter|half|couple)", time_fold(phrase)):
        return False
    is_whole = bool(re.fullmatch(rf"{spans}|{pattern_of('duals')}", time_fold(phrase)))
    return is_whole and not _is_age(phrase) and parse_duration(phrase) is not None


def _is_date(phrase: str) -> bool:
    """Say whether a phrase ends on a month, a season or a year and holds nothing but words of time."""
    sections = ("months", "seasons", "early", "middle", "late", "from", "until", "next", "this", "inside", "to")
    folded = re.sub(r"\b(?:20\d\d|\d{1,2}|d|l|le|la|de|en|el|the|of|er|st|nd|rd|th|in)\b", " ", time_fold(phrase))
    if fold(phrase) in _CLEAR_ONLY_WITH_MORE:
        return False
    rest = folded
    for section in sections:
        rest = re.sub(rf"\b{pattern_of(section)}\b", " ", rest)
    has_name = contains(folded, "months") or contains(folded, "seasons")
    is_soon = fold(phrase) in {
        "asap",
        "des que possible",
        "le plus tot possible",
        "as soon as possible",
        "cuanto antes",
    }
    return is_soon or (has_name and not rest.strip() and not _ends_open(time_fold(phrase)))


def _ends_open(folded: str) -> bool:
    last = folded.rpartition(" ")[2]
    return is_leading(last) or contains(last, "to") or contains(last, "from")


def _is_level(phrase: str) -> bool:
    return bool(_LEVEL_WORDS.match(fold(phrase))) and exact_level_code(phrase) is not None


@functools.cache
def _not_scanned(section: str) -> frozenset[str]:
    words = read_shelf("bot.understanding", "rules.yml")["not_scanned"].get(section, [])
    return frozenset(fold(word) for word in words)
