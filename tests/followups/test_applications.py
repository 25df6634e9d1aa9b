"""What is said of an application: kept with the offer, and it ends what it makes useless."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.followups.reminding import plan_followups
from bot.followups.service import applications, is_kept, last_asked, set_application
from bot.kit.errors import UserError
from tests.followups.conftest import Keeping


async def test_saying_it_keeps_the_offer_and_the_last_answer_counts(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer()
    person = await keeping.person()
    for state in ("applied", "interview", "accepted"):
        await set_application(keeping.session, offer, state, person_id=person, now=now)
        assert await applications(keeping.session, [offer], person_id=person) == {offer: state}
    assert await is_kept(keeping.session, offer, person_id=person)


async def test_an_unknown_answer_is_refused(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer()
    with pytest.raises(UserError):
        await set_application(keeping.session, offer, "maybe", person_id=await keeping.person(offer), now=now)


async def test_the_offer_asked_about_last_is_known_for_three_days_and_until_it_is_answered(keeping: Keeping) -> None:
    offer = await keeping.offer(deadline=date(2026, 12, 1))
    person = await keeping.person(offer)
    at = datetime(2026, 12, 2, 9, tzinfo=UTC)
    await plan_followups(keeping.session, now=at)
    assert await last_asked(keeping.session, person_id=person, now=at) is None  # not sent yet
    await keeping.sent("question", at=at)
    assert await last_asked(keeping.session, person_id=person, now=at + timedelta(days=2)) == offer
    assert await last_asked(keeping.session, person_id=person, now=at + timedelta(days=3)) is None
    await set_application(keeping.session, offer, "applied", person_id=person, now=at)
    assert await last_asked(keeping.session, person_id=person, now=at + timedelta(days=1)) is None
