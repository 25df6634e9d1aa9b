"""The messages of kept offers: what they say, their buttons, and what has lost its reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from bot.catalogue.service import change_status, load_offers
from bot.chat.keyboards import Button
from bot.deliveries.models import Delivery
from bot.deliveries.service import Push
from bot.followups.reminding import plan_followups
from bot.followups.service import (
    compose_questions,
    compose_reminders,
    compose_steps,
    drop_offer,
    make_plan,
    set_application,
    tick_step,
)
from bot.knowledge.service import Situation
from tests.followups.conftest import Keeping

DEADLINE = date(2026, 12, 1)
EVE = datetime(2026, 11, 30, 9, tzinfo=UTC)


def verbs(push: Push) -> list[str]:
    return [button.verb for row in push.rows for button in row]


def pressed(push: Push, verb: str) -> Button:
    return next(button for row in push.rows for button in row if button.verb == verb)


async def due(keeping: Keeping, kind: str, at: datetime) -> Sequence[Delivery]:
    await plan_followups(keeping.session, now=at)
    return await keeping.due(kind)


async def test_a_reminder_says_when_and_can_be_stopped_in_one_tap(keeping: Keeping) -> None:
    offer = await keeping.offer(deadline=DEADLINE)
    await keeping.person(offer)
    composed = await keeping.told(compose_reminders, await due(keeping, "reminder", EVE), at=EVE)
    (push,) = composed.pushes
    assert push.text == (
        "⏳ Une offre gardée se termine bientôt :\n\n<b>Stage d&#x27;accueil dans une auberge</b>\n"
        "Candidature jusqu'au 1er décembre 2026 inclus (demain)"
    )
    assert verbs(push) == ["show_offer", "application_set", "plan_show", "follow_kept"]
    assert pressed(push, "application_set").arguments == {"offer_id": offer, "state": "applied"}
    assert pressed(push, "follow_kept").arguments == {"wanted": False}


async def test_a_reminder_that_comes_late_counts_the_days_that_are_left(keeping: Keeping) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE))
    late = datetime(2026, 11, 27, 9, tzinfo=UTC)
    composed = await keeping.told(compose_reminders, await due(keeping, "reminder", late), at=late)
    assert "(dans 4 jours)" in composed.pushes[0].text


async def test_deadlines_of_one_day_are_told_together_five_at_a_time(keeping: Keeping) -> None:
    offers = [await keeping.offer(f"offer-{number}", deadline=DEADLINE) for number in range(7)]
    await keeping.person(*offers)
    composed = await keeping.told(compose_reminders, await due(keeping, "reminder", EVE), at=EVE)
    assert [len(push.covers) for push in composed.pushes] == [5, 2]
    assert verbs(composed.pushes[0]) == [*["show_offer"] * 5, "follow_kept"]
    assert "5 offres gardées" in composed.pushes[0].text


async def test_what_closed_was_answered_or_is_kept_no_more_is_dropped(keeping: Keeping, now: datetime) -> None:
    offers = [await keeping.offer(f"offer-{number}", deadline=DEADLINE) for number in range(4)]
    person = await keeping.person(*offers)
    deliveries = await due(keeping, "reminder", EVE)
    await change_status(keeping.session, offers[0], "closed", embedder=keeping.embedder, now=now)
    await set_application(keeping.session, offers[1], "applied", person_id=person, now=now)
    await drop_offer(keeping.session, offers[2], person_id=person, now=now)
    composed = await keeping.told(compose_reminders, deliveries, at=EVE)
    assert [[one.offer_id for one in push.covers] for push in composed.pushes] == [[offers[3]]]
    assert {one.offer_id for one in composed.dropped["gone"]} == set(offers[:3])


async def test_the_question_has_the_six_answers(keeping: Keeping) -> None:
    offer = await keeping.offer(deadline=DEADLINE)
    await keeping.person(offer)
    at = datetime(2026, 12, 2, 9, tzinfo=UTC)
    (push,) = (await keeping.told(compose_questions, await due(keeping, "question", at), at=at)).pushes
    assert push.text == "As-tu postulé à <b>Stage d&#x27;accueil dans une auberge</b> ?"
    states = [button.arguments.get("state") for row in push.rows for button in row if button.verb == "application_set"]
    assert states == ["applied", "interview", "accepted", "refused", "gave_up", "not_yet"]


async def test_steps_of_a_plan_are_told_together_and_ticked_from_the_message(keeping: Keeping, now: datetime) -> None:
    offer_id = await keeping.offer()
    person = await keeping.person(offer_id)
    offer = (await load_offers(keeping.session, [offer_id]))[offer_id]
    situation = Situation.of({"destination": ["MA"], "kind": "volunteering"})  # vaccines and health cover: one day
    departs_on = date(2027, 3, 1)
    await make_plan(keeping.session, offer, person_id=person, departs_on=departs_on, situation=situation, now=now)
    at = datetime(2027, 1, 28, 9, tzinfo=UTC)
    deliveries = await due(keeping, "step", at)
    await tick_step(keeping.session, offer_id, "vaccines", person_id=person, done=True, now=now)
    composed = await keeping.told(compose_steps, deliveries, at=at)
    (push,) = composed.pushes
    assert push.text.split("\n")[1:] == ["• Santé hors d'Europe (dans 2 jours)"]
    assert [one.reason.split(":")[1] for one in composed.dropped["gone"]] == ["vaccines"]
    assert verbs(push) == ["plan_tick", "plan_show", "follow_kept"]
    assert pressed(push, "plan_tick").arguments == {"offer_id": offer_id, "step": "health_cover", "done": True}


async def test_steps_of_a_plan_that_moved_are_dropped(keeping: Keeping, now: datetime) -> None:
    offer_id = await keeping.offer()
    person = await keeping.person(offer_id)
    offer = (await load_offers(keeping.session, [offer_id]))[offer_id]
    situation = Situation.of({"destination": ["ES"], "kind": "job"})
    first, later = date(2027, 3, 1), date(2027, 5, 1)
    await make_plan(keeping.session, offer, person_id=person, departs_on=first, situation=situation, now=now)
    at = datetime(2027, 2, 12, 9, tzinfo=UTC)
    deliveries = await due(keeping, "step", at)
    await make_plan(keeping.session, offer, person_id=person, departs_on=later, situation=situation, now=now)
    composed = await keeping.told(compose_steps, deliveries, at=at + timedelta(minutes=1))
    assert list(composed.pushes) == []
    assert list(composed.dropped["gone"]) == list(deliveries)
