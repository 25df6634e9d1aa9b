"""The dialogue of a search with Rasa, in four languages: correct, point, keep, interrupt, come back."""

from __future__ import annotations

import re

import pytest

from tests.acceptance.house import House
from tests.acceptance.test_attacks import met, tells

pytestmark = pytest.mark.rasa

SEARCHES = {
    "fr": ("je cherche un stage en Espagne", "non je voulais dire le Portugal", "Portugal", "Espagne"),
    "en": ("i am looking for an internship in Spain", "no i meant Portugal", "Portugal", "Spain"),
    "es": ("busco unas prácticas en España", "no, quería decir Portugal", "Portugal", "España"),
    "ar": ("أبحث عن تدريب في إسبانيا", "لا، أقصد البرتغال", "البرتغال", "إسبانيا"),
}


@pytest.mark.parametrize("language", SEARCHES)
async def test_a_correction_takes_the_place_of_what_it_corrects(house: House, language: str) -> None:
    search, correction, wanted, dropped = SEARCHES[language]
    user = await met(house, 1, language)
    await tells(user, search)
    title = (await tells(user, correction)).text.split("\n")[0]
    assert wanted in title
    assert dropped not in title


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ("je cherche un stage en Espagne", "le deuxième", "garde-la", "mes offres")),
        ("en", ("an internship in Spain please", "the second one", "keep it", "my saved offers")),
        ("es", ("busco unas prácticas en España", "la segunda", "guarda esta oferta", "mis ofertas guardadas")),
        ("ar", ("أبحث عن تدريب في إسبانيا", "العرض الثاني", "احفظه", "عروضي المحفوظة")),
    ],
)
async def test_the_second_one_is_opened_and_kept_in_words(
    house: House, language: str, said: tuple[str, str, str, str]
) -> None:
    search, second, keep, saved = said
    user = await met(house, 2, language)
    listed = await tells(user, search)
    title = re.search(r"2\. [\u2068]?(.{12})", listed.text)
    assert title
    assert title.group(1) in (await tells(user, second)).text.split("\n")[0]
    await tells(user, keep)
    assert title.group(1) in (await tells(user, saved)).text


async def test_the_one_with_children_is_found_by_what_it_is_about(house: House) -> None:
    user = await met(house, 3)
    listed = await tells(user, "du volontariat avec des enfants")
    assert "1. " in listed.text
    assert "Pour postuler" in (await tells(user, "celle avec les enfants")).text


@pytest.mark.parametrize(
    ("language", "search", "words", "title"),
    [
        ("fr", "je cherche un stage au Portugal", "celui de Lisbonne", "épicerie fine"),
        ("fr", "je cherche un stage au Portugal", "l'épicerie fine", "épicerie fine"),
        ("fr", "je cherche un stage au Portugal", "celui de Porto m'intéresse", "Graphiste"),
        ("en", "i am looking for an internship in Portugal", "the one in Porto", "Graphiste"),
        ("es", "busco unas prácticas en Portugal", "la de Lisboa", "épicerie fine"),
        ("ar", "أبحث عن تدريب في البرتغال", "العرض في لشبونة", "épicerie fine"),
    ],
)
async def test_an_offer_of_the_list_is_opened_by_what_names_it(
    house: House, language: str, search: str, words: str, title: str
) -> None:
    user = await met(house, 31, language)
    assert "3. " in (await tells(user, search)).text
    opened = await tells(user, words)
    assert title in opened.text.split("\n")[0]
    assert "3. " not in opened.text


async def test_of_two_offers_that_a_name_fits_the_numbers_are_asked(house: House) -> None:
    user = await met(house, 32)
    await tells(user, "je cherche un stage au Portugal")
    which = await tells(user, "celui au Portugal")
    assert which.text == "Laquelle ? Donne-moi son numéro."
    assert which.labels == ("1", "2", "3")


async def test_not_in_africa_holds_for_the_whole_continent(house: House) -> None:
    user = await met(house, 4)
    await tells(user, "je cherche un volontariat")
    refused = await tells(user, "pas en Afrique")
    assert "sans Afrique" in refused.text
    assert not re.search("Maroc|Sénégal|Bénin|Togo", refused.text.split("\n", 1)[1])


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ("je cherche un job en Irlande", "c'est quoi les aides financières ?", "on reprend", "Irlande")),
        ("en", ("i am looking for a job in Ireland", "are there any grants?", "where were we", "Ireland")),
        ("es", ("busco trabajo en Irlanda", "¿qué becas hay?", "seguimos", "Irlanda")),
        ("ar", ("أبحث عن عمل في أيرلندا", "هل هناك منح؟", "نكمل", "لندا")),
    ],
)
async def test_a_question_in_the_middle_and_back(house: House, language: str, said: tuple[str, str, str, str]) -> None:
    search, question, back, place = said
    user = await met(house, 5, language)
    found = await tells(user, search)
    assert place in found.text
    asked = await tells(user, question)
    assert "1. " not in asked.text
    again = await tells(user, back)
    assert place in again.text.split("\n")[0]


async def test_another_language_midway_keeps_the_search(house: House) -> None:
    user = await met(house, 6)
    await tells(user, "je cherche un stage en Espagne")
    english = await tells(user, "actually i would prefer to go to Portugal please")
    assert "Portugal" in english.text
    assert "internship" in english.text.split("\n")[0]


async def test_starting_again_forgets_the_search_and_keeps_what_was_kept(house: House) -> None:
    user = await met(house, 7)
    await tells(user, "je cherche un stage en Espagne")
    await tells(user, "garde le 1")
    await tells(user, "on recommence à zéro")
    assert "Qu'est-ce que tu cherches" in (await tells(user, "oui, repartir à zéro")).text
    assert "1. " in (await tells(user, "mes offres gardées")).text
