"""People who keep offers, for the tests of what these bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.models import Offer
from bot.catalogue.service import save_offers
from bot.deliveries.models import Delivery, PushPreferences
from bot.deliveries.service import Compose, Composed, Recipient, set_zone
from bot.followups.service import follow_kept, keep_offer
from bot.kit.embedding import SentenceEmbedder
from bot.locales.service import Voice
from bot.profiles.models import Person
from bot.profiles.service import person_of_chat
from tests.catalogue.conftest import draft


@dataclass
class Keeping:
    """The catalogue and the people of one test.

    Attributes:
        start: when everything begins.
    """

    session: AsyncSession
    embedder: SentenceEmbedder
    start: datetime

    async def offer(self, external_id: str = "one", *, at: datetime | None = None, **values: Any) -> int:
        """Publish an offer, or write it again with other values; return its id."""
        drafts = [draft(external_id, **values)]
        await save_offers(
            self.session, drafts, source="test", embedder=self.embedder, now=at or self.start, publish=at is None
        )
        return (await self.session.scalars(select(Offer.id).where(Offer.external_id == external_id))).one()

    async def person(
        self, *offer_ids: int, chat_id: int = 1, zone: str = "Europe/Paris", follows: bool | None = True
    ) -> int:
        """Return somebody who keeps these offers and is told of them, is not, or was never asked (None)."""
        person = await person_of_chat(
            self.session, channel="telegram", chat_id=chat_id, telegram_language="fr", now=self.start
        )
        await self.session.flush()
        for offer_id in offer_ids:
            await keep_offer(self.session, offer_id, person_id=person.id, now=self.start)
        if follows is not None:
            await follow_kept(self.session, person_id=person.id, wanted=follows, now=self.start)
            await set_zone(self.session, person_id=person.id, zone=zone, now=self.start)
        await self.session.flush()
        return person.id

    async def due(self, kind: str) -> list[Delivery]:
        """Return what is due of one kind, in the order in which it is."""
        query = select(Delivery).where(Delivery.kind == kind, Delivery.status == "due")
        found = await self.session.scalars(
            query.order_by(Delivery.due_at, Delivery.id).execution_options(populate_existing=True)
        )
        return list(found)

    async def sent(self, kind: str, *, at: datetime) -> None:
        """Note that all that was due of a kind was sent."""
        is_due = (Delivery.kind == kind, Delivery.status == "due")
        await self.session.execute(update(Delivery).where(*is_due).values(status="sent", settled_at=at))

    async def told(
        self, compose: Compose, deliveries: Sequence[Delivery], *, at: datetime, language: str = "fr"
    ) -> Composed:
        """Return the messages that tell these deliveries, all of one person."""
        person = await self.session.get_one(Person, deliveries[0].person_id)
        preferences = await self.session.get_one(PushPreferences, person.id)
        today = at.astimezone(ZoneInfo(preferences.time_zone)).date()
        return await compose(self.session, Recipient(person, preferences, Voice(language), at, today), deliveries)


@pytest.fixture
def keeping(session: AsyncSession, embedder: SentenceEmbedder, now: datetime) -> Keeping:
    """The catalogue and the people of this test; 23 November 2026, 10:00 UTC."""
    return Keeping(session, embedder, now - timedelta(days=30))
