"""Turns that need no model: typed buttons, the way back, refusals, several needs, ages, nothing asked twice."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from bot.db.service import transaction
from tests.acceptance.house import House
from tests.acceptance.test_attacks import met, tells


async def says_age(house: House, chat_id: int, age: int) -> None:
    """Let the house know somebody's age, as if they had said it before."""
    statement = text(
        "UPDATE conversation SET situation = jsonb_build_object('age', CAST(:age AS int)) FROM person p"
        " WHERE p.id = person_id AND p.chat_id = :chat"
    )
    async with transaction(house.collaborators.sessions) as session:
        await session.execute(statement, {"age": age, "chat": chat_id})


async def test_a_typed_label_is_a_pressed_button(simple_house: House) -> None:
    user = await met(simple_house, 1)
    await tells(user, "je cherche un stage")
    assert re.search(r"^6\. ", (await tells(user, "suite")).text, re.MULTILINE)
    card = await tells(user, "7")
    assert "Pour postuler" in card.text
    assert "gardé" in (await tells(user, "garder")).text
    assert re.search(r"^6\. ", (await tells(user, "la liste")).text, re.MULTILINE)


@pytest.mark.parametrize(
    ("language", "search", "back"),
    [
        ("fr", "je cherche un stage en Espagne", "on reprend"),
        ("en", "i am looking for an internship in Spain", "where were we"),
        ("es", "busco unas prácticas en España", "seguimos"),
        ("ar", "أبحث عن تدريب في إسبانيا", "نكمل"),
    ],
)
async def test_the_running_list_comes_back_after_something_else(
    simple_house: House, language: str, search: str, back: str
) -> None:
    user = await met(simple_house, 2, language)
    found = await tells(user, search)
    await tells(user, {"fr": "merci", "en": "thanks", "es": "gracias", "ar": "شكرا"}[language])
    again = await tells(user, back)
    assert "1. " in again.text
    first = re.compile(r"1\. (.{15})")
    assert first.findall(again.text) == first.findall(found.text)


async def test_what_is_refused_is_not_found_and_is_told_in_a_few_words(simple_house: House) -> None:
    user = await met(simple_house, 3)
    refused = await tells(user, "du volontariat mais pas en Europe")
    assert "sans Europe" in refused.text
    assert not re.search("Espagne|Italie|Allemagne|Portugal", refused.text)


async def test_where_somebody_is_does_not_filter_and_is_remembered(simple_house: House) -> None:
    user = await met(simple_house, 4)
    found = await tells(user, "je suis à Lomé, je cherche un stage en Allemagne")
    assert "Allemagne" in found.text
    assert "Togo" not in found.text
    async with simple_house.collaborators.sessions() as session:
        kept = (await session.execute(text("SELECT situation->>'residence' FROM conversation"))).scalars().all()
    assert kept == ["TG"]


async def test_leaving_without_saying_what_for_is_asked_once_with_buttons(simple_house: House) -> None:
    user = await met(simple_house, 5)
    question = await tells(user, "je veux partir")
    assert {"Stage", "Emploi", "Volontariat"} <= set(question.labels)
    assert "1. " in (await tells(user, "au Canada")).text or "Canada" in (await tells(user, "volontariat")).text


async def test_a_second_need_is_offered_as_a_button_under_the_first(simple_house: House) -> None:
    user = await met(simple_house, 6)
    found = await tells(user, "je cherche un stage en Espagne et est-ce qu'il y a des bourses ?")
    assert "1. " in found.text
    other = next(label for label in found.labels if label.startswith("Aussi"))
    await user.presses(other)
    assert "1. " not in (await user.reads(timeout=10))[-1].text


async def test_a_minor_sees_what_takes_minors_and_reads_of_their_parents_once(simple_house: House) -> None:
    user = await met(simple_house, 7)
    await tells(user, "merci")
    await says_age(simple_house, 7, 16)
    first = await tells(user, "du volontariat")
    assert "parents" in first.text
    assert "parents" not in (await tells(user, "un échange")).text
    async with simple_house.collaborators.sessions() as session:
        query = "SELECT bool_and(o.open_to_minors) FROM result_list l, unnest(l.offer_ids) i JOIN offer o ON o.id = i"
        assert (await session.execute(text(query))).scalar_one()


async def test_a_minor_is_not_offered_a_kind_that_takes_no_minor(simple_house: House) -> None:
    async with transaction(simple_house.collaborators.sessions) as session:
        await session.execute(text("UPDATE offer SET open_to_minors = false WHERE kind = 'job'"))
        await session.execute(text("UPDATE offer_search SET open_to_minors = false WHERE kind = 'job'"))
    user = await met(simple_house, 8)
    await tells(user, "merci")
    await says_age(simple_house, 8, 16)
    labels = (await tells(user, "/chercher")).labels
    assert "Volontariat" in labels
    assert "Emploi" not in labels


@pytest.mark.parametrize(
    ("telegram", "said", "notice", "answer"),
    [
        ("fr", "Hello, I am looking for an internship in Spain", "I'm", "internships"),
        ("fr", "Hola, busco unas prácticas en España para este verano", "Soy", "prácticas"),
        ("fr", "أبحث عن تدريب في إسبانيا", "أنا", "إسبانيا"),
        ("en", "bonjour, je cherche un stage en Espagne", "Je suis", "stages"),
        ("es", "stage Erasmus", "Soy", ""),  # words of every language: their Telegram's it is
    ],
)
async def test_the_first_contact_is_in_the_language_that_is_written(
    simple_house: House, telegram: str, said: str, notice: str, answer: str
) -> None:
    user = simple_house.telegram.user(61, telegram)
    await user.says(said)
    first, *_, last = await user.reads(timeout=10)
    assert notice in first.text
    assert answer in last.text


async def test_a_language_changed_midway_keeps_the_search(simple_house: House) -> None:
    user = await met(simple_house, 9)
    await tells(user, "je cherche un stage en Espagne")
    await tells(user, "/langue")
    await tells(user, "english")
    assert "Spain" in (await tells(user, "where were we")).text
