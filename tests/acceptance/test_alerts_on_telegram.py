"""What a young person does about alerts: asks to be told, in one tap or by words, and manages them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from bot.alerts.models import SavedSearch
from bot.catalogue.models import Offer
from bot.chat.models import Keyboard
from bot.db.service import transaction
from bot.deliveries.models import Delivery, PushPreferences
from bot.profiles.models import Person
from tests.acceptance.house import House, house_now
from tests.acceptance.test_search_on_telegram import met, presses, tells
from tests.fixtures.bot_api import FakeUser, Seen

BELL = "🔔 Préviens-moi"


async def searches(house: House) -> list[SavedSearch]:
    """Return the alerts that are kept, the oldest first."""
    async with transaction(house.collaborators.sessions) as session:
        return list(await session.scalars(select(SavedSearch).order_by(SavedSearch.id)))


async def preferences(house: House) -> PushPreferences:
    """Return what the only person of the house wants."""
    async with transaction(house.collaborators.sessions) as session:
        return (await session.scalars(select(PushPreferences))).one()


async def subscribed(house: House, user_id: int, *said: str) -> tuple[FakeUser, Seen]:
    """Return somebody who asked to be told of each search said, and the last answer."""
    user = await met(house, user_id)
    answer = None
    for words in said or ("un stage en Espagne",):
        await tells(user, words)
        answer = await presses(user, BELL)
    assert answer is not None
    return user, answer


async def test_one_tap_under_a_list_saves_the_search_and_says_when_it_comes_and_how_to_stop(
    simple_house: House,
) -> None:
    _, answer = await subscribed(simple_house, 1)
    for words in ("stages · en Espagne", "chaque jour à 18 h", "heure de Paris", "21 h", "jours fériés", "/stop"):
        assert words in answer.text
    assert {"À chaque offre", "Chaque semaine", "🔔 Mes alertes"} <= set(answer.labels)
    saved = (await searches(simple_house))[0]
    assert (saved.rhythm, saved.hour, saved.is_paused) == ("daily", 18, False)
    assert saved.seen_offer_ids
    assert (await preferences(simple_house)).stopped_at is None


async def test_the_same_search_is_saved_once(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 2)
    await tells(user, "un stage en Espagne")
    assert "déjà cette alerte" in (await presses(user, BELL)).text
    assert len(await searches(simple_house)) == 1


async def test_nothing_found_offers_to_tell_later_and_yes_is_enough(simple_house: House) -> None:
    user = await met(simple_house, 3)
    nothing = await tells(user, "un stage à Vladivostok")
    assert BELL in nothing.labels
    await presses(user, BELL)
    assert [search.criteria["kind"] for search in await searches(simple_house)] == ["internship"]


@pytest.mark.parametrize(
    ("language", "search", "words", "rhythm"),
    [
        ("fr", "un stage en Espagne", "préviens-moi une fois par semaine", "weekly"),
        ("fr", "un stage en Espagne", "tiens moi au courant stp", "daily"),
        ("en", "an internship in Spain", "let me know as soon as there is one", "at_once"),
        ("es", "prácticas en España", "avísame cada semana", "weekly"),
        ("ar", "تدريب في إسبانيا", "نبهني كل أسبوع", "weekly"),
    ],
)
async def test_asking_in_words_saves_the_running_search_at_the_rhythm_that_is_said(
    simple_house: House, language: str, search: str, words: str, rhythm: str
) -> None:
    user = await met(simple_house, 4, language)
    await tells(user, search)
    assert "/stop" in (await tells(user, words)).text
    saved = (await searches(simple_house))[0]
    assert (saved.criteria["countries"], saved.rhythm) == (["ES"], rhythm)


async def test_what_an_alert_names_itself_needs_no_search_before(simple_house: House) -> None:
    user = await met(simple_house, 5)
    assert "bénévolat" not in (await tells(user, "préviens-moi pour un job en Irlande")).text.lower()
    assert (await searches(simple_house))[0].criteria == {"kind": "job", "countries": ["IE"]}


async def test_without_any_search_it_is_asked_what_for(simple_house: House) -> None:
    user = await met(simple_house, 6)
    asked = await tells(user, "préviens-moi")
    assert "Te prévenir de quoi" in asked.text
    assert "Stage" in asked.labels
    assert await searches(simple_house) == []


async def test_below_fifteen_no_alert_is_kept_and_an_adult_is_named(simple_house: House) -> None:
    user = await met(simple_house, 7)
    found = await tells(user, "j'ai 14 ans, je cherche un échange en Allemagne")
    assert BELL not in found.labels
    assert "adulte" in (await tells(user, "préviens-moi")).text
    assert await searches(simple_house) == []
    async with transaction(simple_house.collaborators.sessions) as session:
        assert (await session.scalars(select(PushPreferences))).all() == []


async def test_at_seventeen_alerts_are_kept_with_the_age(simple_house: House) -> None:
    user = await met(simple_house, 8)
    await tells(user, "j'ai 17 ans, je cherche un volontariat")
    await presses(user, BELL)
    assert (await searches(simple_house))[0].criteria["age"] == 17


async def test_the_rhythm_the_hour_and_the_day_are_changed_by_buttons(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 9)
    weekly = await presses(user, "Chaque semaine")
    assert "chaque mercredi à 18 h" in weekly.text
    await presses(user, "lun.")
    changed = await presses(user, "8 h")
    assert "chaque lundi à 8 h" in changed.text
    saved = (await searches(simple_house))[0]
    assert (saved.rhythm, saved.weekday, saved.hour) == ("weekly", 0, 8)
    await presses(user, "À chaque offre")
    assert (await searches(simple_house))[0].next_at is None


async def test_short_words_after_an_alert_change_its_rhythm(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 10)
    assert "chaque mercredi à 18 h" in (await tells(user, "une fois par semaine ça suffit")).text
    assert "chaque vendredi à 18 h" in (await tells(user, "plutôt le vendredi")).text
    assert "chaque lundi à 9 h" in (await tells(user, "le lundi à 9h")).text
    assert "chaque jour à 9 h" in (await tells(user, "tous les jours")).text
    assert "à chaque nouvelle offre" in (await tells(user, "dès qu'il y en a une")).text
    assert "chaque jour" in (await tells(user, "moins souvent")).text


async def test_an_hour_of_the_night_is_told_to_come_in_the_morning(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 11)
    assert "ça arrivera à 8 h" in (await tells(user, "plutôt à 23h")).text


async def test_alerts_are_listed_named_paused_and_deleted_by_words(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 12, "un stage en Espagne", "un job en Irlande")
    listed = await tells(user, "mes alertes")
    assert "Tes 2 alertes" in listed.text
    assert re.search(r"1\. stages · en Espagne\nchaque jour à 18 h", listed.text)
    assert "« Dublin »" in (await tells(user, "renomme la 2 en Dublin")).text
    assert "⏸ en pause" in (await presses(user, "⏸ Mettre en pause")).text
    await tells(user, "mes alertes")
    await tells(user, "mets en pause la première")
    assert [search.is_paused for search in await searches(simple_house)] == [True, True]
    assert "C'est reparti : Dublin" in (await tells(user, "reprends l'alerte Dublin")).text
    deleted = await tells(user, "supprime l'alerte 1")
    assert "stages · en Espagne" in deleted.text
    assert [search.name for search in await searches(simple_house)] == ["Dublin"]
    await presses(user, "↩️ La remettre")
    assert len(await searches(simple_house)) == 2


async def test_an_alert_is_managed_by_buttons_on_its_card(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 13)
    await presses(user, "🔔 Mes alertes")
    card = await presses(user, "1")
    assert "chaque jour à 18 h" in card.text
    paused = await presses(user, "⏸ Mettre en pause")
    assert paused.message_id == card.message_id
    assert "▶ Reprendre" in paused.labels
    assert "⏸ Mettre en pause" in (await presses(user, "▶ Reprendre")).labels
    await presses(user, "✏️ Renommer")
    assert "« Sud »" in (await tells(user, "Sud")).text
    assert "Alerte supprimée : Sud" in (await presses(user, "🗑 Supprimer")).text
    assert await searches(simple_house) == []


async def test_a_number_that_no_alert_has_changes_nothing(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 14)
    assert "Laquelle" in (await tells(user, "supprime l'alerte 7")).text
    assert len(await searches(simple_house)) == 1


async def test_all_are_deleted_only_once_confirmed(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 15, "un stage en Espagne", "un job en Irlande")
    asked = await tells(user, "supprime toutes mes alertes")
    assert "tes 2 alertes" in asked.text
    assert len(await searches(simple_house)) == 2
    await presses(user, "Oui, tout supprimer")
    assert await searches(simple_house) == []


async def test_twenty_alerts_are_the_most(simple_house: House) -> None:
    towns = ("Espagne", "Italie", "Portugal", "Grèce", "Irlande", "Allemagne", "Belgique")
    kinds = ("un stage", "un job", "un volontariat")
    user, _ = await subscribed(simple_house, 16, "un stage en Espagne")
    async with transaction(simple_house.collaborators.sessions) as session:
        model = (await session.scalars(select(SavedSearch))).one()
        kept = {column.name: getattr(model, column.name) for column in SavedSearch.__table__.columns}
        del kept["id"]
        session.add_all(SavedSearch(**{**kept, "criteria_key": f"other-{number}"}) for number in range(19))
    await tells(user, f"{kinds[1]} en {towns[1]}")
    assert "20" in (await presses(user, BELL)).text
    assert len(await searches(simple_house)) == 20
    first = await tells(user, "mes alertes")
    assert "Suite ▶" in first.labels
    assert "7. " in (await presses(user, "Suite ▶")).text


async def test_a_digest_opens_as_a_list_and_stays_above_it(simple_house: House) -> None:
    user, answer = await subscribed(simple_house, 27)
    async with transaction(simple_house.collaborators.sessions) as session:
        search = (await session.scalars(select(SavedSearch))).one()
        offers = (await session.scalars(select(Offer.id).where(Offer.status == "published").limit(7))).all()
        told = [
            Delivery(
                person_id=search.person_id, offer_id=offer_id, kind="alert", reason="alert", source_id=search.id,
                details={}, status="sent", due_at=house_now(), stale_at=house_now(), created_at=house_now(),
            )
            for offer_id in offers
        ]  # fmt: skip
        session.add_all(told)
        await session.flush()
        opens = {"search_id": search.id, "delivery_ids": [one.id for one in told]}
        keyboard = (await session.scalars(select(Keyboard).order_by(Keyboard.created_at.desc()).limit(1))).one()
        keyboard.buttons = [{**button, "verb": "alert_open", "arguments": opens} for button in keyboard.buttons]
    opened = await presses(user, "Chaque semaine")
    assert opened.message_id != answer.message_id
    assert opened.text.startswith("🔔 Ce que je t'ai signalé")
    assert "1–5 sur 7" in opened.text
    assert "6. " in (await presses(user, "Suite ▶")).text


async def test_buttons_of_an_alert_that_is_gone_or_of_somebody_else_have_expired(simple_house: House) -> None:
    user, answer = await subscribed(simple_house, 25)
    async with transaction(simple_house.collaborators.sessions) as session:
        other = Person(
            channel="telegram", chat_id=99, first_seen_at=house_now(), last_seen_at=house_now(), language_chosen=False
        )
        session.add(other)
        await session.flush()
        await session.execute(update(SavedSearch).values(person_id=other.id))
    await user.presses("Chaque semaine", message_id=answer.message_id)
    await user.reads(timeout=3)
    assert "expiré" in (await user.toasts())[-1]["text"]
    assert (await searches(simple_house))[0].rhythm == "daily"


async def test_a_way_of_speaking_holds_for_alerts_too(simple_house: House) -> None:
    user = await met(simple_house, 26)
    await tells(user, "vouvoyez-moi svp")
    await tells(user, "un stage en Espagne")
    assert "je vous préviens" in (await presses(user, "🔔 Prévenez-moi")).text


async def test_words_about_messages_are_no_distress_and_distress_beside_them_is(simple_house: House) -> None:
    user, _ = await subscribed(simple_house, 30)
    assert "À chaque offre" not in (await tells(user, "jveux être prévenu dès qu'il y en a une")).labels
    assert (await searches(simple_house))[0].rhythm == "at_once"
    assert "3114" in (await tells(user, "préviens-moi, je veux mourir")).text
    assert "arrêté" in (await tells(user, "je veux plus recevoir de messages")).text
    assert (await preferences(simple_house)).stopped_at is not None
