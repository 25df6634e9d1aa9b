"""Offers are written, changed, published, closed and expire; only the living are found."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bot.catalogue.criteria import Criteria
from bot.catalogue.indexing import index_offers
from bot.catalogue.models import STATUSES, Offer, OfferSearch
from bot.catalogue.service import change_status, close_offer, expire_offers, is_available, load_offers, save_offers
from bot.kit.errors import InputError
from tests.catalogue.conftest import TODAY, draft


async def _only(session):
    identity = await session.scalar(select(Offer.id))
    return (await load_offers(session, [identity]))[identity]


async def test_a_draft_is_not_found_until_it_is_published(session, embedder, now, found) -> None:
    await save_offers(session, [draft("a")], source="test", embedder=embedder, now=now)
    assert await found(Criteria()) == []
    offer = await _only(session)
    await change_status(session, offer.id, "published", embedder=embedder, now=now, by="Amel")
    assert await found(Criteria()) == ["a"]
    assert (offer.status, offer.checked_by, offer.checked_at) == ("published", "Amel", now)


async def test_a_closed_offer_is_not_found_and_leaves_the_index(session, embedder, now, publish, found) -> None:
    await publish(draft("a"))
    offer = await _only(session)
    await close_offer(session, offer.id, embedder=embedder, now=now)
    assert await found(Criteria()) == []
    assert await session.scalar(select(func.count()).select_from(OfferSearch)) == 0
    assert not is_available(offer, today=TODAY)


async def test_a_change_raises_the_revision_and_the_same_offer_does_not(session, embedder, now, publish) -> None:
    await publish(draft("a"))
    later = now + timedelta(hours=1)
    same = await save_offers(session, [draft("a")], source="test", embedder=embedder, now=later, publish=True)
    offer = await _only(session)
    assert (same.unchanged, offer.revision, offer.updated_at) == (("a",), 1, now)
    changed = await save_offers(
        session,
        [draft("a", title="Un autre titre", places=[{"country": "PT"}])],
        source="test",
        embedder=embedder,
        now=later,
    )
    assert (changed.updated, offer.revision, offer.updated_at) == (("a",), 2, later)
    assert [(place.country, place.city) for place in offer.places] == [("PT", None)]


async def test_a_changed_offer_is_found_by_its_new_words(session, embedder, now, publish, found) -> None:
    await publish(draft("a"), draft("b", title="Comptable dans une banque", field="finance"))
    await save_offers(session, [draft("a", title="Soigneur de dauphins")], source="test", embedder=embedder, now=now)
    assert (await found(Criteria(words="dauphins")))[0] == "a"


async def test_offers_expire_the_day_after_their_last(session, now, publish) -> None:
    await publish(
        draft("a", deadline=TODAY), draft("b", start_from=TODAY, start_until=TODAY + timedelta(days=3)), draft("c")
    )
    assert await expire_offers(session, now=now) == 0
    assert await expire_offers(session, now=now + timedelta(days=1)) == 1
    assert await expire_offers(session, now=now + timedelta(days=9)) == 1
    assert await session.scalar(select(func.count()).select_from(OfferSearch)) == 1


async def test_an_expired_offer_comes_back_with_new_dates(session, embedder, now, publish, found) -> None:
    await publish(draft("a", deadline=TODAY))
    later = now + timedelta(days=2)
    await expire_offers(session, now=later)
    session.expire_all()
    renewed = draft("a", deadline=date(2027, 5, 1))
    await save_offers(session, [renewed], source="test", embedder=embedder, now=later, publish=True)
    assert await found(Criteria(), later.date()) == ["a"]


async def test_an_offer_that_is_over_is_not_published(session, embedder, now, found) -> None:
    await save_offers(
        session, [draft("a", deadline=date(2026, 1, 1))], source="test", embedder=embedder, now=now, publish=True
    )
    offer = await _only(session)
    assert offer.status == "draft"
    with pytest.raises(InputError, match="finie"):
        await change_status(session, offer.id, "published", embedder=embedder, now=now)


async def test_what_a_person_closed_is_not_published_by_a_file(session, embedder, now, publish, found) -> None:
    await publish(draft("a"))
    offer = await _only(session)
    await close_offer(session, offer.id, embedder=embedder, now=now)
    await save_offers(
        session, [draft("a", title="Titre changé")], source="test", embedder=embedder, now=now, publish=True
    )
    assert (offer.status, offer.title) == ("closed", "Titre changé")


async def test_an_impossible_transition_says_what_is_possible(session, embedder, now) -> None:
    await save_offers(session, [draft("a")], source="test", embedder=embedder, now=now)
    offer = await _only(session)
    with pytest.raises(InputError, match="Possible : to_review, published"):
        await change_status(session, offer.id, "expired", embedder=embedder, now=now)
    with pytest.raises(InputError, match="no offer 999"):
        await change_status(session, 999, "closed", embedder=embedder, now=now, language="en")


@pytest.mark.parametrize("status", ["on_hold", "closed", "expired", "duplicate"])
async def test_an_offer_that_leaves_publication_is_found_no_more(  # noqa: PLR0917 - fixtures
    session, embedder, now, publish, found, status
) -> None:
    await publish(draft("a"))
    offer = await _only(session)
    await change_status(session, offer.id, status, embedder=embedder, now=now)
    assert await found(Criteria(words="auberge")) == []
    assert await found(Criteria(kind="internship")) == []


async def test_only_published_offers_stand_in_the_index(session, embedder, now) -> None:
    for rank, status in enumerate(STATUSES):
        await save_offers(session, [draft(f"o{rank}")], source="test", embedder=embedder, now=now)
        offer = await session.scalar(select(Offer).where(Offer.external_id == f"o{rank}"))
        offer.status = status
        await session.flush()
        loaded = await load_offers(session, [offer.id])
        await index_offers(session, list(loaded.values()), embedder=embedder)
    indexed = await session.scalars(select(Offer.status).join(OfferSearch, OfferSearch.offer_id == Offer.id))
    assert list(indexed) == ["published"]
