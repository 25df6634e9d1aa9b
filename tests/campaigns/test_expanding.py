"""Everybody meant enters the ledger once, whatever is killed or locked meanwhile."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.campaigns.expanding import Expanded, expand_batch
from bot.campaigns.life import begin_campaigns, pause_campaign, schedule_campaign
from bot.campaigns.models import Campaign
from bot.campaigns.tasks import run_campaigns
from bot.db.service import Sessions, transaction
from bot.deliveries.models import Delivery
from bot.profiles.models import Person
from tests.campaigns.people import campaign, deliveries, nobody, person


async def running(sessions: Sessions, now: datetime, people: int) -> int:
    async with transaction(sessions) as session:
        for chat_id in range(1, people + 1):
            await person(session, chat_id, now)
        number = await campaign(session, now)
        await schedule_campaign(session, number, at=now, now=now)
        await begin_campaigns(session, now=now)
    return number


async def batch(sessions: Sessions, number: int, now: datetime, size: int) -> Expanded:
    async with transaction(sessions) as session:
        return await expand_batch(session, number, too_young=nobody(), now=now, size=size)


async def people_written(sessions: Sessions, number: int) -> list[int]:
    async with sessions() as session:
        return [one.person_id for one in await deliveries(session, number)]


async def everybody(session: AsyncSession) -> list[int]:
    return list(await session.scalars(select(Person.id).order_by(Person.id)))


async def test_batches_go_on_behind_the_last_one_that_was_committed(sessions: Sessions, now: datetime) -> None:
    number = await running(sessions, now, 10)
    assert await batch(sessions, number, now, 4) == Expanded(4, 0, is_last=False)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the worker is killed inside its transaction
        async with transaction(sessions) as session:
            await expand_batch(session, number, too_young=nobody(), now=now, size=4)
            raise ZeroDivisionError
    assert len(await people_written(sessions, number)) == 4
    assert await batch(sessions, number, now, 4) == Expanded(4, 0, is_last=False)
    assert await batch(sessions, number, now, 4) == Expanded(2, 0, is_last=True)
    async with sessions() as session:
        assert await people_written(sessions, number) == await everybody(session)


async def test_someone_who_is_being_answered_is_passed_over_then_written(sessions: Sessions, now: datetime) -> None:
    number = await running(sessions, now, 9)
    async with transaction(sessions) as turn:
        fourth = (await turn.scalars(select(Person).where(Person.chat_id == 4).with_for_update())).one()
        assert await asyncio.wait_for(batch(sessions, number, now, 5), 3) == Expanded(4, 1, is_last=False)
        assert await asyncio.wait_for(batch(sessions, number, now, 5), 3) == Expanded(4, 1, is_last=False)
        assert await asyncio.wait_for(batch(sessions, number, now, 5), 3) == Expanded(0, 1, is_last=False)
        assert fourth.id not in await people_written(sessions, number)
    assert await batch(sessions, number, now, 5) == Expanded(1, 0, is_last=True)
    async with sessions() as session:
        assert await people_written(sessions, number) == await everybody(session)


async def test_a_run_waits_a_moment_for_people_who_are_being_answered(sessions: Sessions, now: datetime) -> None:
    number = await running(sessions, now, 3)
    async with transaction(sessions) as turn:
        await turn.execute(select(Person).where(Person.chat_id == 1).with_for_update())
        runs = asyncio.create_task(run_campaigns(sessions, too_young=nobody(), clock=lambda: now))
        await asyncio.sleep(0.5)
    await runs
    assert len(await people_written(sessions, number)) == 3


async def test_two_workers_at_once_write_everybody_once(sessions: Sessions, now: datetime) -> None:
    number = await running(sessions, now, 430)
    await asyncio.gather(*(run_campaigns(sessions, too_young=nobody(), clock=lambda: now) for _ in range(2)))
    async with sessions() as session:
        assert await people_written(sessions, number) == await everybody(session)
        assert await session.scalar(select(func.count()).select_from(Delivery)) == 430
        assert (await session.get_one(Campaign, number)).is_expanded


async def test_a_pause_stops_the_expansion_between_two_batches(sessions: Sessions, now: datetime) -> None:
    number = await running(sessions, now, 6)
    await batch(sessions, number, now, 3)
    async with transaction(sessions) as session:
        assert await pause_campaign(session, number, now=now) == 3
    assert await batch(sessions, number, now, 3) == Expanded(0, 0, is_last=True)
    assert len(await people_written(sessions, number)) == 3


async def test_somebody_who_agrees_meanwhile_is_written_when_the_cursor_comes_by(
    sessions: Sessions, now: datetime
) -> None:
    number = await running(sessions, now, 4)
    await batch(sessions, number, now, 2)
    async with transaction(sessions) as session:
        late = await person(session, 99, now)
    await batch(sessions, number, now, 10)
    assert late in await people_written(sessions, number)
