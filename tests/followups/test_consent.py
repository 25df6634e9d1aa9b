"""Whether kept offers bring messages: a yes, a no, and what a no does not agree to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from bot.deliveries.models import PushPreferences
from bot.deliveries.service import agree, stop_pushes
from bot.followups.service import follow_kept, follows_kept
from tests.followups.conftest import Keeping


async def preferences(keeping: Keeping) -> PushPreferences:
    query = select(PushPreferences).execution_options(populate_existing=True)
    return (await keeping.session.scalars(query)).one()


async def test_nobody_is_followed_before_they_are_asked(keeping: Keeping) -> None:
    person = await keeping.person(follows=None)
    assert await follows_kept(keeping.session, person_id=person) is None


async def test_a_no_from_somebody_new_agrees_to_nothing_at_all(keeping: Keeping) -> None:
    person = await keeping.person(follows=False)
    found = await preferences(keeping)
    assert (found.follows_kept, found.stop_reason) == (False, "asked")
    assert await follows_kept(keeping.session, person_id=person) is False


async def test_a_no_from_somebody_who_has_alerts_leaves_their_alerts(keeping: Keeping, now: datetime) -> None:
    person = await keeping.person(follows=None)
    await agree(keeping.session, person_id=person, now=now)
    await keeping.session.flush()
    await follow_kept(keeping.session, person_id=person, wanted=False, now=now)
    found = await preferences(keeping)
    assert (found.follows_kept, found.stopped_at) == (False, None)


async def test_a_yes_takes_up_again_what_was_stopped(keeping: Keeping, now: datetime) -> None:
    person = await keeping.person(follows=True)
    await stop_pushes(keeping.session, person_id=person, reason="asked", now=now)
    assert await follows_kept(keeping.session, person_id=person) is False
    await follow_kept(keeping.session, person_id=person, wanted=True, now=now)
    assert await follows_kept(keeping.session, person_id=person) is True
