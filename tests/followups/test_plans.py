"""The plan of a departure: what is ticked stays ticked, what is late is known, what the offer moves moves."""

from __future__ import annotations

from datetime import date, datetime

from bot.catalogue.models import Offer
from bot.catalogue.service import load_offers
from bot.followups.announcing import announce_changes
from bot.followups.service import (
    Plan,
    date_plan,
    departure_of,
    drop_offer,
    keep_offer,
    make_plan,
    plan_of,
    set_application,
    tick_step,
)
from bot.knowledge.service import Situation
from tests.followups.conftest import Keeping

STUDENT = Situation.of({"destination": ["ES"], "kind": "internship"})
START = date(2027, 3, 1)


async def offer_of(keeping: Keeping, offer_id: int) -> Offer:
    return (await load_offers(keeping.session, [offer_id]))[offer_id]


async def made(keeping: Keeping, offer_id: int, person: int, now: datetime, departs_on: date = START) -> Plan:
    offer = await offer_of(keeping, offer_id)
    return await make_plan(keeping.session, offer, person_id=person, departs_on=departs_on, situation=STUDENT, now=now)


def days(plan: Plan) -> dict[str, date]:
    return {step.code: step.due_on for step in plan.steps}


async def test_a_plan_is_made_in_the_order_of_its_days(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer()
    plan = await made(keeping, offer, await keeping.person(offer), now)
    assert [step.due_on for step in plan.steps] == sorted(step.due_on for step in plan.steps)
    assert days(plan)["health_card"] == date(2027, 2, 14)
    codes = [step.code for step in plan.steps]
    assert codes[:2] == ["application", "agreement"]  # the application first, though an agreement takes six months


async def test_another_day_moves_the_steps_and_keeps_the_ticks(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer()
    person = await keeping.person(offer)
    await made(keeping, offer, person, now)
    await tick_step(keeping.session, offer, "passport", person_id=person, done=True, now=now)
    plan = await made(keeping, offer, person, now, departs_on=date(2027, 4, 1))
    assert plan.departs_on == date(2027, 4, 1)
    assert days(plan)["health_card"] == date(2027, 3, 17)
    assert [step.code for step in plan.steps if step.is_done] == ["passport"]


async def test_a_step_is_ticked_and_unticked(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer()
    person = await keeping.person(offer)
    await made(keeping, offer, person, now)
    for done in (True, False):
        assert await tick_step(keeping.session, offer, "housing", person_id=person, done=done, now=now)
        plan = await plan_of(keeping.session, offer, person_id=person)
        assert plan is not None
        assert ["housing"] * done == [step.code for step in plan.steps if step.is_done]
    assert not await tick_step(keeping.session, offer, "visa", person_id=person, done=True, now=now)


async def test_an_application_that_was_sent_is_a_step_that_is_done(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer()
    person = await keeping.person(offer)
    await set_application(keeping.session, offer, "applied", person_id=person, now=now)
    plan = await made(keeping, offer, person, now)
    assert [step.code for step in plan.steps if step.is_done] == ["application"]


async def test_once_accepted_nothing_waits_for_the_application(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer(deadline=date(2027, 1, 20))
    person = await keeping.person(offer)
    waiting = days(await made(keeping, offer, person, now))
    assert waiting["agreement"] == waiting["application"] == date(2027, 1, 17)
    await set_application(keeping.session, offer, "accepted", person_id=person, now=now)
    await date_plan(keeping.session, await offer_of(keeping, offer), person_id=person, now=now)
    plan = await plan_of(keeping.session, offer, person_id=person)
    assert plan is not None
    assert days(plan)["agreement"] == date(2026, 9, 2)
    assert [step.code for step in plan.steps if step.is_done] == ["application"]


async def test_a_plan_that_followed_the_offer_follows_it_on_and_another_does_not(
    keeping: Keeping, now: datetime
) -> None:
    offer = await keeping.offer(start_from=START, start_until=date(2027, 6, 1))
    follower, chooser = await keeping.person(offer, chat_id=1), await keeping.person(offer, chat_id=2)
    await made(keeping, offer, follower, now)
    await made(keeping, offer, chooser, now, departs_on=date(2027, 4, 10))
    await tick_step(keeping.session, offer, "passport", person_id=follower, done=True, now=now)
    await keeping.offer(at=now, start_from=date(2027, 5, 1), start_until=date(2027, 6, 1))
    await announce_changes(keeping.session, now=now)
    followed = await plan_of(keeping.session, offer, person_id=follower)
    chosen = await plan_of(keeping.session, offer, person_id=chooser)
    assert followed is not None
    assert chosen is not None
    assert (followed.departs_on, chosen.departs_on) == (date(2027, 5, 1), date(2027, 4, 10))
    assert days(followed)["health_card"] == date(2027, 4, 16)
    assert [step.code for step in followed.steps if step.is_done] == ["passport"]


async def test_a_deadline_that_moves_moves_the_application(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer(deadline=date(2027, 1, 10))
    person = await keeping.person(offer)
    assert days(await made(keeping, offer, person, now))["application"] == date(2027, 1, 7)
    await keeping.offer(at=now, deadline=date(2027, 1, 20))
    await announce_changes(keeping.session, now=now)
    plan = await plan_of(keeping.session, offer, person_id=person)
    assert plan is not None
    assert days(plan)["application"] == date(2027, 1, 17)


async def test_a_plan_goes_with_the_offer_kept(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer()
    person = await keeping.person(offer)
    await made(keeping, offer, person, now)
    await drop_offer(keeping.session, offer, person_id=person, now=now)
    await keep_offer(keeping.session, offer, person_id=person, now=now)
    assert await plan_of(keeping.session, offer, person_id=person) is None


async def test_the_departure_is_the_offers_first_day_when_it_is_still_to_come(keeping: Keeping) -> None:
    offer = await offer_of(keeping, await keeping.offer(start_from=START, start_until=date(2027, 6, 1)))
    assert departure_of(offer, today=date(2027, 2, 28)) == START
    assert departure_of(offer, today=START) is None
