"""The table of kept offers: what one person keeps is theirs alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.models import Offer
from bot.catalogue.service import save_offers
from bot.followups.service import drop_offer, is_kept, keep_offer, kept_offers
from bot.kit.embedding import SentenceEmbedder
from bot.profiles.service import person_of_chat
from tests.catalogue.conftest import draft


async def somebody(session: AsyncSession, now: datetime, chat_id: int = 1) -> int:
    person = await person_of_chat(session, channel="telegram", chat_id=chat_id, telegram_language="fr", now=now)
    await session.flush()
    return person.id


async def test_kept_offers_are_kept_once_the_last_first_until_they_are_dropped(
    session: AsyncSession, embedder: SentenceEmbedder, now: datetime
) -> None:
    drafts = [draft("one"), draft("two", title="Aide-cuisine dans une auberge")]
    await save_offers(session, drafts, source="test", embedder=embedder, now=now, publish=True)
    first, second = await session.scalars(select(Offer.id).order_by(Offer.external_id))
    person, other = await somebody(session, now, 1), await somebody(session, now, 2)
    assert await keep_offer(session, first, person_id=person, now=now)
    assert not await keep_offer(session, first, person_id=person, now=now)
    assert await keep_offer(session, second, person_id=person, now=now + timedelta(seconds=1))
    assert await kept_offers(session, person_id=person, most=10) == [second, first]
    assert await kept_offers(session, person_id=person, most=1) == [second]
    assert await kept_offers(session, person_id=other, most=10) == []
    await drop_offer(session, first, person_id=person, now=now)
    assert not await is_kept(session, first, person_id=person)
    assert await is_kept(session, second, person_id=person)
