"""Short messages about an application or a departure are heard; everything else is left to the model."""

from __future__ import annotations

import re

import pytest

from bot.conversation.kept_words import (
    application_said,
    follow_said,
    is_asking_applications,
    is_asking_plan,
    is_found_elsewhere,
    number_said,
)
from bot.locales.service import LANGUAGES, Voice, say


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("J'ai postulé !", "applied"),
        ("ça y est, j'ai postulé", "applied"),
        ("oui merci j'ai postulé hier", "applied"),
        ("I applied", "applied"),
        ("ya me he presentado", "applied"),
        ("لقد قدمت الطلب", "applied"),
        ("j'ai un entretien", "interview"),
        ("I have an interview!", "interview"),
        ("tengo una entrevista", "interview"),
        ("عندي مقابلة", "interview"),
        ("je suis prise 🎉", "accepted"),
        ("i got it", "accepted"),
        ("me han cogido", "accepted"),
        ("تم قبولي", "accepted"),
        ("refusé", "refused"),
        ("je suis pas pris", "refused"),
        ("rejected", "refused"),
        ("me han rechazado", "refused"),
        ("رفضوني", "refused"),
        ("j'abandonne", "gave_up"),
        ("lo dejo", "gave_up"),
        ("j'ai pas encore postulé", "not_yet"),
        ("ils m'ont pris", "accepted"),
        ("je suis pris(e)", "accepted"),
        ("j'ai été prise !!", "accepted"),
        ("they took me!", "accepted"),
        ("i got the job!", "accepted"),
        ("me han cogido!", "accepted"),
        ("قبلوني", "accepted"),
        ("on m'a acceptée au stage", "accepted"),
        ("c'est bon j'ai trouvé un stage", "accepted"),
        ("ils m'ont refusé", "refused"),
        ("ils m'ont dit non", "refused"),
        ("j'ai eu une réponse négative", "refused"),
        ("they said no", "refused"),
        ("me han dicho que no", "refused"),
        ("j'ai postulé à la 2", "applied"),
        ("i applied to number 2", "applied"),
        ("j'ai envoyé ma candidature", "applied"),
        ("j'ai un entretien demain", "interview"),
        ("jai deja postuler", "applied"),
        ("he echado la solicitud", "applied"),
        ("ils mon dit non", "refused"),
        ("on ma refuser", "refused"),
        ("mon fils a été refusé", "refused"),
        ("ça y est ils m'ont répondu et c'est bon je suis prise", "accepted"),
        ("ma fille a été prise", "accepted"),
    ],
)
def test_what_became_of_an_application_is_heard_in_four_languages(text: str, state: str) -> None:
    assert application_said(text) == state


@pytest.mark.parametrize(
    "text",
    [
        "j'ai postulé à un stage en Italie",
        "j'ai un entretien en anglais, je cherche une formation",
        "est-ce que je suis pris ?",
        "je suis pris en charge ?",
        "visa refusé",
        "j'abandonne mes études",
        "oui",
        "stage en Espagne",
        "pas encore",
        "no",
    ],
)
def test_what_says_more_or_something_else_is_not(text: str) -> None:
    assert application_said(text) is None


@pytest.mark.parametrize(
    "text",
    ["on ma pris ailleurs", "jai ete prise ailleurs", "il a été pris ailleurs", "j'ai trouvé ailleurs merci",
     "plus besoin des alertes, j'ai trouvé", "i found another family", "i was accepted somewhere else",
     "me cogieron en otro sitio", "انقبلت بمكان تاني"],
)  # fmt: skip
def test_a_place_found_without_us_is_no_news_of_our_offers(text: str) -> None:
    assert is_found_elsewhere(text)
    assert application_said(text) is None


@pytest.mark.parametrize(
    "text",
    ["je vis ailleurs", "je veux partir ailleurs", "j'ai été prise en otage", "j'ai été pris", "un stage ailleurs ?"],
)
def test_elsewhere_alone_finds_nothing(text: str) -> None:
    assert not is_found_elsewhere(text)


@pytest.mark.parametrize(
    "text",
    [
        "mets les dans mon agenda", "put them in my calendar",
        "mon rétroplanning", "prépare mon départ stp", "prepare my departure", "prepara mi salida", "حضر سفري",
        "plan de départ", "mon plan", "qu'est ce que je dois préparer avant de partir", "quand je dois partir ?",
        "ajoute les dates à mon agenda", "my departure plan", "plan de salida", "خطة السفر", "متى أسافر؟",
        "when do I leave?", "¿cuándo me voy?",
    ],
)  # fmt: skip
def test_the_plan_is_asked_in_four_languages(text: str) -> None:
    assert is_asking_plan(text)


@pytest.mark.parametrize("text", ["je prépare mon départ au Canada, il faut un visa ?", "départ en mars", "mon visa"])
def test_a_departure_that_names_more_is_no_ask_for_the_plan(text: str) -> None:
    assert not is_asking_plan(text)


@pytest.mark.parametrize("text", ["mes candidatures", "my applications", "mis candidaturas", "طلباتي"])
def test_the_applications_are_asked_in_four_languages(text: str) -> None:
    assert is_asking_applications(text)


@pytest.mark.parametrize(
    ("text", "number"), [("j'ai postulé à la 2", 2), ("I applied to the 3rd", 3), ("j'ai postulé", None)]
)
def test_the_number_of_an_offer_is_read_beside_the_news(text: str, number: int | None) -> None:
    assert number_said(text) == number


@pytest.mark.parametrize("is_plain", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_help_names_words_that_are_heard(language: str, is_plain: bool) -> None:
    line = say("chat.help", Voice(language, is_plain=is_plain)).split("\n")
    quoted = [words.strip() for text in line for words in re.findall(r"[«\"]([^»\"]+)[»\"]", text)]
    assert any(is_asking_applications(words) for words in quoted)
    assert any(is_asking_plan(words) for words in quoted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("rappelle moi avant la date limite", True),
        ("oui je veux bien que tu me rappelles avant la date limite", True),
        ("remind me before the deadline", True), ("recuérdame antes de la fecha límite", True),
        ("ذكرني قبل آخر أجل", True), ("ne me préviens plus pour les offres gardées", False),
        ("plus de rappels stp", False), ("dont remind me", False), ("no quiero recordatorios", False),
        ("لا أريد تذكيرات", False), ("rappelle moi demain", None), ("préviens-moi", None),
    ],
)  # fmt: skip
def test_reminders_of_kept_offers_are_asked_and_refused_in_words(text: str, wanted: bool | None) -> None:
    assert follow_said(text) is wanted
