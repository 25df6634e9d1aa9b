"""What a young person does about messages as a whole: stops them, takes them up again, says when they may come."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.db.service import transaction
from bot.deliveries.models import Delivery
from bot.profiles.models import Person
from tests.acceptance.house import House, house_now
from tests.acceptance.test_alerts_on_telegram import BELL, preferences, searches, subscribed
from tests.acceptance.test_dialogue_attacks import AM_I, asked_for_age
from tests.acceptance.test_search_on_telegram import met, presses, tells


@pytest.mark.parametrize("word", ["stop", "/stop", "arrêter", "Arrête tout", "stop les alertes", "baja", "توقف"])
async def test_a_word_stops_everything_and_searches_stay(simple_house: House, word: str) -> None:
    user, _ = await subscribed(simple_house, 17)
    assert (await tells(user, word)).labels
    assert (await preferences(simple_house)).stop_reason == "asked"
    assert len(await searches(simple_house)) == 1


async def test_what_waits_is_withdrawn_at_once_and_messages_may_be_taken_up_again(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 18)
    async with transaction(simple_house.collaborators.sessions) as session:
        person = (await session.scalars(select(Person))).one()
        now = house_now()
        waiting = {"kind": "campaign", "reason": "campaign:1", "details": {}, "is_held": True}
        session.add(Delivery(person_id=person.id, **waiting, due_at=now, stale_at=now, created_at=now))
    stopped = await tells(user, "/stop")
    assert "Ton alerte est gardée" in stopped.text
    async with transaction(simple_house.collaborators.sessions) as session:
        assert (await session.scalars(select(Delivery.status))).all() == ["dropped"]
    assert "Tout est arrêté" in (await tells(user, "/alertes")).text
    await presses(user, "▶ Reprendre les messages")
    assert (await preferences(simple_house)).stopped_at is None


async def test_only_the_advisers_messages_can_be_refused(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 19)
    await tells(user, "/stop")
    await presses(user, "Arrêter seulement les messages des conseillers")
    kept = await preferences(simple_house)
    assert kept.stopped_at is None
    assert kept.campaigns_stopped_at is not None
    await presses(user, "Accepter les messages des conseillers")
    assert (await preferences(simple_house)).campaigns_stopped_at is None


async def test_stop_works_in_a_flood_of_messages(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 20)
    for number in range(24):
        await user.says(f"salut {number}")
    await user.says("/stop")
    await user.reads(timeout=20)
    assert (await preferences(simple_house)).stop_reason == "asked"


async def test_a_bare_stop_ends_the_questions_that_wait_and_the_command_stops_what_is_sent(
    simple_house: House,
) -> None:
    user, _, offer_id = await asked_for_age(simple_house, 21)
    await tells(user, "un stage en Espagne")
    await presses(user, BELL)
    assert "on arrête les questions" in (await tells(user, "stop")).text
    assert (await preferences(simple_house)).stopped_at is None
    await tells(user, f"/start offer_{offer_id}")
    assert "âge" in (await presses(user, AM_I)).text
    stopped = await tells(user, "/stop")
    assert (await preferences(simple_house)).stopped_at is not None
    assert not any("questions" in label for label in stopped.labels)


async def test_who_never_asked_for_anything_is_told_that_nothing_is_sent(simple_house: House) -> None:
    user = await met(simple_house, 22)
    assert "rien à arrêter" in (await tells(user, "/stop")).text
    assert "pas d'alerte" in (await tells(user, "/alertes")).text


async def test_the_hours_are_those_of_where_they_said_that_they_live(simple_house: House) -> None:
    user = await met(simple_house, 23)
    await tells(user, "j'habite à Montréal, je cherche un stage en Espagne")
    assert "heure de Toronto" in (await presses(user, BELL)).text
    assert (await preferences(simple_house)).zone_from == "place"


async def test_settings_are_changed_by_buttons_and_the_town_by_its_name(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 24)
    before = (await searches(simple_house))[0].next_at
    await tells(user, "/reglages")
    assert "Rien entre 22 h et 7 h" in (await presses(user, "🌙 Rien de 22 h à 7 h")).text
    assert "1 message par jour" in (await presses(user, "1 par jour")).text
    assert "comme les autres jours" in (await presses(user, "Écrire aussi les jours fériés")).text
    await presses(user, "🕒 Je vis ailleurs")
    assert "heure de Dakar" in (await tells(user, "Dakar")).text
    kept = await preferences(simple_house)
    assert (kept.time_zone, kept.zone_from, kept.quiet_from, kept.most_a_day) == ("Africa/Dakar", "told", 22, 1)
    after = (await searches(simple_house))[0].next_at
    assert before is not None
    assert after is not None
    assert after != before


async def test_an_age_below_fifteen_told_later_stops_what_comes_by_itself(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 70)
    told = await tells(user, "j'ai 14 ans, je cherche un échange en Allemagne")
    assert "Avant 15 ans" in told.text
    wants = await preferences(simple_house)
    assert (wants.stopped_at is not None, wants.stop_reason) == (True, "too_young")
    await tells(user, "/recommencer")
    await presses(user, "Oui, repartir à zéro")
    assert "Avant 15 ans" in (await tells(user, "/reprendre")).text
    assert (await preferences(simple_house)).stopped_at is not None
