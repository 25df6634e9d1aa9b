"""The demonstration catalogue: wide, honest about being invented, and always dated ahead."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from bot.catalogue.criteria import Criteria
from bot.catalogue.examples import dated, demo_items
from bot.catalogue.models import KINDS, Offer
from bot.catalogue.service import is_available, load_demo, search_offers
from bot.understanding.seasons import month_period
from tests.catalogue.conftest import TODAY


async def test_the_demonstration_is_wide_and_marked(session, embedder, now) -> None:
    await load_demo(session, embedder, now)
    offers = list(await session.scalars(select(Offer).options(selectinload(Offer.places))))
    assert len(offers) >= 200
    assert {offer.kind for offer in offers} == set(KINDS)
    assert len({place.country for offer in offers for place in offer.places}) >= 45
    assert all(offer.is_example and offer.source == "exemple" and offer.checked_by == "exemple" for offer in offers)
    assert all("(exemple)" in offer.organisation or "(example)" in offer.organisation for offer in offers)
    assert all((offer.apply_url or "https://example.org/").startswith("https://example.org/") for offer in offers)
    assert all(is_available(offer, today=TODAY) for offer in offers)


async def test_loading_again_doubles_nothing_and_moves_dates(session, embedder, now) -> None:
    first = await load_demo(session, embedder, now)
    again = await load_demo(session, embedder, now)
    assert (again.created, again.updated, len(again.unchanged)) == ((), (), len(first.created))
    later = await load_demo(session, embedder, now + timedelta(days=300))
    assert later.created == ()
    offers = list(await session.scalars(select(Offer)))
    assert len(offers) == len(first.created)
    assert all(is_available(offer, today=TODAY + timedelta(days=300)) for offer in offers)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (("next 06-01", "next 09-15", "-45d"), (date(2027, 6, 1), date(2027, 9, 15), date(2027, 4, 17))),
        (("next 12-01", "next 01-15", "-60d"), (date(2027, 12, 1), date(2028, 1, 15), date(2027, 10, 2))),
        (("next 12-23", None, None), (date(2026, 12, 23), None, None)),
        (("+60d", "+90d", "+20d"), (date(2027, 1, 22), date(2027, 2, 21), date(2026, 12, 13))),
        (("next 01-10", "next 01-10", "-90d"), (date(2027, 1, 10), date(2027, 1, 10), date(2026, 12, 14))),
        (("next 02-29", None, None), (date(2028, 2, 29), None, None)),
        ((None, None, None), (None, None, None)),
    ],
)
def test_relative_dates_are_read_from_the_day_of_loading(written, expected) -> None:
    start, until, deadline = written
    item = dated({"start_from": start, "start_until": until, "deadline": deadline}, TODAY)
    assert (item["start_from"], item["start_until"], item["deadline"]) == expected


@pytest.mark.parametrize("days", range(0, 366, 7))
def test_on_any_day_of_the_year_every_example_is_still_open(days) -> None:
    today = TODAY + timedelta(days=days)
    for item in demo_items():
        real = dated(item, today)
        assert real["deadline"] is None or real["deadline"] > today, item["external_id"]
        assert real["start_until"] is None or real["start_until"] >= today + timedelta(days=20), item["external_id"]


# What the conversation of the README and the acceptance tests ask the demonstration for, and how much they need.
PROMISES = (
    (Criteria(kind="internship", countries=("ES",)), 4),
    (Criteria(kind="internship", countries=("PT",)), 3),
    (Criteria(kind="job", countries=("IE",)), 1),
    (Criteria(kind="volunteering"), 6),
    (Criteria(kind="volunteering", countries=("IT",)), 1),
)
DAYS = [
    *(date(2026 + (10 + n) // 12, (10 + n) % 12 + 1, 15) for n in range(13)), date(2027, 1, 31), date(2027, 2, 28),
    date(2027, 6, 1), date(2027, 6, 30), date(2027, 12, 31), date(2028, 2, 29),
]  # fmt: skip


@pytest.mark.parametrize("day", DAYS, ids=str)
async def test_what_is_asked_of_the_demonstration_is_found_on_any_day(session, embedder, day) -> None:
    await load_demo(session, embedder, datetime.combine(day, time(12), UTC))
    june = month_period(6, today=day)
    stay = {"start_from": june.start, "start_until": june.end, "duration_min": 2.0, "duration_max": 2.0}
    in_june = Criteria(kind="internship", countries=("ES",), **stay)
    for criteria, least in (*PROMISES, (in_june, 1)):
        found = await search_offers(session, criteria, embedder=embedder, today=day)
        assert found.total >= least, criteria
