"""What was said before counts: the open list, the running search, the questions asked, the age once told."""

from __future__ import annotations

import re

import pytest

from bot.locales.service import say
from tests.acceptance.house import House
from tests.acceptance.test_attacks import met, tells
from tests.fixtures.bot_api import Seen

pytestmark = pytest.mark.rasa


def title(seen: Seen) -> str:
    """Return the first line of an answer, which says what was understood of a search."""
    return seen.text.split("\n")[0]


@pytest.mark.parametrize(
    ("language", "said", "wanted", "dropped"),
    [
        ("fr", ("je cherche un job au canada", "pas au canada, en italie"), "en Italie", "au Canada ou"),
        ("en", ("hi im looking for an intership in germany", "actually no, spain"), "in Spain", "Germany"),
        ("en", ("a job in spain", "not spain, italy"), "in Italy", "in Spain"),
        ("ar", ("بغيت خدمة في ايرلندا", "لا، في إسبانيا"), "إسبانيا", "أيرلندا"),
    ],
)
async def test_a_correction_with_a_comma_wants_what_it_names(
    house: House, language: str, said: tuple[str, str], wanted: str, dropped: str
) -> None:
    user = await met(house, 1, language)
    await tells(user, said[0])
    understood = title(await tells(user, said[1]))
    assert wanted in understood
    assert dropped not in understood


async def test_a_kind_said_after_no_changes_the_kind_and_keeps_the_place(house: House) -> None:
    user = await met(house, 2, "es")
    await tells(user, "busco practicas en italia")
    assert "empleo" in title(await tells(user, "no, mejor un trabajo"))
    assert "en Italia" in title(await tells(user, "amplía la búsqueda"))


async def test_leaving_for_somewhere_without_a_kind_is_asked_once_and_not_knowing_is_fine(house: House) -> None:
    user = await met(house, 3)
    asked = await tells(user, "jveu partir 2 mois au canda g pas le bac")
    assert "au Canada · 2 mois" in asked.text
    assert "Stage" in asked.labels
    unknown = await tells(user, "jsp")
    assert unknown.text.startswith("Pas besoin de choisir")
    assert re.search(r"au Canada · 2 mois", (await tells(user, "un taf")).text)


async def test_everything_is_shown_to_whoever_does_not_mind(house: House) -> None:
    user = await met(house, 4, "en")
    await tells(user, "i wanna go abroad")
    assert "1. " in (await tells(user, "whatever")).text
    await tells(user, "i wanna go abroad")
    await user.presses("Show me everything")
    assert "1. " in (await user.reads(timeout=10))[-1].text


@pytest.mark.parametrize(
    ("language", "search", "question", "place"),
    [
        ("fr", "jveux un job en irlande", "faut un visa?", "Irlande"),
        ("en", "i want a job in ireland", "do i need a visa??", "Ireland"),
        ("es", "busco curro en irlanda", "necesito visado?", "Irlanda"),
        ("ar", "أريد عمل في إسبانيا", "هل أحتاج تأشيرة؟", "إسبانيا"),
    ],
)
async def test_a_visa_question_under_a_search_says_for_which_country(
    house: House, language: str, search: str, question: str, place: str
) -> None:
    user = await met(house, 5, language)
    await tells(user, search)
    assert place in (await tells(user, question)).text


async def test_a_country_to_go_to_is_no_nationality(house: House) -> None:
    user = await met(house, 6)
    await tells(user, "jveux un job en irlande")
    await tells(user, "faut un visa?")
    other = await tells(user, "et en italie ?")
    assert "en Irlande ou en Italie" in title(other)
    assert "↩️ Reprendre les questions" in other.labels
    which = await tells(user, "Marocaine")
    assert which.labels[:2] == ("Irlande", "Italie")
    assert "Irlande" not in (await tells(user, "Italie")).labels


async def test_the_running_search_counts_for_more_than_the_country_of_an_earlier_question(house: House) -> None:
    user = await met(house, 7)
    await tells(user, "il faut un visa pour le canada ?")
    await tells(user, "Française")
    await tells(user, "un stage en Espagne")
    answer = await tells(user, "et il faut un visa ?")
    assert "Pour la recherche en cours : en Espagne" in answer.text
    assert "Canada" not in answer.text


async def test_a_stay_named_in_one_question_is_known_to_the_next(house: House) -> None:
    user = await met(house, 8)
    await tells(user, "il faut un visa pour le canada ?")
    await tells(user, "Marocaine")
    asked = [await tells(user, "quelles bourses existent ?")]
    for _ in range(4):
        asked.append(await tells(user, "je ne sais pas"))
    assert not any(say("knowledge.ask_destination", "fr") in seen.text for seen in asked)


async def test_an_age_told_once_is_not_asked_again(house: House) -> None:
    user = await met(house, 9)
    await tells(user, "g 16 ans jcherche un stage en italie")
    again = await tells(user, "c possible ?")
    assert "16 ans" in again.text
    assert "Dis-moi ton âge" not in again.text


@pytest.mark.parametrize(
    ("language", "age", "question"),
    [
        ("fr", "g 16 ans jcherche un stage en italie", "faut l'accord de mes parents ?"),
        ("en", "im 16 can i volunteer abroad", "do my parents have to sign something"),
        ("es", "tengo 16 años puedo irme de voluntario?", "necesito permiso de mis padres?"),
        ("ar", "عمري 16 سنة واش نقدر نتطوع", "هل أحتاج موافقة والدي"),
    ],
)
async def test_a_minor_is_told_of_the_paper_that_their_parents_sign(
    house: House, language: str, age: str, question: str
) -> None:
    user = await met(house, 10, language)
    assert "16" in (await tells(user, age)).text
    paper = await tells(user, question)
    assert "AST" in paper.text
    assert "service-public.gouv.fr" in paper.text


async def test_the_notice_on_parents_is_said_once_in_an_answer(house: House) -> None:
    user = await met(house, 11)
    answer = await tells(user, "j'ai 17 ans c possible ?")
    assert answer.text.count("parents") == 1


async def test_yes_to_something_else_erases_no_search(house: House) -> None:
    user = await met(house, 12)
    await tells(user, "un stage en italie")
    await tells(user, "recommence")
    await tells(user, "merci")
    await tells(user, "oui")
    assert "en Italie" in title(await tells(user, "on reprend"))


async def test_keep_it_under_a_new_list_keeps_none_of_the_old_one(house: House) -> None:
    user = await met(house, 13)
    await tells(user, "un stage en italie")
    await tells(user, "le 2")
    await tells(user, "un job en espagne")
    await tells(user, "garde-la")
    assert (await tells(user, "mes offres")).text == say("search.saved_none", "fr")


async def test_the_conditions_asked_under_a_card_are_those_of_its_offer(house: House) -> None:
    user = await met(house, 14)
    await tells(user, "un stage en italie")
    card = await tells(user, "le 2")
    assert title(await tells(user, "quelles sont les conditions ?")) == title(card)


@pytest.mark.parametrize(
    ("language", "asked", "key"),
    [
        ("fr", "quelles aides ?", "knowledge.ask_status"),
        ("en", "what funding?", "knowledge.ask_status"),
        ("es", "¿qué ayudas hay?", "knowledge.ask_status"),
        ("ar", "ما هي المساعدات؟", "knowledge.ask_status"),
        ("fr", "il faut un visa ?", "knowledge.ask_nationality"),
        ("en", "do I need a visa?", "knowledge.ask_nationality"),
        ("es", "¿hace falta visado?", "knowledge.ask_nationality"),
        ("ar", "هل أحتاج إلى تأشيرة؟", "knowledge.ask_nationality"),
    ],
)
async def test_the_examples_of_the_help_are_understood(house: House, language: str, asked: str, key: str) -> None:
    user = await met(house, 15, language)
    assert asked in say("chat.help", language)
    assert say(key, language) in (await tells(user, asked)).text.replace("\u200f", "")


async def test_after_a_search_that_found_nothing_there_is_nothing_to_open_and_it_says_so(house: House) -> None:
    user = await met(house, 16)
    nothing = await tells(user, "un stage a berlin")
    assert "rien" in nothing.text
    first = await tells(user, "la première")
    assert first.text == say("search.none_to_open", "fr")
    assert first.labels == nothing.labels[:-1]  # what widens the search; the last button is the one to be told


async def test_a_place_that_only_ranks_is_not_given_as_a_reason_once_given_up(house: House) -> None:
    user = await met(house, 17)
    await tells(user, "slt jcherche un stage en espagne")
    await tells(user, "dans le tourisme")
    assert "« espagne »" not in (await tells(user, "peu importe le pays")).text


async def test_an_offer_in_several_countries_shows_the_one_that_was_asked(house: House) -> None:
    user = await met(house, 18)
    listed = await tells(user, "un volontariat au portugal")
    places = re.findall(r"^\d\. .* — (.*)$", listed.text, re.MULTILINE)
    assert places
    assert all("Portugal" in place.split(" / ")[0] for place in places)


async def test_somebody_from_somewhere_looks_elsewhere(house: House) -> None:
    user = await met(house, 19, "en")
    found = await tells(
        user, "hey im 19 from lyon i wanna volunteer with animals maybe in portugal or spain for 2-3 months"
    )
    assert "Lyon" not in title(found)
    assert "in Portugal or in Spain" in title(found)


async def test_what_cannot_filter_is_not_shown_as_if_it_had(house: House) -> None:
    user = await met(house, 20)
    await tells(user, "un volontariat au portugal")
    assert (await tells(user, "et payé")).text.startswith(say("search.only_order", "fr"))


async def test_a_word_that_means_nothing_is_said_not_to_be_understood(house: House) -> None:
    user = await met(house, 21)
    answer = await tells(user, "truc")
    assert answer.text == say("answers.not_understood", "fr")
    assert "Stage" in answer.labels


async def test_an_age_asked_about_under_a_card_is_judged_for_its_offer(house: House) -> None:
    user = await met(house, 22)
    await tells(user, "un stage en italie")
    offer = title(await tells(user, "le 2"))
    too_young = await tells(user, "j'ai 17 ans c possible ?")
    assert too_young.text.startswith(f"❌ {offer} : non")
    assert "âge : 18" in too_young.text
    older = await tells(user, "et à 19 ans c'est possible ?")
    assert "âge : 18" not in older.text
    assert say("knowledge.ask_age", "fr") not in older.text


async def test_a_place_that_is_not_known_is_said_to_be_so(house: House) -> None:
    user = await met(house, 23)
    assert (await tells(user, "un job en Syldavie")).text.startswith("Lieu inconnu ici : « Syldavie »")


async def test_a_number_alone_answers_the_question_on_age_and_opens_nothing(house: House) -> None:
    user = await met(house, 24)
    await tells(user, "je cherche un stage au canada de 4 mois")
    await tells(user, "quelles aides ?")
    assert (await tells(user, "Études supérieures")).text == say("knowledge.ask_age", "fr")
    assert (await tells(user, "19")).text == say("knowledge.ask_grant", "fr")
