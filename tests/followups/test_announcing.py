"""Notices of kept offers that changed, closed or opened again: once, and only of what is different in the end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.catalogue.service import change_status, expire_offers
from bot.followups.announcing import announce_changes
from bot.followups.service import compose_changes, set_application
from tests.followups.conftest import Keeping

DEADLINE, LATER = date(2027, 3, 1), date(2027, 3, 15)
PAY = {"amount": "450", "currency": "EUR", "period": "month"}


async def texts(keeping: Keeping, at: datetime, language: str = "fr") -> list[str]:
    """Announce, compose for the one person concerned, and return the messages; they count as sent."""
    await announce_changes(keeping.session, now=at)
    due = await keeping.due("change")
    if not due:
        return []
    composed = await keeping.told(compose_changes, due, at=at, language=language)
    assert sorted(one.id for part in (*composed.pushes,) for one in part.covers) == sorted(
        one.id for one in due if one not in composed.dropped.get("gone", ())
    )
    for one in composed.dropped.get("gone", ()):
        one.status, one.error = "dropped", "gone"
    await keeping.session.flush()
    await keeping.sent("change", at=at)
    return [push.text for push in composed.pushes]


async def test_a_change_is_told_once_in_words_field_by_field(keeping: Keeping, now: datetime) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE, pay=PAY, duration_min=2, duration_max=2))
    await keeping.offer(
        at=now, deadline=LATER, pay={**PAY, "amount": "520"}, duration_min=3, duration_max=3,
        places=[{"country": "PT", "city": "Porto"}], cost={"amount": "30", "currency": "EUR"},
        start_from=date(2027, 6, 1), start_until=date(2027, 6, 30),
    )  # fmt: skip
    (text,) = await texts(keeping, now)
    assert text.split("\n") == [
        "✏️ Cette offre gardée a changé : <b>Stage d&#x27;accueil dans une auberge</b>",
        "Date limite : 1er mars 2027 → 15 mars 2027",
        "Lieu : Valence, Espagne → Porto, Portugal",
        "Quand : départ toute l&#x27;année → départ du 1er juin 2027 au 30 juin 2027",
        "Durée : 2 mois → 3 mois",
        "Indemnité : 450\xa0€ par mois → 520\xa0€ par mois",
        "À payer : rien d&#x27;annoncé → 30\xa0€",
    ]
    assert await texts(keeping, now + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Stage d'accueil en auberge de jeunesse"},
        {"description": "Tu accueilles les voyageurs et tu prépares les chambres."},
        {"levels": ["bac"]},
    ],
)
async def test_what_changes_no_decision_is_not_told(keeping: Keeping, now: datetime, change: dict[str, Any]) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE))
    await keeping.offer(at=now, deadline=DEADLINE, **change)
    assert await texts(keeping, now) == []


async def test_changes_that_wait_are_told_together_as_their_difference(keeping: Keeping, now: datetime) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE, pay=PAY))
    for hour, deadline in enumerate((date(2027, 3, 5), date(2027, 3, 10), LATER)):
        await keeping.offer(at=now + timedelta(hours=hour), deadline=deadline, pay=PAY)
        await announce_changes(keeping.session, now=now + timedelta(hours=hour))
    assert len(await keeping.due("change")) == 3
    (text,) = await texts(keeping, now + timedelta(hours=4))
    assert text.split("\n")[1:] == ["Date limite : 1er mars 2027 → 15 mars 2027"]


async def test_a_change_undone_before_it_is_told_says_nothing(keeping: Keeping, now: datetime) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE))
    await keeping.offer(at=now, deadline=LATER)
    await announce_changes(keeping.session, now=now)
    await keeping.offer(at=now + timedelta(hours=1), deadline=DEADLINE)
    assert await texts(keeping, now + timedelta(hours=1)) == []


async def test_a_change_undone_after_it_was_told_is_told_back(keeping: Keeping, now: datetime) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE))
    await keeping.offer(at=now, deadline=LATER)
    assert len(await texts(keeping, now)) == 1
    await keeping.offer(at=now + timedelta(hours=1), deadline=DEADLINE)
    (text,) = await texts(keeping, now + timedelta(hours=1))
    assert text.endswith("Date limite : 15 mars 2027 → 1er mars 2027")


@pytest.mark.parametrize("status", ["closed", "on_hold", "duplicate"])
async def test_a_closing_is_told_once(keeping: Keeping, now: datetime, status: str) -> None:
    offer = await keeping.offer(deadline=DEADLINE)
    await keeping.person(offer)
    await change_status(keeping.session, offer, status, embedder=keeping.embedder, now=now)
    (text,) = await texts(keeping, now)
    assert text.startswith("🚪 Cette offre gardée a fermé")
    assert await texts(keeping, now) == []


async def test_a_reopening_tells_what_changed_meanwhile(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer(deadline=DEADLINE)
    await keeping.person(offer)
    await change_status(keeping.session, offer, "on_hold", embedder=keeping.embedder, now=now)
    assert len(await texts(keeping, now)) == 1
    await keeping.offer(at=now + timedelta(hours=1), deadline=LATER)
    assert await texts(keeping, now + timedelta(hours=1)) == []
    await change_status(keeping.session, offer, "published", embedder=keeping.embedder, now=now + timedelta(hours=2))
    (text,) = await texts(keeping, now + timedelta(hours=2))
    assert text.startswith("🎉 Cette offre gardée est de nouveau ouverte")
    assert text.endswith("Date limite : 1er mars 2027 → 15 mars 2027")


async def test_a_closing_undone_before_it_is_told_says_nothing(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer(deadline=DEADLINE)
    await keeping.person(offer)
    for status in ("closed", "published"):
        await change_status(keeping.session, offer, status, embedder=keeping.embedder, now=now)
    assert await texts(keeping, now) == []


async def test_an_offer_whose_day_has_passed_says_nothing(keeping: Keeping, now: datetime) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE))
    after = now + timedelta(days=200)
    assert await expire_offers(keeping.session, now=after) == 1
    assert await texts(keeping, after) == []


async def test_nobody_else_is_told(keeping: Keeping, now: datetime) -> None:
    offer, other = await keeping.offer(deadline=DEADLINE), await keeping.offer("two", deadline=DEADLINE)
    told = await keeping.person(offer, chat_id=1)
    await keeping.person(other, chat_id=2)
    await keeping.person(offer, chat_id=3, follows=False)
    await keeping.person(offer, chat_id=4, follows=None)
    refused = await keeping.person(offer, chat_id=5)
    await set_application(keeping.session, offer, "refused", person_id=refused, now=now)
    await keeping.offer(at=now, deadline=LATER)
    await announce_changes(keeping.session, now=now)
    assert [one.person_id for one in await keeping.due("change")] == [told]


async def test_every_revision_is_handled_once_however_many_batches_it_takes(keeping: Keeping, now: datetime) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE))
    for hour in range(5):
        await keeping.offer(at=now + timedelta(hours=hour), deadline=DEADLINE + timedelta(days=hour + 1))
    counts = [await announce_changes(keeping.session, now=now, batch=2) for _ in range(4)]
    assert counts == [2, 2, 2, 0]  # the creation is a revision too
    assert [one.source_id for one in await keeping.due("change")] == [2, 3, 4, 5, 6]


async def test_in_arabic_the_old_and_the_new_are_told_apart(keeping: Keeping, now: datetime) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE))
    await keeping.offer(at=now, deadline=LATER)
    (text,) = await texts(keeping, now, "ar")
    assert "آخر أجل: \u20681 مارس 2027\u2069 ← \u206815 مارس 2027\u2069" in text
