"""Questions answered from sourced entries, as people put them, with the real model: source, way back, no repeats."""

from __future__ import annotations

import re

import pytest

from bot.chat.formatting import visible_length
from tests.acceptance.house import House
from tests.acceptance.test_attacks import met, tells

pytestmark = pytest.mark.rasa
SOURCE = {"fr": "Source :", "en": "Source:", "es": "Fuente:", "ar": "المصدر:"}


@pytest.mark.parametrize(
    ("language", "question", "expected"),
    [
        ("fr", "c'est quoi le VSI ?", "Volontariat de solidarité internationale"),
        ("fr", "différence entre VIE et VSI", "en entreprise"),
        ("fr", "il faut un visa pour l'Espagne ? je suis français", "Pas de visa"),
        ("fr", "j'ai 16 ans il me faut une autorisation de sortie du territoire ?", "15646"),
        ("en", "what is the European Solidarity Corps?", "European Solidarity Corps"),
        ("en", "do I need a visa for Italy? I am German", "No visa"),
        ("es", "¿qué es el VIE?", "empresa"),
        ("es", "soy italiano, ¿necesito visado para Portugal?", "Sin visado"),
        ("ar", "ما هو برنامج VSI؟", "التضامن الدولي"),
        ("ar", "أنا فرنسي، هل أحتاج إلى تأشيرة لإسبانيا؟", "لا حاجة إلى تأشيرة"),
    ],
)
async def test_an_answer_bears_its_source_and_fits_a_phone(
    house: House, language: str, question: str, expected: str
) -> None:
    user = await met(house, 1, language)
    answer = await tells(user, question)
    if SOURCE[language] not in answer.text and answer.labels:  # several sheets of that name: the first is chosen
        await user.presses(answer.labels[0])
        answer = (await user.reads(timeout=10))[-1]
    assert expected in answer.text.replace("\u2068", "").replace("\u2069", "")
    assert SOURCE[language] in answer.text
    assert visible_length(answer.text) <= 600


async def test_funding_takes_few_questions_asks_nothing_twice_and_survives_an_interruption(house: House) -> None:
    user = await met(house, 2)
    await tells(user, "je cherche un stage en Allemagne pour 3 mois, j'ai 20 ans")
    question = await tells(user, "il y a des aides financières ?")
    assert "situation" in question.text
    between = await tells(user, "c'est quoi le VSI ?")
    assert "Volontariat de solidarité internationale" in between.text
    assert any("Reprendre les questions" in label for label in between.labels)
    answer = await tells(user, "étudiant")
    asked = 0
    while "Source" not in answer.text:
        assert not re.search("quel âge|pour aller où|pour combien de temps|pour y faire quoi", answer.text, re.I)
        asked += 1
        assert asked <= 4
        answer = await tells(user, "je ne sais pas")
    assert "OFAJ" in answer.text or "Erasmus" in answer.text
    assert any("Ma recherche" in label for label in answer.labels)


async def test_what_a_person_is_too_old_for_is_said_with_the_reason(house: House) -> None:
    user = await met(house, 3)
    answer = await tells(user, "j'ai 45 ans est-ce que je peux faire le VIE ?")
    assert "non" in answer.text
    assert "âge" in answer.text
    assert SOURCE["fr"] in answer.text


async def test_a_nationality_is_asked_once_and_what_is_not_known_is_said_with_the_official_page(house: House) -> None:
    user = await met(house, 4)
    question = await tells(user, "il faut un visa pour le Vietnam ?")
    assert "nationalité" in question.text
    answer = await tells(user, "malien")
    while any("Je ne sais pas" in label for label in answer.labels):
        assert "nationalité" not in answer.text
        answer = await tells(user, "je ne sais pas")
    assert any("France Diplomatie" in label for label in answer.labels)
