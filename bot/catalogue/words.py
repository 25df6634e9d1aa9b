"""The words of a request that say what is wanted beyond the criteria: "plage" in "un stage à la plage en Espagne"."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator

from bot.catalogue.criteria import Criteria
from bot.vocabulary.cities import find_city
from bot.vocabulary.countries import country_name, exact_country_code
from bot.vocabulary.fields import exact_field_code
from bot.vocabulary.lookup import forms_of
from bot.vocabulary.programmes import programme_codes
from bot.vocabulary.regions import exact_region_code
from bot.vocabulary.shelf import LANGUAGES, read_shelf
from bot.vocabulary.text import Word, fold, is_arabic, words_of

MOST_WORDS = 8
_SHORTEST_WORD = 3
_MOST_LETTERS = 40


def content_words(criteria: Criteria) -> tuple[str, ...]:
    """Return the folded words left when courtesy, criteria and digits are taken away, each once, in order.

    Words of kind ("stage", "job") never stay: a kind is a criterion, and nearly every offer holds such a word.
    """
    spent = _spent(criteria) | _shelf_words("kind")
    found = (
        part
        for word in _kept(criteria, spent)
        for part in word.folded.split()
        if _SHORTEST_WORD <= len(part) <= _MOST_LETTERS and not part.isdigit()
    )
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def request_text(criteria: Criteria) -> str:
    """Return what is compared with the meaning of offers: the person's own words, as spelt, less what filters hold."""
    kept = (criteria.words[word.start : word.end] for word in _kept(criteria, _spent(criteria) | _shelf_words("kind")))
    return " ".join(kept) or (" ".join(criteria.words.split()) if criteria.is_bare() else "")


def free_words(criteria: Criteria) -> tuple[str, ...]:
    """Return the content words less those that name a field asked for already: what no criterion says.

    It is what a saved search asks for beyond its criteria: "chevaux" in "un stage dans l'agriculture avec des chevaux".
    """
    return tuple(word for word in content_words(criteria) if exact_field_code(word) not in criteria.fields)


def free_text(criteria: Criteria, words: Collection[str] | None = None) -> str:
    """Return the free words, or these of them, as the person spelt them; "" when there are none."""
    free = frozenset(free_words(criteria) if words is None else words)
    kept = (word for word in words_of(criteria.words) if free.intersection(word.folded.split()))
    return " ".join(criteria.words[word.start : word.end] for word in kept)


def is_stop_word(word: str) -> bool:
    """Whether a folded word belongs to asking rather than to what is asked."""
    return word in _shelf_words("asking")


def spellings(word: str) -> tuple[str, ...]:
    """Return a folded word and, in Arabic, the same word without its glued article or preposition."""
    return tuple(dict.fromkeys(_bare_forms(word)))


def _kept(criteria: Criteria, spent: frozenset[str]) -> Iterator[Word]:
    for word in words_of(criteria.words):
        if not spent.intersection(_bare_forms(word.folded)) and not _is_place(word.folded, criteria):
            yield word


def _bare_forms(word: str) -> Iterator[str]:
    yield word
    if is_arabic(word[0]):
        yield from (form for form in forms_of(word) if len(form) >= _SHORTEST_WORD)


def _spent(criteria: Criteria) -> frozenset[str]:
    spent = set(_shelf_words("asking"))
    for name, is_known in (
        ("start", criteria.start_from is not None or criteria.start_until is not None),
        ("duration", criteria.duration_min is not None or criteria.duration_max is not None),
        ("age", criteria.age is not None),
        ("level", criteria.level is not None),
    ):
        if is_known:
            spent |= _shelf_words(name)
    spent.update(word for city in criteria.cities for word in (*city.key.split(), *fold(city.name).split()))
    for code in (*criteria.countries, *criteria.excluded_countries):
        spent.update(word for language in LANGUAGES for word in fold(country_name(code, language)).split())
    if criteria.organisation:
        spent.update(fold(criteria.organisation).split())
    return frozenset(spent)


def _is_place(word: str, criteria: Criteria) -> bool:
    """Whether a word names a place or programme that the criteria hold already."""
    if criteria.has_place() or criteria.excluded_countries or criteria.excluded_cities:
        if exact_country_code(word) or exact_region_code(word):
            return True
        city = find_city(word) if criteria.cities or criteria.excluded_cities else None
        if city is not None and fold(city.name) in {
            *(choice.key for choice in criteria.cities),
            *criteria.excluded_cities,
        }:
            return True
    return bool(criteria.programmes) and bool(set(programme_codes(word)) & set(criteria.programmes))


@functools.cache
def _shelf_words(name: str) -> frozenset[str]:
    return frozenset(
        word for part in read_shelf("bot.catalogue", "request_words.yml")[name].split() for word in fold(part).split()
    )
