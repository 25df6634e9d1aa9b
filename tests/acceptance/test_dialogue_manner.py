"""How people are spoken to: "vous", plain words, Arabic from the right; and no answer longer than a phone's screen."""

from __future__ import annotations

import re
import unicodedata

import pytest

from bot.chat.formatting import visible_length
from tests.acceptance.house import House
from tests.acceptance.test_attacks import met, tells
from tests.fixtures.bot_api import FakeUser, Seen

LIMIT = 600
EMOJI = re.compile("[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff]")
FSI, PDI = "\u2068", "\u2069"
# One walk through all that can be said and pressed without a model, in each language.
WALKS = {
    "fr": ["je veux partir", "Volontariat", "suite", "6", "garder", "tout lire", "mes offres", "on reprend", "/aide",
           "un stage en Allemagne", "une formation en Islande", "mes données personnelles", "/humain",
           "t'es un robot ?", "/style", "connard", "je veux mourir", "/recommencer"],
    "en": ["i want to go abroad", "Volunteering placement", "more", "6", "keep", "read everything", "my saved offers",
           "where were we", "/help", "an internship in Germany", "what do you know about me", "/human", "/style",
           "are you a robot?", "thanks", "i want to die", "/restart", "help"],
    "es": ["quiero irme al extranjero", "Voluntariado", "más", "6", "guardar", "leer todo", "mis ofertas guardadas",
           "seguimos", "/ayuda", "unas prácticas en Alemania", "mis datos personales", "/humano", "/estilo",
           "gracias", "quiero morirme", "/reiniciar", "ayuda"],
    "ar": ["أريد السفر", "عمل تطوعي", "التالي", "6", "حفظ", "قراءة الكل", "عروضي المحفوظة", "نكمل", "/musaada",
           "تدريب في ألمانيا", "بياناتي", "/insan", "/uslub", "شكرا", "أريد أن أموت", "/iaada", "مساعدة"],
}  # fmt: skip


async def walks(user: FakeUser, words: list[str]) -> list[Seen]:
    """Say everything in turn; return all that was read."""
    read: list[Seen] = []
    for said in words:
        await user.says(said)
        read += await user.reads(timeout=10)
    return read


@pytest.mark.parametrize("language", WALKS)
async def test_no_answer_is_longer_than_a_screen(simple_house: House, language: str) -> None:
    user = simple_house.telegram.user(1, language)
    await user.starts()
    read = [*await user.reads(timeout=10), *await walks(user, WALKS[language])]
    assert len(read) >= len(WALKS[language])
    assert [message.text for message in read if visible_length(message.source) > LIMIT] == []


async def test_an_arabic_answer_reads_from_the_right(simple_house: House) -> None:
    user = simple_house.telegram.user(2, "ar")
    await user.starts()
    for message in [*await user.reads(timeout=10), *await walks(user, WALKS["ar"])]:
        for line in message.text.split("\n"):
            outside = re.sub(f"{FSI}[^{FSI}{PDI}]*{PDI}", "", line)
            letters = [unicodedata.bidirectional(character) for character in outside]
            assert not re.search(r"[A-Za-z\u00c0-\u024f]", outside), line
            strong = [direction for direction in letters if direction in ("R", "AL")]
            assert strong or not any(character.isalnum() for character in line), line
            assert not re.search(r"\d[ .]\d\d[ .]\d\d", outside), line


async def test_a_list_in_arabic_numbers_its_offers_from_the_right(simple_house: House) -> None:
    user = await met(simple_house, 3, "ar")
    listed = await tells(user, "تطوع")
    numbered = [line for line in listed.text.split("\n") if re.match(r"\u200f?\d\. ", line)]
    assert len(numbered) == 5
    assert all(re.match(rf"\u200f?\d\. ({FSI}|[\u0600-\u06ff])", line) for line in numbered)


async def test_vous_is_a_choice_that_lasts(simple_house: House) -> None:
    user = await met(simple_house, 4)
    assert "vous" in (await tells(user, "vous pouvez me vouvoyer ?")).text
    assert "vous cherchez" in (await tells(user, "non")).text
    assert "Dites-moi" in (await tells(user, "oui")).text
    assert "on se dit tu" in (await tells(user, "tu peux me tutoyer")).text
    assert "Dis-moi" in (await tells(user, "oui")).text


async def test_usted_is_a_choice_too(simple_house: House) -> None:
    user = await met(simple_house, 5, "es")
    assert "le trato de usted" in (await tells(user, "trátame de usted, ¿puede tratarme de usted?")).text
    assert "Dígame" in (await tells(user, "sí")).text


async def test_plain_words_show_no_emoji_anywhere(simple_house: House) -> None:
    user = await met(simple_house, 6)
    await tells(user, "parle plus simplement")
    for message in await walks(user, WALKS["fr"]):
        assert not EMOJI.search(message.text + " ".join(message.labels)), message.text


async def test_plain_words_say_what_a_card_holds_without_pictures(simple_house: House) -> None:
    user = await met(simple_house, 10)
    await tells(user, "des mots simples")
    card = (await walks(user, ["du volontariat", "1"]))[-1].text
    assert "Quand : " in card
    assert "Argent reçu : " in card


async def test_the_manner_is_chosen_with_buttons(simple_house: House) -> None:
    user = await met(simple_house, 7)
    offered = await tells(user, "/style")
    assert offered.labels == ("Me dire tu", "Me dire vous", "Mots simples", "Mots habituels")
    await user.presses("Me dire vous")
    assert "vous" in (await user.reads(timeout=10))[-1].text
    english = await met(simple_house, 8, "en")
    assert (await tells(english, "/style")).labels == ("Simple words", "Usual words")


async def test_the_essentials_come_first_and_everything_on_demand(simple_house: House) -> None:
    user = await met(simple_house, 9)
    await tells(user, "du volontariat")
    card = await tells(user, "1")
    assert "Pour postuler" in card.text
    assert "Source" in card.text
    await user.presses("📄 Tout lire")
    rest = await user.reads(timeout=10)
    assert sum(len(message.text) for message in rest) > len(card.text)
    assert "♥ Garder" in rest[-1].labels
