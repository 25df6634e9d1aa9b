"""The process that expands a campaign is killed again and again: nobody is left out, nobody is written twice."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import func, insert, select

from bot.campaigns.life import schedule_campaign
from bot.campaigns.models import Campaign
from bot.db.service import Sessions, transaction
from bot.deliveries.models import Delivery, PushPreferences
from bot.kit.clock import utc_now
from bot.profiles.models import Person
from tests.campaigns.people import campaign
from tests.fixtures.processes import driver, eventually

PEOPLE, KILLS = 8000, 4

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]


async def test_an_expansion_killed_four_times_writes_everybody_once(sessions: Sessions, database_url: str) -> None:
    now, draw = utc_now(), random.Random(7)
    async with transaction(sessions) as session:
        common = {"channel": "telegram", "language": "fr", "first_seen_at": now, "last_seen_at": now}
        rows = [{"chat_id": chat_id, **common} for chat_id in range(1, PEOPLE + 1)]
        people = (await session.scalars(insert(Person).returning(Person.id), rows)).all()
        wishes = {"agreed_at": now, "updated_at": now}
        await session.execute(insert(PushPreferences), [{"person_id": one, **wishes} for one in people])
        number = await campaign(session, now)
        await schedule_campaign(session, number, at=now, now=now)

    async def written() -> int:
        async with sessions() as session:
            return await session.scalar(select(func.count(Delivery.id))) or 0

    for kill in range(1, KILLS + 1):
        least = kill * PEOPLE // (KILLS + 2) + draw.randrange(100)

        async def is_so_far(count: int = least) -> bool:
            return await written() >= count

        with driver("expand", database_url) as expansion:
            await expansion.is_up()
            await eventually(is_so_far, within=60, what=f"{least} people written")
            expansion.kill()
        assert least <= await written() < PEOPLE

    async def is_whole() -> bool:
        async with sessions() as session:
            return (await session.get_one(Campaign, number)).is_expanded

    with driver("expand", database_url):
        await eventually(is_whole, within=60, what="everybody written")
    async with sessions() as session:
        told = select(Delivery.person_id).order_by(Delivery.person_id)
        assert list(await session.scalars(told)) == sorted(people)
