"""What people say of themselves is read in four languages, and what they say of others is not."""

from __future__ import annotations

import pytest

from bot.knowledge.conditions import PERMITS, REGIONS
from bot.knowledge.situations import NOT_STUDENT, STATUSES
from bot.knowledge.telling import plain_answer, read_value, told
from bot.vocabulary.shelf import read_shelf


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chui au chomage", {"status": "jobseeker"}),
        ("je suis étudiante boursière", {"status": "student", "grant": "yes"}),
        ("g 17 ans jsuis en lycée pro", {"status": "vocational_pupil"}),
        ("i'm a uni student", {"status": "student"}),
        ("I am unemployed", {"status": "jobseeker"}),
        ("estoy en paro", {"status": "jobseeker"}),
        ("soy estudiante", {"status": "student"}),
        ("أنا طالبة", {"status": "student"}),
        ("انا عاطل عن العمل", {"status": "jobseeker"}),
        ("je suis réfugié", {"permit": "refugee"}),
        ("je suis demandeur d'asile", {"permit": "asylum_seeker"}),
        ("j'ai un titre de séjour étudiant", {"permit": "student_permit"}),
        ("tengo permiso de residencia", {"permit": "residence_permit"}),
        ("je suis étudiant mais pas boursier", {"status": "student", "grant": "no"}),
        ("et si je suis pas étudiant", {"status": "not-student"}),
        ("i am not a student", {"status": "not-student"}),
        ("boursier", {"grant": "yes"}),
        ("je cherche un job étudiant", {}),
        ("un stage pour aider les réfugiés", {}),
        ("je veux travailler avec des réfugiés", {}),
        ("visa étudiant pour le Canada", {}),
    ],
)
def test_what_is_told_of_oneself_is_read(text: str, expected: dict[str, str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "fact", "expected"),
    [
        ("étudiant", "status", "student"),
        ("lycéenne", "status", "pupil"),
        ("récépissé de renouvellement", "permit", "renewal_receipt"),
        ("à sainté", "region", "auvergne-rhone-alpes"),
        ("des bananes", "status", None),
    ],
)
def test_an_answer_needs_no_pronoun(text: str, fact: str, expected: str | None) -> None:
    assert read_value(text, fact) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("jsp", "unknown"), ("No sé", "unknown"), ("لا أعرف", "unknown"), ("on reprend", "resume"), ("seguimos", "resume"),
     ("نكمل", "resume"), ("oui", "yes"), ("nope", "no"), ("laisse tomber", "stop"), ("oui un stage", None)],
)  # fmt: skip
def test_plain_answers_are_nothing_else(text: str, expected: str | None) -> None:
    assert plain_answer(text) == expected


def test_word_lists_name_the_values_of_the_facts() -> None:
    shelf = read_shelf("bot.knowledge", "telling.yml")
    assert set(shelf["status"]) == set(STATUSES) - {"other"} | {NOT_STUDENT}
    assert set(shelf["permit"]) == set(PERMITS) - {"none"}
    assert set(shelf["region"]) < set(REGIONS)
