"""Offers of a few words, so that each test writes only what it is about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.drafts import OfferDraft
from bot.catalogue.service import count_lexemes, load_offers, save_offers, search_offers
from bot.kit.embedding import SentenceEmbedder

TODAY = date(2026, 11, 23)


def draft(external_id: str, **values: Any) -> OfferDraft:
    """An acceptable offer, with the values that a test cares about."""
    written = {
        "external_id": external_id,
        "kind": "internship",
        "title": "Stage d'accueil dans une auberge",
        "organisation": "Auberge du Port",
        "description": "Tu accueilles les voyageurs et tu prépares les chambres avec l'équipe.",
        "places": [{"country": "ES", "city": "Valence"}],
        "field": "tourism",
        "how_to_apply": "Écrire à l'auberge.",
    }
    return OfferDraft.model_validate(written | values)


@pytest.fixture
def publish(session: AsyncSession, embedder: SentenceEmbedder, now: datetime) -> Callable[..., Awaitable[None]]:
    """Publishes drafts in this test's database."""

    async def write(*drafts: OfferDraft) -> None:
        await save_offers(session, drafts, source="test", embedder=embedder, now=now, publish=True)
        await count_lexemes(session)

    return write


@pytest.fixture
def found(session: AsyncSession, embedder: SentenceEmbedder) -> Callable[..., Awaitable[list[str]]]:
    """Searches, and returns external ids in order."""

    async def search(criteria: Any, today: date = TODAY) -> list[str]:
        result = await search_offers(session, criteria, embedder=embedder, today=today)
        offers = await load_offers(session, [hit.offer_id for hit in result.hits])
        return [offers[hit.offer_id].external_id for hit in result.hits]

    return search
