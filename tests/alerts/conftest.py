"""People who agreed to be written to, and what they save."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.matching import match_revisions
from bot.alerts.models import SavedSearch
from bot.alerts.service import save_search
from bot.catalogue.criteria import Criteria
from bot.catalogue.models import Offer
from bot.deliveries.models import Delivery
from bot.kit.embedding import SentenceEmbedder
from bot.profiles.models import Person
from tests.catalogue.conftest import publish

__all__ = ["publish"]


@pytest.fixture
def person(session: AsyncSession, now: datetime) -> Callable[..., Awaitable[int]]:
    """Registers somebody and returns who."""
    chats = iter(range(1, 1_000_000))

    async def register(**values: Any) -> int:
        known = Person(channel="telegram", chat_id=next(chats), first_seen_at=now, last_seen_at=now, **values)
        session.add(known)
        await session.flush()
        return known.id

    return register


@pytest.fixture
def save(
    session: AsyncSession, embedder: SentenceEmbedder, now: datetime, person: Callable[..., Awaitable[int]]
) -> Callable[..., Awaitable[SavedSearch]]:
    """Saves a search, of somebody new unless said, told at once unless said."""

    async def keep(criteria: Criteria, *, person_id: int | None = None, **values: Any) -> SavedSearch:
        given = {"rhythm": "at_once", "embedder": embedder, "now": now, **values}
        owner = person_id if person_id is not None else await person()
        return await save_search(session, person_id=owner, criteria=criteria, **given)

    return keep


@pytest.fixture
def told(session: AsyncSession, now: datetime) -> Callable[..., Awaitable[dict[int, set[str]]]]:
    """Matches everything, and returns who is to be told of which offers, by external id."""

    async def match(*, at: datetime = now) -> dict[int, set[str]]:
        while (await match_revisions(session, now=at, most=100)).revisions:
            pass
        query = select(Delivery.person_id, Offer.external_id).join(Offer, Offer.id == Delivery.offer_id)
        found: dict[int, set[str]] = {}
        for person_id, external_id in await session.execute(query.where(Delivery.kind == "alert")):
            found.setdefault(person_id, set()).add(external_id)
        return found

    return match
