"""A place that is also a common word (`homonyms.yml`): La Réunion, where one lives or goes, and "une réunion"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.understanding.gazetteer import is_origin_said
from bot.understanding.models import PLACES, Entity, Intent, Parse
from bot.understanding.wording import contains
from bot.vocabulary.shelf import read_shelf
from bot.vocabulary.text import Word, words_of

_WORD = "reunion"
_LEAD = re.compile(r"(?: (?:sur|dans|on|in|en|a))?(?: (?:(?:l|la) )?(?:ile|isla|island) (?:de|of))$| (?:sur|on)$")
_OF_A_PLACE, _ANY_PLACE = "refine_search", "search_any"


def with_island(parse: Parse) -> Parse:
    """Return the parse with La Réunion named where the words mean the island, and not named where they mean a meeting.

    An intent that the meeting suggested gives way to the likeliest one about a place; its source is then the rules.
    """
    words = words_of(parse.text)
    for rank, word in enumerate(words):
        if word.folded != _WORD:
            continue
        if _is_meeting(words, rank, parse.text):
            kept = (named for named in parse.entities if not (_covers(named, word) and named.norm == _shelf("country")))
            parse = replace(parse, entities=tuple(kept))
        elif _is_island(words, rank, parse.text):
            parse = _with_place(parse, words, rank)
    return parse


def _with_place(parse: Parse, words: Sequence[Word], rank: int) -> Parse:
    if not any(_covers(named, words[rank]) for named in parse.entities):
        first = words[rank - 1] if rank and words[rank - 1].folded == "la" else words[rank]
        before = _LEAD.sub("", " ".join(word.folded for word in words if word.end <= first.start))
        value = parse.text[first.start : words[rank].end]
        role = "origin" if is_origin_said(before) else None
        island = Entity("country", value, first.start, words[rank].end, role, _shelf("country"))
        parse = replace(parse, entities=tuple(sorted((*parse.entities, island), key=lambda named: named.start)))
    if parse.intent.name not in _shelf("misheard"):
        return parse
    others = (intent.name for intent in parse.ranking if intent.name.startswith(("search_", _OF_A_PLACE)))
    meant = next(others, _OF_A_PLACE if parse.source == "rasa" else _ANY_PLACE)
    return replace(parse, intent=Intent(meant, 1.0), source="rules" if parse.source == "rasa" else parse.source)


def _is_meeting(words: Sequence[Word], rank: int, text: str) -> bool:
    """Say whether it is one of several ("une réunion"), or what follows tells what it is about ("d'information")."""
    before, after = _around(words, rank)
    if before.endswith(tuple(f" {lead}" for lead in _shelf("island"))):
        return False
    if any(word in _shelf("a_meeting") for word in before.split()[-1:]):
        return True
    first, second = [*after.split(), "", ""][:2]
    if first in _shelf("which_meeting"):
        return not (contains(second, "months") or second.isdigit())
    return first in _shelf("meeting_after") and not _is_name(text, words[rank])


def _is_island(words: Sequence[Word], rank: int, text: str) -> bool:
    before, after = _around(words, rank)
    if before.endswith(tuple(f" {lead}" for lead in _shelf("island"))) or after.split()[:1] == _shelf("island_after"):
        return True
    if not before.endswith(tuple(f" {lead}" for lead in _shelf("towards"))):
        return False
    return _is_name(text, words[rank]) or any(word.folded in _shelf("going") for word in words[:rank])


def _is_name(text: str, word: Word) -> bool:
    return text[word.start].isupper() and not text.isupper()


def _around(words: Sequence[Word], rank: int) -> tuple[str, str]:
    """Return the words before, after a space, and the words after."""
    return " " + " ".join(word.folded for word in words[:rank]), " ".join(word.folded for word in words[rank + 1 :])


def _covers(named: Entity, word: Word) -> bool:
    return named.entity in PLACES and named.start < word.end and word.start < named.end


def _shelf(name: str) -> Sequence[str]:
    section: Mapping[str, Sequence[str]] = read_shelf("bot.understanding", "homonyms.yml")[_WORD]
    return section[name]
