"""Distress comes first: before the notice of first contact, without Rasa, in a flood; and somebody is told."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select, text

from bot.db.service import transaction
from bot.transcripts.models import ConversationFlag
from bot.understanding.service import is_distress
from tests.acceptance.house import House, house_now
from tests.acceptance.test_attacks import met, tells, writes_much

LINES = ("112", "17", "114", "3114", "115", "119", "3919")


async def flags(house: House) -> list[tuple[str, int]]:
    async with house.collaborators.sessions() as session:
        return [(flag.reason, flag.times) for flag in await session.scalars(select(ConversationFlag))]


@pytest.mark.parametrize(
    ("language", "words", "part"),
    [
        ("fr", "jveux mourir", "tu comptes"),
        ("en", "i want to kill myself", "you matter"),
        ("es", "quiero morirme", "importas"),
        ("ar", "أريد أن أموت", "وجودك مهم"),
    ],
)
async def test_the_very_first_message_in_distress_gets_help_lines_and_nothing_else(
    simple_house: House, language: str, words: str, part: str
) -> None:
    user = simple_house.telegram.user(1, language)
    await user.says(words)
    messages = await user.reads(timeout=10)
    assert len(messages) == 1
    assert part in messages[0].text
    assert all(number in messages[0].text for number in LINES)
    assert len(messages[0].text) <= 600
    assert not messages[0].labels
    assert await flags(simple_house) == [("emergency", 1)]


@pytest.mark.parametrize(
    ("language", "words", "part"),
    [
        ("fr", "jveux plus me réveiller demain", "tu comptes"),
        ("en", "they put me in a van and the doors are locked", "you matter"),
        ("es", "mi cuñado me acorrala en el pasillo y me manosea", "importas"),
        ("ar", "كنفكر نتلاح من القنطرة هاد الليلة", "وجودك مهم"),
    ],
)
async def test_distress_in_words_of_no_list_is_answered_within_a_second_before_any_notice_and_without_rasa(
    simple_house: House, capfd: pytest.CaptureFixture[str], language: str, words: str, part: str
) -> None:
    assert not is_distress(words)
    user = simple_house.telegram.user(8, language)
    began = time.monotonic()
    await user.says(words)
    first = (await user.reads(timeout=10))[0]
    assert time.monotonic() - began < 1.0
    assert part in first.text
    assert all(number in first.text for number in LINES)
    assert not first.labels
    assert await flags(simple_house) == [("emergency", 1)]
    assert words not in "".join(capfd.readouterr())


async def test_the_notice_of_first_contact_comes_with_the_next_message(simple_house: House) -> None:
    user = simple_house.telegram.user(2)
    await user.says("je veux en finir avec la vie")
    await user.reads(timeout=10)
    await user.says("merci")
    assert "robot" in (await user.reads(timeout=10))[0].text


async def test_no_way_back_to_the_search_stands_under_help_lines_and_no_yes_brings_offers(simple_house: House) -> None:
    user = await met(simple_house, 3)
    await tells(user, "je cherche un stage en Espagne")
    assert not (await tells(user, "mon père me frappe")).labels
    assert "1. " not in (await tells(user, "oui")).text


async def test_each_message_in_distress_counts_even_those_a_flood_leaves_unanswered(simple_house: House) -> None:
    user = await met(simple_house, 4)
    await tells(user, "je veux mourir")
    await writes_much(simple_house, 4, 70)
    await user.says("je veux mourir")
    await user.reads(timeout=10)
    assert await flags(simple_house) == [("emergency", 2)]


async def test_distress_under_a_photo_is_answered_before_anything_is_said_of_photos(simple_house: House) -> None:
    user = simple_house.telegram.user(5)
    await user.sends_photo("je veux mourir")
    messages = await user.reads(timeout=10)
    assert ["3114" in message.text for message in messages] == [True]


async def test_what_was_seen_by_an_operator_is_flagged_anew_by_the_next_message(simple_house: House) -> None:
    user = await met(simple_house, 6)
    await tells(user, "je veux mourir")
    async with transaction(simple_house.collaborators.sessions) as session:
        await session.execute(text("UPDATE conversation_flag SET seen_at = :now"), {"now": house_now()})
    await tells(user, "je veux mourir")
    assert await flags(simple_house) == [("emergency", 1), ("emergency", 1)]


@pytest.mark.parametrize(
    ("words", "part"),
    [("t'es vraiment un connard", "calme"), ("you stupid bot", "calm"), ("eres un idiota", "tranquilo")],
)
async def test_an_insult_gets_one_calm_sentence(simple_house: House, words: str, part: str) -> None:
    user = await met(simple_house, 7)
    answer = await tells(user, words)
    assert part in answer.text
    assert "\n" not in answer.text
    assert not await flags(simple_house)
