"""Who blocks the bot is sent nothing more, and coming back takes up nothing by itself."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import select

from bot.db.service import transaction
from bot.deliveries.models import PushPreferences
from bot.deliveries.service import agree
from bot.profiles.models import Person
from tests.acceptance.house import House, house_now
from tests.deliveries.people import plan, statuses
from tests.fixtures.processes import eventually


async def wants_of(house: House) -> PushPreferences:
    async with house.collaborators.sessions() as session:
        return (await session.scalars(select(PushPreferences))).one()


async def has_stopped(house: House) -> bool:
    return (await wants_of(house)).stopped_at is not None


async def test_a_block_stops_what_is_sent_by_itself_until_the_person_asks_again(simple_house: House) -> None:
    user, now = simple_house.telegram.user(1), house_now()
    await user.starts()
    await user.reads(timeout=10)
    async with transaction(simple_house.collaborators.sessions) as session:
        who = (await session.scalars(select(Person.id))).one()
        await agree(session, person_id=who, now=now)
        await plan(session, who, now, "a", due_at=now + timedelta(days=1))
    await user.blocks()
    await eventually(partial(has_stopped, simple_house), within=10, what="the stop")
    assert (await wants_of(simple_house)).stop_reason == "blocked"
    async with simple_house.collaborators.sessions() as session:
        assert await statuses(session) == {"a": "dropped: stopped"}
    await user.unblocks()
    await user.says("merci")
    await user.reads(timeout=10)
    assert await has_stopped(simple_house)
