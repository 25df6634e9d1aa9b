"""Each change of an offer leaves a revision that says what it changed."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from sqlalchemy import func, select

from bot.catalogue.models import Offer, OfferRevision
from bot.catalogue.service import change_status, expire_offers, load_demo, save_offers
from bot.db.service import transaction
from tests.catalogue.conftest import TODAY, draft


async def _revisions(session):
    rows = await session.scalars(select(OfferRevision).order_by(OfferRevision.offer_id, OfferRevision.revision))
    return list(rows)


async def test_a_creation_is_the_first_revision_and_changes_nothing(session, now, publish) -> None:
    await publish(draft("a"))
    (first,) = await _revisions(session)
    assert (first.revision, first.was_status, first.status, first.changes) == (1, None, "published", {})
    assert (first.at, first.matched_at, first.followed_at) == (now, None, None)


async def test_a_change_is_noted_field_by_field(session, embedder, now, publish) -> None:
    pay = {"amount": "450", "period": "month"}
    await publish(draft("a", deadline=TODAY, pay=pay, duration_min="2.50"))
    changed = draft(
        "a", deadline=date(2027, 2, 1), pay={**pay, "amount": "520.5"}, duration_min="2.5",
        places=[{"country": "PT"}, {"country": "ES", "city": "Valence"}], levels=["bac"],
    )  # fmt: skip
    await save_offers(session, [changed], source="test", embedder=embedder, now=now + timedelta(hours=1))
    _, second = await _revisions(session)
    assert (second.revision, second.was_status, second.status) == (2, "published", "published")
    assert second.changes == {
        "deadline": ["2026-11-23", "2027-02-01"],
        "pay_amount": ["450", "520.5"],
        "levels": [[], ["bac"]],
        "places": [[["ES", "Valence"]], [["PT", None], ["ES", "Valence"]]],
    }


async def test_the_same_offer_again_is_no_revision(session, publish) -> None:
    await publish(draft("a", pay={"amount": "450"}, duration_min=2, duration_max="2.25"))
    await publish(draft("a", pay={"amount": "450.00"}, duration_min=2.0, duration_max="2.25"))
    assert len(await _revisions(session)) == 1


async def test_a_status_changed_by_hand_is_a_revision(session, embedder, now, publish) -> None:
    await publish(draft("a"))
    identity = await session.scalar(select(Offer.id))
    for status in ("closed", "published"):
        await change_status(session, identity, status, embedder=embedder, now=now)
    stages = [(row.revision, row.was_status, row.status, row.changes) for row in await _revisions(session)]
    assert stages[1:] == [(2, "published", "closed", {}), (3, "closed", "published", {})]


async def test_offers_that_expire_together_each_have_their_revision(session, now, publish) -> None:
    await publish(draft("a", deadline=TODAY), draft("b", deadline=TODAY), draft("c"))
    later = now + timedelta(days=2)
    assert await expire_offers(session, now=later) == 2
    assert await expire_offers(session, now=later) == 0
    expired = [row for row in await _revisions(session) if row.revision == 2]
    assert [(row.was_status, row.status, row.changes, row.at) for row in expired] == [
        ("published", "expired", {}, later)
    ] * 2


async def test_every_revision_has_the_number_of_its_offer(session, embedder, now, publish) -> None:
    await publish(draft("a", deadline=TODAY), draft("b"))
    await expire_offers(session, now=now + timedelta(days=2))
    session.expire_all()
    await publish(draft("a", deadline=date(2027, 5, 1)), draft("b", title="Un tout autre titre"))
    latest = select(OfferRevision.offer_id, func.max(OfferRevision.revision), func.count())
    latest = latest.group_by(OfferRevision.offer_id).order_by(OfferRevision.offer_id)
    numbers = [(row[1], row[2]) for row in await session.execute(latest)]
    assert numbers == [(3, 3), (2, 2)]
    assert list(await session.scalars(select(Offer.revision).order_by(Offer.id))) == [3, 2]


async def test_two_writers_of_an_offer_make_two_revisions(sessions, session, embedder, now, publish) -> None:
    await publish(draft("a"))
    await session.commit()

    async def rename(title: str) -> None:
        async with transaction(sessions) as own:
            await save_offers(own, [draft("a", title=title)], source="test", embedder=embedder, now=now)

    await asyncio.gather(rename("Un premier titre"), rename("Un second titre"))
    titles = [row.changes["title"] for row in (await _revisions(session))[1:]]
    assert titles[0][1] == titles[1][0]
    assert {title for _, title in titles} == {"Un premier titre", "Un second titre"}


async def test_examples_are_news_once_and_their_dates_move_on_silently(session, embedder, now) -> None:
    await load_demo(session, embedder, now)
    assert {(row.matched_at, row.followed_at) for row in await _revisions(session)} == {(None, None)}
    later = now + timedelta(days=40)
    moved = await load_demo(session, embedder, later)
    assert moved.updated
    after = [row for row in await _revisions(session) if row.revision > 1]
    assert len(after) == len(moved.updated)
    assert {(row.matched_at, row.followed_at) for row in after} == {(later, later)}
