"""What a young person finds who said nothing for months: a question, alerts in pause, and a warning before the end."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from bot.alerts.models import SavedSearch
from bot.apps.scheduler import enqueue_chore
from bot.db.service import transaction
from bot.deliveries.models import Delivery
from bot.profiles.models import Person
from tests.acceptance.house import House, house_now
from tests.acceptance.test_alerts_on_telegram import searches, subscribed
from tests.acceptance.test_an_offer_is_told import at_any_hour, done, reads
from tests.acceptance.test_search_on_telegram import presses, tells
from tests.fixtures.bot_api import FakeUser


async def silent(house: House, user_id: int, days: int, *said: str) -> FakeUser:
    """Return somebody with alerts who gave no sign of life for so many days."""
    user, _ = await subscribed(house, user_id, *said)
    await at_any_hour(house)
    async with transaction(house.collaborators.sessions) as session:
        await session.execute(update(Person).values(last_seen_at=house_now() - timedelta(days=days)))
    return user


async def a_night_passes(house: House) -> None:
    """Run the chores of people who fell silent, and let what they wrote leave."""
    for task in ("alerts:mind_silence", "conversation:erase_silent", "deliveries:dispatch"):
        await enqueue_chore(house.collaborators.sessions, house.collaborators.queue, task)
        await done(house, task)


async def a_month_passes(house: House) -> None:
    """Let what was sent have been sent a month earlier."""
    async with transaction(house.collaborators.sessions) as session:
        await session.execute(update(Delivery).values(settled_at=Delivery.settled_at - timedelta(days=31)))


async def asked(house: House, user: FakeUser) -> None:
    """Let the question reach somebody, and the ledger know of it."""
    await a_night_passes(house)
    (question,) = await reads(user)
    assert "six mois" in question.text
    assert question.labels == ("✅ Oui, continue", "✏️ Changer mes alertes", "⛔ Ne plus rien m'envoyer")
    await a_night_passes(house)
    assert await reads(user) == []


async def test_whoever_answers_yes_goes_on_and_is_not_asked_again(simple_house: House) -> None:
    user = await silent(simple_house, 1, 184)
    await asked(simple_house, user)
    assert "je continue" in (await presses(user, "✅ Oui, continue")).text
    await a_month_passes(simple_house)
    await a_night_passes(simple_house)
    assert await reads(user) == []
    assert [search.is_paused for search in await searches(simple_house)] == [False]


async def test_whoever_does_not_answer_finds_their_alerts_in_pause_and_takes_them_up_in_one_tap(
    simple_house: House,
) -> None:
    user = await silent(simple_house, 2, 184, "un stage en Espagne", "un job en Irlande")
    await asked(simple_house, user)
    await a_month_passes(simple_house)
    await a_night_passes(simple_house)
    assert [search.is_paused for search in await searches(simple_house)] == [True, True]
    await user.says("bonjour")
    answer, note = await user.reads(timeout=10)
    assert "2 alertes sont en pause" not in answer.text
    assert "tes 2 alertes sont en pause" in note.text
    assert "je continue" in (await presses(user, "▶ Oui, reprends")).text
    assert [search.is_paused for search in await searches(simple_house)] == [False, False]
    assert "en pause" not in (await tells(user, "merci")).text


async def test_whoever_asks_for_help_in_distress_hears_of_no_alerts(simple_house: House) -> None:
    user = await silent(simple_house, 3, 1)
    async with transaction(simple_house.collaborators.sessions) as session:
        await session.execute(update(SavedSearch).values(is_paused=True, is_silenced=True))
    await user.says("je veux mourir")
    (help_lines,) = await user.reads(timeout=10)
    assert "3114" in help_lines.text
    await user.says("merci")
    assert "ton alerte est en pause" in (await user.reads(timeout=10))[-1].text


async def test_whoever_is_warned_keeps_everything_in_one_tap(simple_house: House) -> None:
    user = await silent(simple_house, 4, 701)
    await a_night_passes(simple_house)
    (warning,) = await reads(user)
    assert "deux ans" in warning.text
    assert "je garde tout" in (await presses(user, "✅ Tout garder")).text
    await a_month_passes(simple_house)
    await a_night_passes(simple_house)
    assert len(await searches(simple_house)) == 1


async def test_whoever_never_answers_is_erased_with_all_that_was_kept(simple_house: House) -> None:
    user = await silent(simple_house, 5, 731)
    await a_night_passes(simple_house)
    assert len(await reads(user)) == 1
    await a_night_passes(simple_house)
    assert len(await searches(simple_house)) == 1
    await a_month_passes(simple_house)
    await a_night_passes(simple_house)
    async with transaction(simple_house.collaborators.sessions) as session:
        for table in (Person, SavedSearch, Delivery):
            assert (await session.scalars(select(table))).all() == []
