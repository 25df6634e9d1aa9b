"""Looks for offers: hard conditions first, then the order in which they answer the request."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.criteria import ADULT, Criteria
from bot.catalogue.filters import filter_values
from bot.catalogue.indexing import signs_text, vector_text
from bot.catalogue.places import wanted_countries
from bot.catalogue.queries import NARROW, SETTINGS, WIDE, WORDS
from bot.catalogue.ranking import SIMILARITY_FLOOR, Candidate, rank
from bot.catalogue.reasons import Reason, reasons_for
from bot.catalogue.words import content_words, request_text, spellings
from bot.kit.embedding import Embedder
from bot.vocabulary.fields import field_label
from bot.vocabulary.kinds import kind_label
from bot.vocabulary.programmes import programme_label
from bot.vocabulary.text import is_arabic

# Rarest words first, until this many offers hold them: commoner ones tell little apart, and reading the words of
# a thousand offers takes longer than all the rest.
_MOST_MATCHING = 500
# A region of fewer countries tells offers apart.
_MANY_COUNTRIES = 20
_MOST_SEARCHED = 6
_SHORTEST_MISSPELT = 5
_LIKE_ENOUGH = 80.0


@dataclass(frozen=True)
class Hit:
    """An offer found.

    Attributes:
        score: only its order means something.
        reasons: codes with values, for `reason_sentence`.
    """

    offer_id: int
    score: float
    reasons: tuple[Reason, ...]

    def reasons_json(self) -> list[Reason]:
        """Return the reasons as a list that JSON stores."""
        return list(self.reasons)


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Attributes:
        hits: the best offers, best first.
        total: how many pass the filters; when nearly everything passes, 3,001 stands for "more than 3,000". With
            nothing but words, how many hits there are.
    """

    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True, order=True)
class _Word:
    """A word searched: in how many offers it stands, its text search query, and as the person wrote it."""

    offers: int
    query: str
    written: str
    is_mended: bool = False

    @property
    def rarity(self) -> float:
        """What finding the word says: less for a common word, and half for one that may not be the word meant."""
        return (0.5 if self.is_mended else 1.0) / math.log2(4 + self.offers)


async def search_offers(
    session: AsyncSession, criteria: Criteria, *, embedder: Embedder, today: date, limit: int = 200
) -> SearchResult:
    """Return the offers that fulfil the criteria, those that answer the words best first.

    Words never exclude an offer, unless nothing else is known: then offers too far from them are left out. Only
    published offers that are still open on `today` are found. The order is the same each time.
    """
    await session.execute(SETTINGS)
    words = content_words(criteria)
    searched = await _look_up(session, words) if words else ()
    sentence = request_text(criteria) or _labels(criteria)
    values = filter_values(criteria, today) | _bound(searched)
    vector = embedder.embed([sentence])[0] if sentence else None
    values |= {
        "vector": None if vector is None else vector_text(vector),
        "signs": None if vector is None else signs_text(vector),
    }
    candidates, passing = await _candidates(session, values, is_wide=bool(sentence) and _is_wide(criteria))
    if criteria.is_bare() and sentence:
        candidates = [found for found in candidates if found.meaning >= SIMILARITY_FLOOR or found.words]
        passing = min(len(candidates), limit)
    reasons_of = reasons_for(criteria, [word.written for word in searched], today)
    rarities = [word.rarity for word in searched]
    hits = (
        Hit(found.offer_id, round(score, 6), reasons_of(found))
        for found, score in rank(candidates, criteria, today, rarities=rarities)[:limit]
    )
    return SearchResult(tuple(hits), passing)


async def _candidates(
    session: AsyncSession, values: dict[str, object], *, is_wide: bool
) -> tuple[list[Candidate], int]:
    rows = (await session.execute(WIDE if is_wide else NARROW, values)).all()
    return [Candidate(*row[1:]) for row in rows if row.offer_id is not None], int(rows[0].passing)


def _is_wide(criteria: Criteria) -> bool:
    """Whether most offers pass the filters, so that an index finds the nearest sooner than a look at each does."""
    told_apart = (
        criteria.kind, criteria.countries, criteria.cities, criteria.fields, criteria.programmes, criteria.organisation,
        criteria.duration_min, criteria.duration_max, criteria.start_from, criteria.start_until,
    )  # fmt: skip
    is_narrow_region = bool(criteria.regions) and len(wanted_countries((), criteria.regions)) < _MANY_COUNTRIES
    is_minor = criteria.age is not None and criteria.age < ADULT
    return not any(told_apart) and not is_narrow_region and not is_minor


async def _look_up(session: AsyncSession, words: Sequence[str]) -> tuple[_Word, ...]:
    """Return the words worth searching: misspelt ones mended, those in too many offers left to the meaning."""
    forms = {form: word for word in words for form in spellings(word)}
    rows = (await session.execute(WORDS, {"words": list(forms)})).all()
    found: list[_Word] = []
    for row in rows:
        if row.offers is not None:
            found.append(_Word(row.offers, row.query, forms[row.word]))
        elif mended := _mended(row, forms[row.word]):
            found.append(mended)
    chosen: list[_Word] = []
    for word in sorted(found):
        if sum(other.offers for other in chosen) + word.offers <= _MOST_MATCHING:
            chosen.append(word)
    return tuple(chosen[:_MOST_SEARCHED])


def _bound(words: Sequence[_Word]) -> dict[str, object]:
    return {
        "query": " | ".join(word.query for word in words),
        "queries": [word.query for word in words],
        "rarities": [word.rarity for word in words],
    }


def _mended(row: Any, written: str) -> _Word | None:
    """Return the word of a title, organisation or city that a misspelt one stands for, when one is close enough."""
    if len(row.word) < _SHORTEST_MISSPELT or is_arabic(row.word[0]):
        return None
    scored = [
        (fuzz.ratio(row.word, lexeme), lexeme, offers)
        for lexeme, offers in zip(row.lexemes or (), row.commonness or (), strict=True)
    ]
    likeness, lexeme, offers = max(scored, default=(0.0, "", 0), key=lambda entry: entry[0])
    return _Word(offers, f"'{lexeme}'", written, is_mended=True) if likeness >= _LIKE_ENOUGH else None


def _labels(criteria: Criteria) -> str:
    """Return what the criteria ask for in French words, when the person wrote none (they pressed buttons)."""
    names = [field_label(code, "fr") for code in criteria.fields]
    names += [programme_label(code, "fr") for code in criteria.programmes]
    if criteria.kind and names:
        names.insert(0, kind_label(criteria.kind, "fr"))
    return " ".join(names)
