"""The nightly job of the catalogue."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.catalogue.models import Offer, OfferLexeme
from bot.catalogue.service import save_offers
from bot.catalogue.tasks import catalogue_tasks
from bot.db.service import transaction
from tests.catalogue.conftest import TODAY, draft


async def test_the_nightly_job_expires_offers_and_counts_words_again(sessions, embedder, now) -> None:
    async with transaction(sessions) as session:
        drafts = [draft("over", deadline=TODAY, title="Gardien de phare"), draft("open", title="Guide de musée")]
        await save_offers(session, drafts, source="test", embedder=embedder, now=now, publish=True)
    tasks = catalogue_tasks(sessions, clock=lambda: now + timedelta(days=1)).tasks
    await tasks["expire"].func()
    async with sessions() as session:
        statuses = dict((await session.execute(select(Offer.external_id, Offer.status))).all())
        counted = dict((await session.execute(select(OfferLexeme.lexeme, OfferLexeme.offers))).all())
    assert statuses == {"over": "expired", "open": "published"}
    assert (counted.get("phare"), counted["musee"]) == (None, 1)
