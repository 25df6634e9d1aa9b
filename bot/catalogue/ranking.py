"""The order of what was found: ranks by meaning and by words fused, then small nudges by what was asked.

Fusion is reciprocal rank fusion with k = 60 (Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms
Condorcet and individual rank learning methods", SIGIR 2009): it needs no common scale between a cosine and a ts_rank.
The nudges are in its unit: 0.01 is worth about the fifty first ranks of one way of ranking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from bot.catalogue.criteria import Criteria
from bot.catalogue.places import wanted_city_keys

RRF_K = 60
# Words weigh less than meaning, in proportion to the share of the request that an offer holds (measured on the
# labelled requests: at equal weights, an offer with one common verb of the request overtakes the right one).
WORDS_WEIGHT = 0.5
# An offer whose meaning is farther than this from the request is only there by its words, when nothing filters.
SIMILARITY_FLOOR = 0.22
# From here on, an offer without a word of the request is said to be close to it.
CLOSE_MEANING = 0.35
# ts_rank of a word found once, in a title.
IN_TITLE = 0.61

_EXACT_FIELD = 0.010
_ASKED_CITY = 0.010
_SPOKEN_LANGUAGE = 0.002
_CLOSING_SOON = 0.0006
_FRESH = 0.0004
_SOON = timedelta(days=21)
_RECENT = timedelta(days=14)


class Candidate(NamedTuple):
    """An offer that passed the filters, with what its rank and the reasons for it depend on; a row of the search.

    Attributes:
        meaning: cosine of request and offer; 0 when the request says nothing to compare.
        words: how well the request's words are found in the offer; 0 when it holds none.
        matched: numbers of the request's words that the offer holds, or None.
        spoken: codes of the languages that the offer asks for.
    """

    offer_id: int
    meaning: float
    words: float
    matched: Sequence[int] | None
    field: str
    countries: Sequence[str]
    city_keys: Sequence[str]
    start_from: date | None
    deadline: date | None
    spoken: Sequence[str]
    programme: str | None
    updated_on: date


def fuse(rankings: Iterable[Sequence[tuple[int, float]]]) -> dict[int, float]:
    """Return the reciprocal rank fusion of rankings of offers, best first; each entry brings its own weight."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, (offer_id, weight) in enumerate(ranking, 1):
            scores[offer_id] = scores.get(offer_id, 0.0) + weight / (RRF_K + rank)
    return scores


def rank(
    candidates: Sequence[Candidate], criteria: Criteria, today: date, *, rarities: Sequence[float] = ()
) -> list[tuple[Candidate, float]]:
    """Return the candidates with their scores, best first; the same input always gives the same order.

    Args:
        rarities: of each word searched; an offer whose title holds them all has the whole weight of words.
    """
    by_meaning = sorted(candidates, key=lambda found: (-found.meaning, -found.offer_id))
    by_words = sorted((found for found in candidates if found.words), key=lambda found: (-found.words, found.offer_id))
    whole = sum(rarities) * IN_TITLE or 1.0
    shares = {found.offer_id: min(1.0, found.words / whole) for found in by_words}
    fused = fuse(
        [
            [(found.offer_id, 1.0) for found in by_meaning],
            [(found.offer_id, WORDS_WEIGHT * shares[found.offer_id]) for found in by_words],
        ]
    )
    city_keys = frozenset(wanted_city_keys(criteria.cities))
    scored = [(found, fused[found.offer_id] + _nudges(found, criteria, city_keys, today)) for found in candidates]
    return sorted(scored, key=lambda pair: (-round(pair[1], 9), -pair[0].offer_id))


def _nudges(found: Candidate, criteria: Criteria, city_keys: frozenset[str], today: date) -> float:
    score = 0.0
    if found.field in criteria.fields:
        score += _EXACT_FIELD
    if city_keys and city_keys.intersection(found.city_keys):
        score += _ASKED_CITY
    if criteria.languages and set(criteria.languages).intersection(found.spoken):
        score += _SPOKEN_LANGUAGE
    if found.deadline is not None and found.deadline - today <= _SOON:
        score += _CLOSING_SOON
    if today - found.updated_on <= _RECENT:
        score += _FRESH
    return score
