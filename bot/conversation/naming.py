"""Which offers of the list shown a message names: "celui de Lisbonne", "l'épicerie fine", "the one in Porto"."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

from bot.catalogue.models import Offer
from bot.catalogue.service import load_offers
from bot.conversation.asking import is_waiting
from bot.conversation.markers import named_kinds, rank_said
from bot.conversation.replies import Turn
from bot.conversation.searching import PAGE_SIZE, current_list
from bot.understanding.models import Parse
from bot.vocabulary.cities import city_label, find_city
from bot.vocabulary.countries import country_name
from bot.vocabulary.fields import field_label
from bot.vocabulary.kinds import kind_label
from bot.vocabulary.lookup import forms_of
from bot.vocabulary.shelf import LANGUAGES, read_shelf
from bot.vocabulary.text import BREAK, fold, has_question_mark, phrase_pattern

_LONGEST = 12  # words
_LONGEST_NAME = 6
_SHORTEST_PLURAL = 4


async def named_offers(turn: Turn) -> list[int]:
    """Return the offers shown so far that a message names, in their order.

    They are named after a pointer, by a place as well; or alone after an article, when the words are of one title only.
    """
    shown = await current_list(turn)
    if shown is None:
        return []
    offer_ids = shown.offer_ids[: (turn.conversation.page + 1) * PAGE_SIZE]
    if words := _pointed(turn.text)[1]:
        return await _holding(turn, offer_ids, words, is_of_titles=False)
    name = _alone(turn.text)
    found = await _holding(turn, offer_ids, name, is_of_titles=True) if name else []
    return found if len(found) == 1 else []


async def is_pointing_among(turn: Turn, offer_ids: Sequence[int]) -> bool:
    """Say whether a message points at one or several of some offers by what names them."""
    words = _pointed(turn.text)[1]
    return bool(words) and bool(await _holding(turn, offer_ids, words, is_of_titles=False))


def has_pointer(text: str) -> bool:
    """Say whether a message points at something by its name: "celui de Lisbonne"."""
    return bool(_pointed(text)[1])


async def is_naming(turn: Turn, parse: Parse) -> bool:
    """Say whether a message does nothing but name an offer of the list shown.

    A place or a field without a pointer stays a word of the search, and any name the answer to what was asked.
    """
    if has_question_mark(turn.text) or len(turn.text.split()) > _LONGEST:
        return False
    besides, words = _pointed(turn.text)
    is_asked = is_waiting(turn.conversation) or turn.conversation.pending_question is not None
    is_a_search = bool(named_kinds(turn.text)) or any(entity.norm is not None for entity in parse.entities)
    is_heard = besides == "" if words else not (is_asked or is_a_search)
    return is_heard and bool(await named_offers(turn))


async def _holding(turn: Turn, offer_ids: Sequence[int], words: Sequence[str], *, is_of_titles: bool) -> list[int]:
    """Return those of some offers whose names hold every one of some words."""
    offers = await load_offers(turn.session, offer_ids)
    return [one for one in offer_ids if one in offers and _holds(offers[one], words, is_of_titles=is_of_titles)]


def _holds(offer: Offer, words: Sequence[str], *, is_of_titles: bool) -> bool:
    own = fold(f"{offer.title} {offer.organisation}").split()
    known = {_singular(word) for word in [*own, *([] if is_of_titles else _labels(offer))]}
    return all(any(_singular(form) in known for form in (word, *forms_of(word))) for word in words)


def _labels(offer: Offer) -> list[str]:
    """Return the words of the places, the field and the kind of an offer in every language."""
    names = [place.city or "" for place in offer.places]
    found = ((place.country, find_city(place.city)) for place in offer.places if place.city)
    towns = [town for country, town in found if town is not None and town.country == country]
    for language in LANGUAGES:
        names += [city_label(town, language) for town in towns]
        names += [country_name(place.country, language) for place in offer.places]
        names += [kind_label(offer.kind, language), field_label(offer.field, language)]
    return fold(" ".join(names)).split()


def _singular(word: str) -> str:
    return word[:-1] if len(word) >= _SHORTEST_PLURAL and word[-1] in "sx" else word


def _pointed(text: str) -> tuple[str, tuple[str, ...]]:
    """Return what else a message says, and the words that name the offer after a pointer; no words without one.

    A name ends where its part of the message does: "celui de Lisbonne, garde-le".
    """
    parts = [fold(part) for part in BREAK.split(text)]
    found = next(((rank, one) for rank, part in enumerate(parts) if (one := _pointer().search(part))), None)
    if found is None or rank_said(text, last=PAGE_SIZE) is not None:
        return "", ()
    rank, pointer = found
    before = _whole("before").sub(" ", " ".join([*parts[:rank], parts[rank][: pointer.start()]]))
    besides = [*before.split(), *_whole("after").sub(" ", " ".join(parts[rank + 1 :])).split()]
    return " ".join(besides), _bare(parts[rank][pointer.end() :])


def _alone(text: str) -> tuple[str, ...]:
    """Return the words that stand after an article when a message is nothing else."""
    folded = _whole("before").sub(" ", fold(text)).strip()
    first, _, rest = folded.partition(" ")
    return _bare(rest) if first in _words("articles") else ()


def _bare(folded: str) -> tuple[str, ...]:
    words = tuple(_whole("after").sub(" ", folded).split())
    return words if len(words) <= _LONGEST_NAME else ()


@functools.cache
def _pointer() -> re.Pattern[str]:
    return phrase_pattern(tuple(phrase for phrases in _shelf()["pointers"] for phrase in phrases))


@functools.cache
def _whole(section: str) -> re.Pattern[str]:
    return phrase_pattern(_words(section))


@functools.cache
def _words(section: str) -> tuple[str, ...]:
    return tuple(filter(None, map(fold, _shelf()[section])))


def _shelf() -> Mapping[str, Sequence[str]]:
    return read_shelf("bot.conversation", "naming.yml")
