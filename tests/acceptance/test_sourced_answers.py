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


async def test_the_stay_that_a_question_names_is_not_asked_again(house: House) -> None:
    user = await met(house, 5)
    answer = await tells(
        user, "comment financer mon stage de 3 mois en Allemagne ? j'ai 20 ans, je suis étudiant boursier"
    )
    assert "Bourse Erasmus+ stage" in answer.text
    assert "À demander avant le départ" in answer.text
    assert "Se cumulent" in answer.text
    assert SOURCE["fr"] in answer.text


async def test_who_lives_in_france_is_not_taken_for_somebody_who_goes_there(house: House) -> None:
    user = await met(house, 6)
    question = await tells(user, "je suis sénégalais, j'habite en France, il faut un visa pour un stage en Allemagne ?")
    assert "papier pour vivre en France" in question.text
    await user.presses("Titre de séjour")
    await user.reads(timeout=10)
    await user.presses("3 mois ou moins")
    answer = (await user.reads(timeout=10))[-1]
    assert "Nos sources ne disent pas si tu peux y travailler" in answer.text


@pytest.mark.parametrize(
    ("language", "question", "nationality", "paper"),
    [
        ("es", "visado para alemania?", "soy colombiano", "papel para vivir en Francia"),
        ("en", "visa for internship in spain?", "brazilian", "lets you live in France"),
        ("ar", "تأشيرة لتدريب في إسبانيا؟", "انا مغربي", "وثيقة الإقامة في فرنسا"),
    ],
)
async def test_no_french_permit_is_presumed_of_whoever_says_only_a_nationality(
    house: House, language: str, question: str, nationality: str, paper: str
) -> None:
    user = await met(house, 12, language)
    await tells(user, question)
    assert paper in (await tells(user, nationality)).text
    answer = await tells(user, {"es": "no sé", "en": "idk", "ar": "لا أعرف"}[language])
    while any(label in ("No lo sé", "I don't know", "لا أعرف") for label in answer.labels):
        answer = await tells(user, {"es": "no sé", "en": "idk", "ar": "لا أعرف"}[language])
    assert not re.search("Permiso francés|French permit|تصريح فرنسي", answer.text)


async def test_a_nationality_after_an_age_answers_the_question_or_spares_it(house: House) -> None:
    user = await met(house, 13)
    at_once = await tells(user, "jai 19 ans algérien, visa canada ?")
    assert "nationalité" not in at_once.text
    other = await met(house, 14)
    await tells(other, "visa canada ?")
    assert (await tells(other, "jai 19 ans algérien")).text == at_once.text


async def test_a_home_elsewhere_settles_that_there_is_no_french_permit(house: House) -> None:
    user = await met(house, 15)
    answer = await tells(user, "je suis marocain et je vis au maroc, visa pour un stage en espagne ?")
    assert "France ?" not in answer.text
    assert answer.text.startswith("Court séjour dans l'espace Schengen")


async def test_another_country_named_while_a_question_waits_changes_the_subject(house: House) -> None:
    user = await met(house, 16)
    await tells(user, "visa canada pvt ?")
    assert "nationalité" in (await tells(user, "pvt australie cout")).text
    answer = await tells(user, "français")
    assert "PVT Australie" in answer.labels
    assert "Canada" not in " ".join([answer.text, *answer.labels])


async def test_facts_told_while_a_question_waits_are_kept_and_the_answer_is_made_again_when_they_change(
    house: House,
) -> None:
    user = await met(house, 17)
    question = await tells(user, "aides financières pour partir ?")
    for fact in ("bac+2", "20 ans"):
        assert (await tells(user, fact)).text == question.text
    assert "Pour aller où" in (await tells(user, "étudiant")).text
    assert "Pour aller où" in (await tells(user, "boursier")).text
    await tells(user, "en allemagne")
    await tells(user, "stage")
    answer = await tells(user, "3 mois")
    assert "Bourse Erasmus+ stage" in answer.labels
    changed = await tells(user, "et si je suis pas étudiant")
    assert "Les aides" in changed.text
    assert "Bourse Erasmus+ stage" not in changed.labels


async def test_a_signature_of_parents_and_leaving_alone_lead_to_the_exit_paper_of_minors(house: House) -> None:
    user = await met(house, 18)
    await tells(user, "j'ai 19 ans il faut un visa pour l'Espagne ? je suis français")
    assert "Autorisation de sortie" in (await tells(user, "mes parents doivent signer ?")).text
    minor = await met(house, 19)
    assert "Autorisation de sortie" in (await tells(minor, "jai 16 ans je peux partir seul ?")).text


async def test_a_lost_passport_gets_its_sheet_or_the_word_that_nothing_is_known(house: House) -> None:
    user = await met(house, 20)
    assert "Passeport perdu" in (await tells(user, "passeport perdu")).text
    foreigner = await met(house, 21)
    await tells(foreigner, "visa allemagne ? je suis algérien")
    assert "consulat du pays de la nationalité" in (await tells(foreigner, "passeport perdu")).text


@pytest.mark.parametrize(
    ("language", "search", "back"),
    [
        ("ar", "ابحث عن عمل في اسبانيا", ("نرجع للقائمة", "ارجع للقائمة", "السابق")),
        ("fr", "je cherche un job en espagne", ("reprend", "reviens")),
    ],
)
async def test_words_of_coming_back_show_the_list_again(
    house: House, language: str, search: str, back: tuple[str, ...]
) -> None:
    user = await met(house, 22, language)
    found = await tells(user, search)
    for words in back:
        assert (await tells(user, words)).text == found.text


async def test_what_is_not_known_of_coming_to_france_leads_to_the_official_page(house: House) -> None:
    user = await met(house, 7)
    answer = await tells(user, "je suis algérien, je vis en algérie et je veux faire mes études en france quel visa ?")
    assert "Venir en France" in answer.text
    assert "Rien d'assez sûr" in answer.text
    assert any("Page officielle" in label for label in answer.labels)


async def test_a_minor_who_leaves_alone_hears_of_the_signed_agreement_before_any_question(house: House) -> None:
    user = await met(house, 8)
    question = await tells(user, "j'ai 16 ans je pars seule en Espagne, il me faut quoi comme papiers ?")
    assert "accord signé d'un parent" in question.text
    assert SOURCE["fr"] in question.text
    assert "nationalité" in question.text


async def test_a_follow_up_is_about_what_was_last_shown(house: House) -> None:
    user = await met(house, 9)
    await tells(user, "c'est quoi le VSI ?")
    too_young = await tells(user, "c'est possible à 17 ans ?")
    assert "Volontariat de solidarité internationale : non" in too_young.text
    assert "âge : 18 ou plus" in too_young.text
    again = await tells(user, "et à 20 ans ?")
    assert "combien de temps" in again.text
    search = await tells(user, "je cherche un volontariat au Sénégal")
    assert "offre" in search.text
    offers = await tells(user, "c'est possible à 17 ans ?")
    assert "Volontariat de solidarité internationale :" not in offers.text


async def test_an_open_offer_is_judged_with_what_is_missing_and_what_to_confirm(house: House) -> None:
    user = await met(house, 10)
    await tells(user, "je cherche un stage en Espagne")
    card = await tells(user, "le 2e")
    assert any("C'est pour moi" in label for label in card.labels)
    too_young = await tells(user, "j'ai 17 ans c possible ?")
    assert "non, pour cette raison" in too_young.text
    assert "âge : 18–30" in too_young.text
    assert SOURCE["fr"] in too_young.text
    without = await tells(user, "et sans le bac ?")
    assert "diplôme : CAP ou BEP, Bac ou Bac+2" in without.text


async def test_what_a_thing_is_gets_its_sheet_even_when_the_model_heard_a_search(house: House) -> None:
    user = await met(house, 11)
    trade = await tells(user, "c'est quoi un logisticien humanitaire ?")
    assert "Logistique et approvisionnement" in trade.text
    assert any(label.startswith("Bioforce") for label in trade.labels)
    assert SOURCE["fr"] in trade.text


async def test_a_name_of_several_sheets_is_settled_by_the_country(house: House) -> None:
    user = await met(house, 12)
    sheet = await tells(user, "c'est quoi le PVT au Canada ?")
    assert "EIC – PVT Canada" in sheet.text
    assert "Lequel" not in sheet.text


async def test_of_an_unsure_entry_nothing_is_judged(house: House) -> None:
    user = await met(house, 13)
    sheet = await tells(user, "c'est quoi Eurodyssée ?")
    assert "Rien d'assez sûr" in sheet.text
    assert not any("C'est pour moi" in label for label in sheet.labels)


@pytest.mark.parametrize(
    ("language", "question", "expected"),
    [
        (
            "fr",
            "est-ce que je peux cumuler AMI et erasmus ?",
            "Se cumulent : Aide à la mobilité internationale",
        ),
        ("fr", "on peut cumuler la brmi et erasmus ?", "Nos sources ne disent pas si on peut avoir les deux"),
        ("en", "can I combine the AMI and the Erasmus grant?", "Add up: International mobility aid (AMI) and"),
    ],
)
async def test_whether_two_grants_add_up_is_told_only_when_a_source_says_so(
    house: House, language: str, question: str, expected: str
) -> None:
    user = await met(house, 14, language)
    answer = await tells(user, question)
    assert expected in answer.text
    assert SOURCE[language] in answer.text
    assert visible_length(answer.text) <= 600
