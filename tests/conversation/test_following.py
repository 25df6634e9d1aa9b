"""Short messages about an application or a departure are heard; everything else is left to the model."""

from __future__ import annotations

import pytest

from bot.conversation.following import application_said, is_asking_plan


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
    "text", ["mon rétroplanning", "prépare mon départ stp", "prepare my departure", "prepara mi salida", "حضر سفري"]
)
def test_the_plan_is_asked_in_four_languages(text: str) -> None:
    assert is_asking_plan(text)


@pytest.mark.parametrize("text", ["je prépare mon départ au Canada, il faut un visa ?", "départ en mars", "mon visa"])
def test_a_departure_that_names_more_is_no_ask_for_the_plan(text: str) -> None:
    assert not is_asking_plan(text)
