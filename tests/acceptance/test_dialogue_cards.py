"""What is asked of the offers of a list and of the card that is open is answered by them, and by nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.kit.embedding import SentenceEmbedder
from bot.locales.service import say
from tests.acceptance.house import House, house_now, open_house
from tests.acceptance.test_attacks import met, tells
from tests.fixtures.bot_api import running_double

pytestmark = pytest.mark.rasa
README = Path(__file__).parents[2] / "README.md"


def bare(text: str) -> str:
    """Return a text without the marks that direct Arabic."""
    return text.replace("\u200f", "")


@pytest.mark.parametrize(
    ("language", "search", "said", "rank"),
    [
        ("fr", "un stage en espagne en juin, 2 mois", "le 2e", 2),
        ("fr", "un stage en espagne en juin, 2 mois", "le 9", 9),
        ("en", "an internship in spain in june, 2 months", "the second one", 2),
        ("es", "unas practicas en españa en junio, 2 meses", "la segunda", 2),
        ("ar", "تدريب في إسبانيا في يونيو لمدة شهرين", "الثاني", 2),
    ],
)
async def test_an_ordinal_beyond_a_list_of_one_opens_nothing_and_says_its_number(
    house: House, language: str, search: str, said: str, rank: int
) -> None:
    user = await met(house, 1, language)
    assert (await tells(user, search)).text.count("\n1. ") == 1
    answer = await tells(user, said)
    assert bare(answer.text) == say("search.only_number", language, rank=rank)
    assert [bare(label) for label in answer.labels] == ["1"]


async def test_a_number_beyond_a_list_keeps_nothing(house: House) -> None:
    user = await met(house, 2)
    await tells(user, "un stage en espagne en juin, 2 mois")
    assert (await tells(user, "garde la 3")).text == say("search.only_number", "fr", rank=3)
    assert (await tells(user, "mes offres")).text == say("search.saved_none", "fr")
    await tells(user, "un stage en espagne")
    beyond = await tells(user, "le 9")
    assert beyond.text == say("search.no_such_number", "fr", count=4, rank=9)
    assert beyond.labels == ("1", "2", "3", "4")


async def test_after_a_search_that_found_nothing_the_list_before_is_open_no_more(house: House) -> None:
    user = await met(house, 3)
    await tells(user, "un stage en espagne")
    assert "rien" in (await tells(user, "nn finalement a berlin")).text
    assert (await tells(user, "le deuxième")).text == say("search.none_to_open", "fr")
    await tells(user, "garde-la")
    assert (await tells(user, "mes offres")).text == say("search.saved_none", "fr")


@pytest.mark.parametrize(
    ("language", "search", "opens", "question"),
    [
        ("fr", "un job en irlande", "le 1", "c payé ?"),
        ("fr", "un job en irlande", "le 1", "cest koi le salaire"),
        ("en", "a job in ireland", "the first one", "how much does it pay"),
        ("es", "un trabajo en irlanda", "la primera", "¿cuánto pagan?"),
        ("ar", "عمل في أيرلندا", "الأول", "كم الراتب؟"),
    ],
)
async def test_pay_asked_under_a_card_is_what_the_card_says(
    house: House, language: str, search: str, opens: str, question: str
) -> None:
    user = await met(house, 4, language)
    await tells(user, search)
    card = await tells(user, opens)
    assert re.search(r"31.?500", card.text)
    answer = await tells(user, question)
    assert answer.text.split("\n")[0] == card.text.split("\n")[0]
    assert re.search(r"31.?500", answer.text)


async def test_housing_asked_under_a_card_is_what_the_card_says_or_said_not_to_be_known(house: House) -> None:
    user = await met(house, 5)
    await tells(user, "un stage en espagne")
    await tells(user, "le 2")
    assert "logement et assurance" in (await tells(user, "logement fourni ?")).text
    await tells(user, "un job en irlande")
    await tells(user, "le 1")
    assert say("search.housing_unsaid", "fr") in (await tells(user, "c logé ?")).text


async def test_the_deadline_asked_under_a_card_is_that_of_its_offer(house: House) -> None:
    user = await met(house, 6)
    await tells(user, "un stage en espagne")
    card = await tells(user, "le 2")
    line = next(line for line in card.text.split("\n") if line.startswith("⏳"))
    assert line in (await tells(user, "quand est la date limite")).text


async def test_grants_asked_under_a_card_are_still_grants(house: House) -> None:
    user = await met(house, 7)
    await tells(user, "un stage en espagne")
    await tells(user, "le 2")
    assert say("knowledge.ask_status", "fr") in (await tells(user, "quelles bourses pour payer le logement ?")).text


async def test_a_visa_asked_under_a_card_is_for_the_country_of_its_offer(house: House) -> None:
    user = await met(house, 8)
    await tells(user, "un job en europe")
    card = await tells(user, "le 1")
    country = card.text.split("\n")[1].rpartition(", ")[2]
    asked = await tells(user, "faut un visa ?")
    assert asked.text.startswith("Pour cette offre : ")
    assert country in asked.text.split("\n")[0]


async def test_a_human_asked_for_in_plain_words_is_given_without_a_question(house: House) -> None:
    user = await met(house, 9, "en")
    answer = await tells(user, "talk to a human")
    assert "Maison de l'emploi" in answer.text
    assert say("chat.something_else", "en") not in answer.labels


async def test_a_longest_or_shortest_stay_is_searched_as_such(house: House) -> None:
    user = await met(house, 10)
    await tells(user, "un volontariat au portugal de moins de 3 mois")
    assert "3 mois au plus" in (await tells(user, "on reprend")).text
    assert "2 mois au plus" in (await tells(user, "pas plus de 2 mois")).text
    longer = await tells(user, "au moins 4 mois")
    assert "4 mois ou plus" in longer.text
    assert "6 à 12 mois" in longer.text


async def test_the_conversation_of_the_readme_is_what_the_demonstration_answers(
    demo_url: str, embedder: SentenceEmbedder, rasa_url: str
) -> None:
    # Deadlines that are near move offers up; two months before the day of the examples, none is near.
    example = README.read_text(encoding="utf-8").split("```")[1].strip()
    with running_double() as double:
        async with open_house(
            database_url=demo_url, telegram_url=double.url, rasa_url=rasa_url, embedder=embedder,
            clock=lambda: house_now() - timedelta(days=60),
        ) as house:  # fmt: skip
            user = await met(house, 11)
            for exchange in example.removeprefix("> ").split("\n> "):
                said, *shown = exchange.split("\n")
                answer = undated((await tells(user, said)).text)
                missing = [line for line in shown if line != "…" and undated(line.strip()) not in answer]
                assert missing == [], (said, answer)


def undated(text: str) -> str:
    """Return a text without its months, which move with the day of the demonstration, nor unbreakable spaces."""
    return re.sub(r"dès \w+ \d{4}", "", text).replace("\u00a0", " ").replace("\u202f", " ")
