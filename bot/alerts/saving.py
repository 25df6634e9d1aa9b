"""Saves searches: criteria unfolded into columns, the keys that offers meet, words and their meaning."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from pgvector import HalfVector
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.asked_words import AskedWords, asked_words
from bot.alerts.keys import LETTERS, WORD, keys_of_search
from bot.alerts.matching import match_since
from bot.alerts.models import SavedSearch, SearchKey
from bot.alerts.queries import LETTERS as LETTERS_OF
from bot.alerts.rhythm import check_rhythm, first_slot, move_slot
from bot.alerts.unfolding import columns_of, criteria_key
from bot.catalogue.criteria import Criteria
from bot.catalogue.indexing import signs_text
from bot.deliveries.service import YOUNGEST, agree
from bot.kit.embedding import Embedder
from bot.kit.errors import UserError

MOST_SEARCHES = 20


async def save_search(
    session: AsyncSession,
    *,
    person_id: int,
    criteria: Criteria,
    rhythm: str,
    weekday: int | None = None,
    hour: int | None = None,
    embedder: Embedder,
    seen_offer_ids: Collection[int] = (),
    seen_at: datetime | None = None,
    now: datetime,
) -> SavedSearch:
    """Save a search, and note that its person agrees to be written to; they will be told of new offers that fit.

    A search that they saved already goes on with the rhythm that it had, even if it was paused. The caller holds the
    lock of the person's row.

    Args:
        rhythm: at_once, daily or weekly.
        weekday: 0 (Monday) to 6, of a weekly one; a day is chosen when it is None.
        hour: 0-23, their time, of a daily or weekly one; an hour is chosen when it is None.
        seen_offer_ids: the offers that they were shown already, which are no news.
        seen_at: when they were shown them; what was published since then is news.

    Raises:
        UserError: they are under 15, or have 20 searches already.
    """
    if criteria.age is not None and criteria.age < YOUNGEST:
        raise UserError("alerting.too_young", age=YOUNGEST)
    asked = await asked_words(session, criteria)
    key = criteria_key(criteria, asked.words)
    mine = select(SavedSearch).where(SavedSearch.person_id == person_id)
    known = (await session.scalars(mine.where(SavedSearch.criteria_key == key))).one_or_none()
    if known is not None:
        return await _resumed(session, known, seen_offer_ids, now)
    count = await session.scalar(select(func.count()).select_from(mine.subquery()))
    if (count or 0) >= MOST_SEARCHES:
        raise UserError("alerts.refused_too_many", most=MOST_SEARCHES)
    preferences = await agree(session, person_id=person_id, now=now)
    chosen = check_rhythm(rhythm, weekday=weekday, hour=hour)
    search = SavedSearch(
        person_id=person_id, criteria=criteria.to_json(), criteria_key=key, rhythm=rhythm, weekday=chosen.weekday,
        hour=chosen.hour, next_at=first_slot(chosen, preferences, now), seen_offer_ids=sorted(seen_offer_ids),
        is_paused=False, created_at=now, updated_at=now,
    )  # fmt: skip
    await _add(session, search, criteria, asked, embedder)
    if seen_at is not None:
        await match_since(session, search, since=seen_at, now=now)
    return search


async def _resumed(
    session: AsyncSession, search: SavedSearch, seen_offer_ids: Collection[int], now: datetime
) -> SavedSearch:
    """Take up a known search again; what was shown in the meantime is no news either."""
    preferences = await agree(session, person_id=search.person_id, now=now)
    if search.is_paused:
        search.is_paused = False
        await move_slot(session, search, preferences, now=now)
    search.seen_offer_ids = sorted({*search.seen_offer_ids, *seen_offer_ids})
    search.updated_at = now
    await session.flush()
    return search


async def _add(
    session: AsyncSession, search: SavedSearch, criteria: Criteria, asked: AskedWords, embedder: Embedder
) -> None:
    columns = columns_of(criteria, asked.text)
    for name, value in columns.items():
        setattr(search, name, value)
    met_by, keys = keys_of_search(columns)
    if met_by == "letters":
        rows = await session.scalars(LETTERS_OF, {"organisation": search.organisation})
        keys = [LETTERS + letters for letters in rows]
    if search.words is not None:
        vector = embedder.embed([search.words])[0]
        search.embedding = HalfVector(vector)
        search.word_queries = asked.queries
        if met_by == "words":
            search.bits = signs_text(vector)
            keys = [WORD + lexeme for lexeme in asked.lexemes]
    session.add(search)
    await session.flush()
    if keys:
        rows_of = [{"key": key, "search_id": search.id} for key in dict.fromkeys(keys)]
        await session.execute(insert(SearchKey), rows_of)
