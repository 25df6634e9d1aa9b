"""Not sure what was meant: two buttons and "something else"; out of scope: the truth. Rasa's answers are scripted."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from bot.understanding.answers import RasaMessage, RasaTurn
from tests.acceptance.house import House
from tests.acceptance.test_attacks import met, tells

SPAIN = {"entity": "country", "value": "Espagne", "start": 9, "end": 16}


def scripted(
    house: House, *ranking: tuple[str, float], intent: str | None = None, entities: list[Any] | None = None
) -> None:
    """Let Rasa answer every message so from now on."""

    async def answer(*_: object) -> RasaTurn:
        rows = [{"name": name, "confidence": confidence} for name, confidence in ranking]
        best = {"name": intent, "confidence": 0.8} if intent else rows[0]
        parse = {"intent": best, "intent_ranking": rows, "entities": entities or []}
        return RasaTurn((RasaMessage(custom={}, text="-"),), parse, {}, "scripted")

    house.collaborators.services.rasa.turn = answer  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("fr", ("Chercher un stage", "Trouver de l'argent pour partir", "Autre chose")),
        ("en", ("Find an internship", "Find money to go", "Something else")),
        ("es", ("Buscar unas prácticas", "Encontrar dinero para irme", "Otra cosa")),
        ("ar", ("البحث عن تدريب", "إيجاد مال للسفر", "شيء آخر")),
    ],
)
async def test_two_close_intents_become_two_buttons(
    simple_house: House, language: str, labels: tuple[str, ...]
) -> None:
    user = await met(simple_house, 1, language)
    scripted(simple_house, ("search_internship", 0.31), ("ask_funding", 0.29))
    assert (await tells(user, "xx Erasmus 06 12 34 56 78")).labels == labels


async def test_the_button_takes_its_step_with_what_the_message_named_and_keeps_no_number(simple_house: House) -> None:
    user = await met(simple_house, 2)
    scripted(simple_house, ("search_internship", 0.31), ("ask_funding", 0.29), entities=[SPAIN])
    await tells(user, "aller en Espagne 06 12 34 56 78 zoe@example.org")
    await user.presses("Chercher un stage")
    assert "Espagne" in (await user.reads(timeout=10))[-1].text
    async with simple_house.collaborators.sessions() as session:
        kept = (await session.execute(text("SELECT string_agg(buttons::text, '') FROM keyboard"))).scalar_one()
    assert "34 56" not in kept
    assert "zoe@" not in kept


async def test_something_else_says_what_is_done_here(simple_house: House) -> None:
    user = await met(simple_house, 3)
    scripted(simple_house, ("ask_visa", 0.14), ("ask_funding", 0.13), intent="nlu_fallback")
    await tells(user, "jsp trop")
    await user.presses("Autre chose")
    answer = (await user.reads(timeout=10))[-1]
    assert "Voici ce que je sais faire" in answer.text
    assert {"Stage", "Volontariat", "Parler à un humain"} <= set(answer.labels)


async def test_what_is_out_of_scope_is_refused_honestly(simple_house: House) -> None:
    user = await met(simple_house, 4)
    scripted(simple_house, ("ask_visa", 0.3), ("ask_funding", 0.1), intent="out_of_scope")
    answer = await tells(user, "commande moi une pizza")
    assert "je ne sais pas le faire" in answer.text
    assert "Stage" in answer.labels


async def test_distress_that_is_only_likely_gets_help_lines_not_a_question(simple_house: House) -> None:
    user = await met(simple_house, 5)
    scripted(simple_house, ("search_any", 0.3), ("emergency", 0.28))
    answer = await tells(user, "je veux partir pour toujours")
    assert "3114" in answer.text
    assert not answer.labels


async def test_a_yes_that_names_a_place_is_more_than_a_yes(simple_house: House) -> None:
    user = await met(simple_house, 6)
    scripted(simple_house, ("search_volunteering", 0.9), ("greet", 0.01))
    await tells(user, "du volontariat")
    scripted(simple_house, ("affirm", 0.9), ("greet", 0.01), entities=[SPAIN])
    assert "Espagne" in (await tells(user, "oui, dac Espagne")).text


async def test_for_leaving_the_kind_is_asked_once_and_what_was_said_is_kept(simple_house: House) -> None:
    user = await met(simple_house, 7)
    scripted(simple_house, ("search_any", 0.9), ("greet", 0.01), entities=[SPAIN])
    question = await tells(user, "aller en Espagne")
    assert "Espagne" in question.text
    assert "Volontariat" in question.labels
    await user.presses("Volontariat")
    assert "Espagne" in (await user.reads(timeout=10))[-1].text
    assert "1. " in (await tells(user, "aller en Espagne")).text
