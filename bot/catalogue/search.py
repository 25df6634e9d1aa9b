"""Looks for offers: hard conditions first, then the order in which they answer the request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.criteria import Criteria
from bot.catalogue.indexing import vector_text
from bot.catalogue.queries import MOST_SCORED, SETTINGS, exact_statement, nearest_statement, words_statement
from bot.catalogue.ranking import SIMILARITY_FLOOR, Candidate, rank
from bot.catalogue.reasons import Reason, reasons_of
from bot.catalogue.words import content_words, request_text, spellings
from bot.kit.embedding import Embedder
from bot.vocabulary.fields import field_label
from bot.vocabulary.kinds import kind_label
from bot.vocabulary.programmes import programme_label

# A word in more offers than this tells nothing apart, and ranking by it would read them all.
_TOO_COMMON = 2000
_MOST_SEARCHED = 6
_SHORTEST_MISSPELT = 5
_LIKE_ENOUGH = 78.0


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
        total: how many pass the filters, exact up to 3,000; one more stands for "more than that". Without any hard
            criterion, how many hits there are.
    """

    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True)
class _Wanted:
    """The words searched: as the index has them, and as the person wrote them."""

    searched: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


async def search_offers(
    session: AsyncSession, criteria: Criteria, *, embedder: Embedder, today: date, limit: int = 200
) -> SearchResult:
    """Return the offers that fulfil the criteria, those that answer the words best first.

    Words never exclude an offer, unless nothing else is known: then offers too far from them are left out. Only
    published offers that are still open on `today` are found. The order is the same each time.
    """
    await session.execute(SETTINGS)
    words = content_words(criteria)
    wanted = await _look_up(session, words) if words else _Wanted()
    sentence = request_text(criteria, words) or _labels(criteria)
    bound = {"vector": vector_text(embedder.embed([sentence])[0])} if sentence else {}
    candidates, passing = await _candidates(session, criteria, today, wanted.searched, bound)
    if criteria.is_bare() and sentence:
        candidates = [found for found in candidates if found.meaning >= SIMILARITY_FLOOR or found.words]
        passing = min(len(candidates), limit)
    ranked = rank(candidates, criteria, today)[:limit]
    hits = (
        Hit(found.offer_id, round(score, 6), reasons_of(found, criteria, wanted.written, today))
        for found, score in ranked
    )
    return SearchResult(tuple(hits), passing)


async def _candidates(
    session: AsyncSession, criteria: Criteria, today: date, words: Sequence[str], bound: dict[str, str]
) -> tuple[list[Candidate], int]:
    exact = exact_statement(criteria, today, has_meaning=bool(bound), words=words)
    rows = (await session.execute(exact, bound)).mappings().all()
    passing = int(rows[0]["passing"])
    if passing > MOST_SCORED:
        nearest = nearest_statement(criteria, today, has_meaning=bool(bound), words=words)
        rows = (await session.execute(nearest, bound)).mappings().all()
    return [Candidate.from_row(row) for row in rows if row["offer_id"] is not None], passing


async def _look_up(session: AsyncSession, words: Sequence[str]) -> _Wanted:
    """Return the words worth searching: misspelt ones mended, those in too many offers left to the meaning."""
    forms = {form: word for word in words for form in spellings(word)}
    rows = (await session.execute(words_statement(), {"words": list(forms)})).all()
    known = [(row.offers, row.word, row.word) for row in rows if row.offers is not None]
    for row in rows:
        mended = _mended(row.word, row.lexemes or ()) if row.offers is None else None
        if mended is not None:
            known.append((0, mended, row.word))
    chosen = sorted(entry for entry in known if entry[0] <= _TOO_COMMON)[:_MOST_SEARCHED]
    return _Wanted(
        searched=tuple(searched for _, searched, _ in chosen),
        written=tuple(forms[written] for _, _, written in chosen),
    )


def _mended(word: str, candidates: Sequence[Any]) -> str | None:
    """Return the word of the index that a misspelt one stands for, when one is close enough."""
    if len(word) < _SHORTEST_MISSPELT:
        return None
    scored = [(fuzz.ratio(word, str(candidate)), str(candidate)) for candidate in candidates]
    best = max(scored, default=(0.0, ""), key=lambda pair: pair[0])
    return best[1] if best[0] >= _LIKE_ENOUGH else None


def _labels(criteria: Criteria) -> str:
    """Return what the criteria ask for in French words, when the person wrote none (they pressed buttons)."""
    names = [field_label(code, "fr") for code in criteria.fields]
    names += [programme_label(code, "fr") for code in criteria.programmes]
    if criteria.kind and names:
        names.insert(0, kind_label(criteria.kind, "fr"))
    return " ".join(names)
