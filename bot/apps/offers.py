"""The catalogue's commands, each in one transaction on the database at a URL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.catalogue.models import Offer
from bot.catalogue.service import OfferDraft, Saved, close_offer, load_demo, save_offers
from bot.db.service import open_engine, sessions_of, transaction
from bot.kit.clock import utc_now
from bot.kit.embedding import SentenceEmbedder

_SHOWN = (
    "id", "kind", "status", "title", "organisation", "language", "field", "start_from", "start_until", "duration_min",
    "duration_max", "deadline", "age_min", "age_max", "open_to_minors", "levels", "programme", "apply_url", "source",
    "external_id", "checked_at", "checked_by", "revision", "is_example",
)  # fmt: skip


@asynccontextmanager
async def _opened(database_url: str) -> AsyncIterator[AsyncSession]:
    engine = open_engine(database_url, pool_size=1)
    try:
        async with transaction(sessions_of(engine)) as session:
            yield session
    finally:
        await engine.dispose()


async def add_examples(database_url: str) -> Saved:
    """Load the demonstration catalogue, or bring its dates up to date."""
    async with _opened(database_url) as session:
        return await load_demo(session, SentenceEmbedder(), utc_now())


async def add_offers(database_url: str, drafts: list[OfferDraft], *, source: str, publish: bool, by: str) -> Saved:
    """Write offers of one source, published or as drafts."""
    async with _opened(database_url) as session:
        return await save_offers(
            session, drafts, source=source, embedder=SentenceEmbedder(), now=utc_now(), publish=publish, checked_by=by
        )


async def close(database_url: str, offer_id: int) -> str:
    """Close one offer; return its title.

    Raises:
        InputError: there is no such offer, or it cannot be closed.
    """
    async with _opened(database_url) as session:
        return (await close_offer(session, offer_id, embedder=SentenceEmbedder(), now=utc_now())).title


async def list_offers(database_url: str, *, status: str | None, limit: int | None) -> list[dict[str, Any]]:
    """Return offers in order of identity, with their places, ready to print."""
    query = select(Offer).options(selectinload(Offer.places)).order_by(Offer.id).limit(limit)
    if status:
        query = query.where(Offer.status == status)
    async with _opened(database_url) as session:
        offers = (await session.scalars(query)).all()
        return [
            {name: getattr(offer, name) for name in _SHOWN}
            | {"places": [{"country": place.country, "city": place.city} for place in offer.places]}
            for offer in offers
        ]
