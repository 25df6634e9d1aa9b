"""Reminders, steps and questions of kept offers: when they are due, for whom, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.catalogue.service import change_status, load_offers
from bot.deliveries.models import Delivery
from bot.deliveries.service import agree, stop_pushes
from bot.followups.announcing import announce_changes
from bot.followups.reminding import plan_followups
from bot.followups.service import drop_offer, follow_kept, keep_offer, make_plan, set_application, tick_step
from bot.knowledge.service import Situation
from tests.followups.conftest import Keeping

DEADLINE = date(2026, 12, 1)


async def planned(keeping: Keeping, now: datetime) -> dict[str, tuple[datetime, datetime]]:
    """Plan, and return due and stale moments of reminders by reason."""
    await plan_followups(keeping.session, now=now)
    return {one.reason: (one.due_at, one.stale_at) for one in await keeping.due("reminder")}


async def test_a_deadline_is_reminded_seven_days_and_one_day_before_at_ten_in_the_morning(keeping: Keeping) -> None:
    person = await keeping.person(await keeping.offer(deadline=DEADLINE))
    found: dict[str, tuple[datetime, datetime]] = {}
    for day in range(20, 31):
        found |= await planned(keeping, datetime(2026, 11, day, 9, 10, tzinfo=UTC))
    assert found == {
        "deadline:7:2026-12-01": (datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 28, 23, tzinfo=UTC)),
        "deadline:1:2026-12-01": (datetime(2026, 11, 30, 9, tzinfo=UTC), datetime(2026, 12, 1, 23, tzinfo=UTC)),
    }
    assert {one.person_id for one in await keeping.due("reminder")} == {person}


@pytest.mark.parametrize(
    ("zone", "due", "stale"),
    [
        ("America/Toronto", datetime(2026, 11, 30, 15, tzinfo=UTC), datetime(2026, 12, 1, 23, tzinfo=UTC)),
        ("Asia/Beirut", datetime(2026, 11, 30, 8, tzinfo=UTC), datetime(2026, 12, 1, 22, tzinfo=UTC)),
        ("Africa/Dakar", datetime(2026, 11, 30, 10, tzinfo=UTC), datetime(2026, 12, 1, 23, tzinfo=UTC)),
    ],
)
async def test_ten_in_the_morning_is_the_persons_and_the_deadline_is_the_towns_too(
    keeping: Keeping, zone: str, due: datetime, stale: datetime
) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE), zone=zone)
    found = await planned(keeping, datetime(2026, 11, 30, 14, tzinfo=UTC))
    assert found["deadline:1:2026-12-01"] == (due, stale)


@pytest.mark.parametrize(("deadline", "hour"), [(date(2027, 3, 29), 8), (date(2027, 3, 28), 9)])
async def test_ten_in_the_morning_is_right_on_both_sides_of_a_change_of_clocks(
    keeping: Keeping, deadline: date, hour: int
) -> None:
    await keeping.person(await keeping.offer(deadline=deadline))
    eve = deadline - timedelta(days=1)
    found = await planned(keeping, datetime(eve.year, eve.month, eve.day, 8, tzinfo=UTC))
    assert found[f"deadline:1:{deadline}"][0] == datetime(eve.year, eve.month, eve.day, hour, tzinfo=UTC)


async def test_what_was_missed_is_caught_up_until_the_third_day_before_and_never_after_the_deadline(
    keeping: Keeping,
) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE))
    assert list(await planned(keeping, datetime(2026, 11, 28, 22, 59, tzinfo=UTC))) == ["deadline:7:2026-12-01"]
    await keeping.sent("reminder", at=datetime(2026, 11, 28, 22, 59, tzinfo=UTC))
    assert await planned(keeping, datetime(2026, 11, 29, 0, tzinfo=UTC)) == {}
    assert await planned(keeping, datetime(2026, 12, 1, 23, 0, tzinfo=UTC)) == {}


async def test_planning_twice_plans_once(keeping: Keeping) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE))
    moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert (await plan_followups(keeping.session, now=moment))["reminder"] == 1
    assert (await plan_followups(keeping.session, now=moment))["reminder"] == 0


@pytest.mark.parametrize("state", ["applied", "interview", "accepted", "refused", "gave_up"])
async def test_whoever_said_what_became_of_it_is_not_reminded(keeping: Keeping, state: str, now: datetime) -> None:
    offer = await keeping.offer(deadline=DEADLINE)
    person = await keeping.person(offer)
    moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert await planned(keeping, moment)
    await set_application(keeping.session, offer, state, person_id=person, now=now)
    assert await planned(keeping, moment) == {}


@pytest.mark.parametrize("follows", [False, None])
async def test_whoever_did_not_agree_is_not_reminded(keeping: Keeping, follows: bool | None) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE), follows=follows)
    assert await planned(keeping, datetime(2026, 11, 24, 9, tzinfo=UTC)) == {}


async def test_a_deadline_that_moves_brings_reminders_of_its_own_and_withdraws_the_old_ones(keeping: Keeping) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE))
    moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert list(await planned(keeping, moment)) == ["deadline:7:2026-12-01"]
    await keeping.offer(at=moment, deadline=DEADLINE + timedelta(days=14))
    assert await planned(keeping, moment) == {}
    assert list(await planned(keeping, moment + timedelta(days=14))) == ["deadline:7:2026-12-15"]
    old = (await keeping.session.scalars(select(Delivery).where(Delivery.reason == "deadline:7:2026-12-01"))).one()
    assert (old.status, old.error) == ("dropped", "gone")


async def test_a_reminder_withdrawn_with_the_offer_comes_back_with_it(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer(deadline=DEADLINE)
    person = await keeping.person(offer)
    moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert await planned(keeping, moment)
    await drop_offer(keeping.session, offer, person_id=person, now=now)
    assert await keeping.due("reminder") == []
    await keep_offer(keeping.session, offer, person_id=person, now=now)
    assert list(await planned(keeping, moment)) == ["deadline:7:2026-12-01"]


async def test_a_stop_withdraws_and_a_reminder_that_was_sent_never_comes_back(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer(deadline=DEADLINE)
    person = await keeping.person(offer)
    moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
    await planned(keeping, moment)
    await stop_pushes(keeping.session, person_id=person, reason="asked", now=now)
    assert await planned(keeping, moment) == {}
    await agree(keeping.session, person_id=person, now=now)
    await keeping.session.flush()
    assert await planned(keeping, moment)
    await keeping.sent("reminder", at=moment)
    await follow_kept(keeping.session, person_id=person, wanted=False, now=now)
    await follow_kept(keeping.session, person_id=person, wanted=True, now=now)
    assert await planned(keeping, moment) == {}


async def test_a_closed_offer_is_not_reminded(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer(deadline=DEADLINE)
    await keeping.person(offer)
    moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert await planned(keeping, moment)
    await change_status(keeping.session, offer, "closed", embedder=keeping.embedder, now=now)
    assert await planned(keeping, moment) == {}


async def test_nobody_is_reminded_of_what_they_kept_after_that_moment(keeping: Keeping) -> None:
    offer = await keeping.offer(deadline=DEADLINE)
    person = await keeping.person()
    moment = datetime(2026, 11, 26, 12, tzinfo=UTC)
    await keep_offer(keeping.session, offer, person_id=person, now=moment)
    assert await planned(keeping, moment) == {}
    assert list(await planned(keeping, moment + timedelta(days=4))) == ["deadline:1:2026-12-01"]


async def test_the_question_comes_the_day_after_the_deadline_and_once(keeping: Keeping) -> None:
    offer = await keeping.offer(deadline=DEADLINE)
    person = await keeping.person(offer)
    assert (await plan_followups(keeping.session, now=datetime(2026, 12, 1, 12, tzinfo=UTC)))["question"] == 0
    moment = datetime(2026, 12, 2, 9, tzinfo=UTC)
    assert (await plan_followups(keeping.session, now=moment))["question"] == 1
    (question,) = await keeping.due("question")
    assert (question.person_id, question.offer_id, question.due_at) == (person, offer, moment)
    await keeping.sent("question", at=moment)
    assert (await plan_followups(keeping.session, now=moment + timedelta(days=1)))["question"] == 0


async def test_without_a_deadline_the_question_comes_ten_days_after_keeping(keeping: Keeping) -> None:
    await keeping.person(await keeping.offer())
    kept = keeping.start  # 24 October 2026, before the clocks change
    assert (await plan_followups(keeping.session, now=kept + timedelta(days=9)))["question"] == 0
    assert (await plan_followups(keeping.session, now=kept + timedelta(days=10)))["question"] == 1
    (question,) = await keeping.due("question")
    assert question.due_at == datetime(2026, 11, 3, 9, tzinfo=UTC)


async def test_a_question_that_was_answered_before_it_left_is_withdrawn(keeping: Keeping, now: datetime) -> None:
    offer = await keeping.offer()
    person = await keeping.person(offer)
    await plan_followups(keeping.session, now=keeping.start + timedelta(days=10))
    await set_application(keeping.session, offer, "not_yet", person_id=person, now=now)
    assert await keeping.due("question") == []


async def test_a_step_is_reminded_two_days_before_unless_it_is_done(keeping: Keeping, now: datetime) -> None:
    offer_id = await keeping.offer(deadline=None)
    person = await keeping.person(offer_id)
    offer = (await load_offers(keeping.session, [offer_id]))[offer_id]
    situation = Situation.of({"destination": ["ES"], "kind": "internship"})
    departs_on = date(2027, 3, 1)
    await make_plan(keeping.session, offer, person_id=person, departs_on=departs_on, situation=situation, now=now)
    card_day = departs_on - timedelta(days=15)
    moment = datetime(2027, 2, 12, 9, tzinfo=UTC)
    assert moment.date() == card_day - timedelta(days=2)
    await plan_followups(keeping.session, now=moment)
    (step,) = await keeping.due("step")
    assert (step.reason, step.due_at) == (f"step:health_card:{card_day}", moment)
    assert step.stale_at == datetime(2027, 2, 14, 23, tzinfo=UTC)
    await tick_step(keeping.session, offer_id, "health_card", person_id=person, done=True, now=now)
    assert await keeping.due("step") == []
    await plan_followups(keeping.session, now=moment)
    assert await keeping.due("step") == []


async def test_a_start_that_moves_moves_the_plan_and_its_reminders_and_ticks_stay(
    keeping: Keeping, now: datetime
) -> None:
    start = date(2027, 3, 1)
    offer_id = await keeping.offer(start_from=start, start_until=date(2027, 6, 1))
    person = await keeping.person(offer_id)
    offer = (await load_offers(keeping.session, [offer_id]))[offer_id]
    situation = Situation.of({"destination": ["ES"], "kind": "internship"})
    await make_plan(keeping.session, offer, person_id=person, departs_on=start, situation=situation, now=now)
    await tick_step(keeping.session, offer_id, "passport", person_id=person, done=True, now=now)
    await plan_followups(keeping.session, now=datetime(2027, 2, 12, 9, tzinfo=UTC))
    assert [one.reason for one in await keeping.due("step")] == ["step:health_card:2027-02-14"]
    moved = datetime(2027, 2, 12, 10, tzinfo=UTC)
    await keeping.offer(at=moved, start_from=date(2027, 4, 1), start_until=date(2027, 6, 1))
    await announce_changes(keeping.session, now=moved)
    await plan_followups(keeping.session, now=moved)
    assert await keeping.due("step") == []
    await plan_followups(keeping.session, now=datetime(2027, 3, 15, 9, tzinfo=UTC))
    assert [one.reason for one in await keeping.due("step")] == ["step:health_card:2027-03-17"]
    done = await keeping.session.scalars(select(Delivery.reason).where(Delivery.reason.like("step:passport:%")))
    assert list(done) == []
