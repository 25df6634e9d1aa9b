"""Who is meant: only people who agreed and can be reached, and of them those who fulfil every criterion."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.campaigns.segments import Segment, recipients
from bot.catalogue.models import Offer
from bot.catalogue.service import save_offers
from bot.conversation.models import Conversation
from bot.conversation.queries import people_younger_than
from bot.followups.queries import keep_offer
from bot.kit.embedding import SentenceEmbedder
from tests.campaigns.people import nobody, person, search
from tests.catalogue.conftest import draft


async def meant(session: AsyncSession, now: datetime, **criteria: Any) -> list[int]:
    query = recipients(Segment.model_validate(criteria), too_young=nobody(), now=now)
    return sorted(await session.scalars(query))


async def test_nobody_is_meant_who_did_not_agree_stopped_or_cannot_be_reached(
    session: AsyncSession, now: datetime
) -> None:
    willing = await person(session, 1, now)
    await person(session, 2, now, agreed=False)
    await person(session, 3, now, stopped_at=now)
    await person(session, 4, now, campaigns_stopped_at=now)
    await person(session, 5, now, unreachable_at=now)
    await person(session, 6, now, channel="terminal")
    assert await meant(session, now) == [willing]


async def test_nobody_below_fifteen_is_meant_whatever_the_segment(session: AsyncSession, now: datetime) -> None:
    child, young, told = [await person(session, n, now) for n in (1, 2, 3)]
    await search(session, child, now, kind="exchange", age=14)
    await search(session, young, now, kind="exchange", age=15)
    session.add(Conversation(person_id=told, page=0, rasa_epoch=0, rasa_turns=0, updated_at=now, situation={"age": 14}))
    await session.flush()
    assert await meant(session, now, kinds=["exchange"]) == [young]
    query = recipients(Segment(), too_young=people_younger_than(15), now=now)
    assert list(await session.scalars(query)) == [young]


@pytest.mark.parametrize(
    ("situation", "criteria", "is_younger"),
    [
        ({"age": 14}, None, True),
        ({"age": [12, 14]}, None, True),
        ({"age": 15}, None, False),
        ({"age": [15, 17]}, None, False),
        ({"status": "pupil"}, None, False),
        (None, {"age": 13}, True),
        (None, {"age": 18}, False),
        (None, None, False),
    ],
)
async def test_an_age_told_in_any_way_is_heard(
    session: AsyncSession, now: datetime, situation: Any, criteria: Any, is_younger: bool
) -> None:
    somebody = await person(session, 1, now)
    saved = Conversation(
        person_id=somebody,
        page=0,
        rasa_epoch=0,
        rasa_turns=0,
        updated_at=now,
        situation=situation,
        criteria=criteria,
    )  # fmt: skip
    session.add(saved)
    await session.flush()
    assert list(await session.scalars(people_younger_than(15))) == ([somebody] if is_younger else [])


async def test_languages_and_silence_are_of_the_person(session: AsyncSession, now: datetime) -> None:
    french, arabic, unknown = [
        await person(session, n, now, language=language) for n, language in enumerate(("fr", "ar", None))
    ]
    silent = await person(session, 9, now, last_seen_at=now - timedelta(days=40))
    assert await meant(session, now, languages=["ar"]) == [arabic]
    assert await meant(session, now, languages=["fr"], seen_within_days=30) == [french, unknown]
    assert silent in await meant(session, now, seen_within_days=41)


async def test_one_saved_search_must_fit_all_that_is_looked_for(session: AsyncSession, now: datetime) -> None:
    both, apart, anything = [await person(session, n, now) for n in (1, 2, 3)]
    await search(session, both, now, kind="job", countries=["ES", "PT"], fields=["tourism"], age=20)
    await search(session, apart, now, kind="job", countries=["IE"])
    await search(session, apart, now, kind="internship", countries=["ES"])
    await search(session, anything, now)
    assert await meant(session, now, kinds=["job"], countries=["ES"]) == [both]
    assert await meant(session, now, kinds=["job", "internship"], countries=["ES"]) == [both, apart]
    assert await meant(session, now, regions=["southern-europe"], fields=["tourism"]) == [both]
    assert await meant(session, now, min_age=18, max_age=20) == [both]
    assert await meant(session, now, min_age=21) == []


async def test_a_search_for_a_city_is_one_for_its_country(session: AsyncSession, now: datetime) -> None:
    somebody = await person(session, 1, now)
    await search(session, somebody, now, cities=[{"key": "dublin", "name": "Dublin", "country": "IE"}])
    assert await meant(session, now, countries=["IE"]) == [somebody]
    assert await meant(session, now, countries=["ES"]) == []


async def test_having_alerts_means_one_that_is_not_paused(session: AsyncSession, now: datetime) -> None:
    told, paused, without = [await person(session, n, now) for n in (1, 2, 3)]
    await search(session, told, now, kind="job")
    await search(session, paused, now, kind="job", is_paused=True)
    assert await meant(session, now, has_alerts=True) == [told]
    assert await meant(session, now, has_alerts=False) == [paused, without]


async def test_who_keeps_an_offer_can_be_meant(
    session: AsyncSession, now: datetime, embedder: SentenceEmbedder
) -> None:
    await save_offers(session, [draft("a"), draft("b")], source="test", embedder=embedder, now=now)
    first, second = (await session.scalars(select(Offer.id).order_by(Offer.id).limit(2))).all()
    keeper, other = await person(session, 1, now), await person(session, 2, now)
    await keep_offer(session, first, person_id=keeper, now=now)
    await keep_offer(session, second, person_id=other, now=now)
    assert await meant(session, now, kept_offer=first) == [keeper]
