"""What happens between a question and its answer: the thing asked about goes away, or something graver is said."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.db.service import transaction
from tests.acceptance.house import House
from tests.acceptance.test_attacks import changes_offers, met, tells
from tests.fixtures.bot_api import FakeUser, Seen

AM_I = "✅ C'est pour moi ?"


async def asked_for_age(house: House, user_id: int) -> tuple[FakeUser, Seen, int]:
    """Return somebody who wonders whether an offer is for them, the question on their age, and the offer."""
    offer_id = await changes_offers(house, age_min=18, age_max=30, levels=["bac"])
    user = await met(house, user_id)
    await tells(user, f"/start offer_{offer_id}")
    await user.presses(AM_I)
    question = (await user.reads(timeout=10))[-1]
    assert "âge" in question.text
    return user, question, offer_id


async def test_an_offer_that_closes_between_the_question_and_the_answer_ends_the_questions(simple_house: House) -> None:
    user, _, offer_id = await asked_for_age(simple_house, 1)
    async with transaction(simple_house.collaborators.sessions) as session:
        await session.execute(text("UPDATE offer SET status = 'closed' WHERE id = :id"), {"id": offer_id})
    answer = await tells(user, "19")
    assert "n'est plus disponible" in answer.text
    after = await tells(user, "merci")
    assert not any("questions" in label for label in after.labels)


@pytest.mark.parametrize("words", ["je veux mourir", "jveux plus me réveiller demain"])
async def test_after_distress_no_question_asked_before_waits_for_an_answer(simple_house: House, words: str) -> None:
    user, question, _ = await asked_for_age(simple_house, 2)
    assert not (await tells(user, words)).labels
    for answer in ("19", "je ne sais pas", question.labels[1]):
        heard = await tells(user, answer)
        assert "diplôme" not in heard.text
        assert not any("questions" in label for label in heard.labels)


async def test_who_writes_that_they_are_under_eighteen_after_a_digression_is_no_adult(simple_house: House) -> None:
    user, question, _ = await asked_for_age(simple_house, 3)
    await tells(user, "/aide")
    assert question.labels[0] == "Moins de 18 ans"
    await tells(user, "non")
    answer = await tells(user, "moins de 18 ans")
    assert "non" in answer.text
    assert "18" in answer.text


@pytest.mark.parametrize("word", ["stop", "/stop", "laisse tomber", "/annuler"])
async def test_questions_can_be_stopped_by_a_word_or_by_a_command(simple_house: House, word: str) -> None:
    user, _, _ = await asked_for_age(simple_house, 4)
    assert "on arrête les questions" in (await tells(user, word)).text
    assert not any("questions" in label for label in (await tells(user, "merci")).labels)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "parle simplement, jveux plus me réveiller demain"),
        ("fr", "mots simples svp. ils m'ont mise dans un van"),
        ("es", "háblame de usted, mi cuñado me acorrala en el pasillo"),
    ],
)
async def test_a_wish_on_the_manner_of_speaking_does_not_hide_distress(
    simple_house: House, language: str, words: str
) -> None:
    user = await met(simple_house, 5, language)
    assert "3114" in (await tells(user, words)).text


@pytest.mark.parametrize("words", ["arrête de me tutoyer", "me tutoyez pas svp"])
async def test_a_wish_that_sounds_alarming_by_itself_is_a_wish(simple_house: House, words: str) -> None:
    user = await met(simple_house, 6)
    assert "vous" in (await tells(user, words)).text


@pytest.mark.parametrize("number", ["0", "-5", "1000", "٥"])
async def test_a_number_that_is_no_age_is_asked_again_and_the_right_one_is_taken(
    simple_house: House, number: str
) -> None:
    user, question, _ = await asked_for_age(simple_house, 7)
    assert (await tells(user, number)).text == question.text
    assert "diplôme" in (await tells(user, "١٩")).text


async def test_a_shrug_leaves_the_questions_within_reach(simple_house: House) -> None:
    user, _, _ = await asked_for_age(simple_house, 8)
    assert any("questions" in label for label in (await tells(user, "🤷")).labels)
