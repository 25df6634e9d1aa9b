"""Compares new and changed offers with all saved searches at once, and writes what each person is to be told.

What is news: an offer that is published, or one whose change makes it fit a search that it did not fit before. A
corrected title or description is none. The database does the comparing (`MATCHED`); a batch of revisions, what came of
it and their mark are one transaction, so that a kill leaves all or nothing, and two that match at once take different
revisions. The ledger keeps an offer told once to a person, however many of their searches it fits.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.keys import LETTERS, WORD, offer_keys
from bot.alerts.meaning import close_pairs
from bot.alerts.models import SavedSearch
from bot.alerts.queries import MATCHED, MATCHED_WITH_ONE, SETTINGS
from bot.catalogue.criteria import ADULT
from bot.catalogue.models import OfferPlace, OfferRevision, OfferSearch
from bot.catalogue.places import city_key, city_keys
from bot.db.service import is_worth_repeating
from bot.deliveries.service import LIFETIMES
from bot.kit.clock import local_day
from bot.vocabulary.text import fold

# Cosines of a search's words and an offer from which they are close: where criteria narrow the search too, and where
# nothing else tells offers apart. On the labelled requests written last (tests/catalogue/relevance.yml, with the rule
# on shared words), 0.25 with the kind known tells 81 in 100 of the right offers, half of what it tells being right;
# 0.30 with words alone 66 in 100. The search itself shows down to 0.22: whoever asks may look further down a list.
NEAR_ENOUGH = 0.25
CLOSE_ENOUGH = 0.30
BATCH = 1000
# The changes that may make an offer fit: what filters read.
TELLING_FIELDS = frozenset({
    "kind", "field", "places", "start_from", "start_until", "duration_min", "duration_max", "deadline", "age_min",
    "age_max", "open_to_minors", "levels", "programme", "organisation",
})  # fmt: skip
_READ = [column for column in OfferSearch.__table__.columns if column.name not in ("bits", "spoken", "updated_on")]


@dataclass(frozen=True)
class Matched:
    """What one batch did: revisions looked at, offers that were news, deliveries written."""

    revisions: int
    offers: int
    deliveries: int


class UnmatchedRevisionError(Exception):
    """One revision cannot be compared; `key` says which, by offer and revision."""

    def __init__(self, key: tuple[int, int]) -> None:
        super().__init__(f"offer {key[0]}, revision {key[1]}")
        self.key = key


async def match_revisions(
    session: AsyncSession, *, now: datetime, most: int = BATCH, but: Collection[tuple[int, int]] = ()
) -> Matched:
    """Compare the oldest revisions that nobody compared, `most` at once; none are left when it returns fewer.

    Args:
        session: the transaction.
        now: the moment.
        most: how many at once.
        but: revisions to leave alone, by offer and revision.

    Raises:
        UnmatchedRevisionError: the only one cannot be compared, and would hold up all that come after it.
    """
    revisions = await _take(session, most, but)
    if not revisions:
        return Matched(0, 0, 0)
    done = [(revision.offer_id, revision.revision) for revision in revisions]
    try:
        news = _news(revisions)
        deliveries = await _match(session, news, now) if news else 0
    except Exception as error:
        if len(done) > 1 or is_worth_repeating(error):
            raise
        raise UnmatchedRevisionError(done[0]) from error
    await session.execute(
        update(OfferRevision)
        .where(tuple_(OfferRevision.offer_id, OfferRevision.revision).in_(done))
        .values(matched_at=now)
        .execution_options(synchronize_session=False)
    )
    return Matched(len(revisions), len(news), deliveries)


async def _take(session: AsyncSession, most: int, but: Collection[tuple[int, int]]) -> Sequence[OfferRevision]:
    query = (
        select(OfferRevision)
        .where(OfferRevision.matched_at.is_(None))
        .where(tuple_(OfferRevision.offer_id, OfferRevision.revision).not_in(but))
        .order_by(OfferRevision.at, OfferRevision.offer_id, OfferRevision.revision)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


def _news(revisions: Iterable[OfferRevision]) -> dict[int, dict[str, Any] | None]:
    """Return the offers to compare: None for one that was published, else its changed fields as they were before."""
    news: dict[int, dict[str, Any] | None] = {}
    for revision in revisions:
        if revision.status != "published":
            continue
        before = {name: values[0] for name, values in revision.changes.items() if name in TELLING_FIELDS}
        if revision.was_status != "published":
            news[revision.offer_id] = None
        elif before and (known := news.get(revision.offer_id, {})) is not None:
            news[revision.offer_id] = before | known
    return news


async def match_since(session: AsyncSession, search: SavedSearch, *, since: datetime, now: datetime) -> int:
    """Let a new search tell what was published since a moment; return how many.

    All of it is compared here: what `match_revisions` takes at this moment, it compares without seeing this search.
    """
    published = (OfferRevision.status == "published", OfferRevision.was_status.is_distinct_from("published"))
    query = select(OfferRevision.offer_id).where(OfferRevision.at > since, *published)
    offers = (await session.scalars(query.order_by(OfferRevision.at.desc()).limit(BATCH))).all()
    return await _match(session, dict.fromkeys(offers), now, search_id=search.id) if offers else 0


async def _match(
    session: AsyncSession, news: Mapping[int, dict[str, Any] | None], now: datetime, *, search_id: int | None = None
) -> int:
    """Compare offers with all searches, or with one, and write what is to be told; return how much that is."""
    await session.execute(SETTINGS)
    offers = (await session.execute(select(*_READ).where(OfferSearch.offer_id.in_(news)))).all()
    keyed = [(key, offer.offer_id) for offer in offers for key in offer_keys(offer)]
    close_offers, close_searches = await close_pairs(
        session, [offer.offer_id for offer in offers], least=CLOSE_ENOUGH, search_id=search_id
    )
    values = {
        "offers": [offer.offer_id for offer in offers],
        "was": json.dumps(await _as_they_were(session, offers, news)),
        "keys": [key for key, _ in keyed],
        "keyed": _array(offer_id for _, offer_id in keyed),
        "close_offers": _array(close_offers),
        "close_searches": _array(close_searches),
        "word": WORD, "letters": LETTERS, "near_enough": NEAR_ENOUGH, "close_enough": CLOSE_ENOUGH, "adult": ADULT,
        "lifetime": LIFETIMES["alert"], "today": local_day(now), "now": now, "search": search_id,
    }  # fmt: skip
    result = await session.execute(MATCHED if search_id is None else MATCHED_WITH_ONE, values)
    return result.rowcount if isinstance(result, CursorResult) else 0


def _array(numbers: Iterable[int]) -> str:
    """Return an array as PostgreSQL writes it: tens of thousands bound one by one would take as long as matching."""
    return f"{{{','.join(map(str, numbers))}}}"


async def _as_they_were(
    session: AsyncSession, offers: Sequence[Any], news: Mapping[int, dict[str, Any] | None]
) -> list[dict[str, Any]]:
    """Return the changed offers as filters read them before the change, JSON-able."""
    changed = {offer.offer_id: before for offer in offers if (before := news[offer.offer_id])}
    if not changed:
        return []
    places: dict[int, list[Sequence[str | None]]] = {}
    columns = (OfferPlace.offer_id, OfferPlace.country, OfferPlace.city)
    query = select(*columns).where(OfferPlace.offer_id.in_(changed)).order_by(OfferPlace.offer_id, OfferPlace.rank)
    for row in await session.execute(query):
        places.setdefault(row.offer_id, []).append((row.country, row.city))
    return [
        _before(offer, changed[offer.offer_id], places[offer.offer_id]) for offer in offers if offer.offer_id in changed
    ]


def _before(offer: Any, before: dict[str, Any], places: Sequence[Sequence[str | None]]) -> dict[str, Any]:
    plain = {name: value for name, value in before.items() if name not in ("places", "organisation")}
    known = {name: _json(value) for name, value in offer._mapping.items()} | plain
    if "organisation" in before:
        known["organisation_key"] = fold(before["organisation"])
    pairs = [(str(country), city) for country, city in before.get("places", places)]
    known["countries"] = [country for country, _ in pairs]
    known["city_keys"] = [key for country, city in pairs if city for key in city_keys(city, country)]
    known["place_countries"] = [country for country, _ in pairs]
    known["place_cities"] = [city_key(city, country) if city else None for country, city in pairs]
    return known


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
