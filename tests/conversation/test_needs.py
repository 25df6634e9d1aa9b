import pytest

from bot.conversation.needs import needs_in, with_first
from bot.understanding.models import Intent, Parse


def parsed(text: str, intent: str, language: str = "fr") -> Parse:
    return Parse(text, language, Intent(intent, 0.8))


@pytest.mark.parametrize(
    ("text", "intent", "first", "others"),
    [
        (
            "je cherche un stage en Espagne et est-ce qu'il y a des bourses ?",
            "search_internship",
            None,
            ["ask_funding"],
        ),
        ("je cherche un stage en Espagne et il y a des bourses ?", "ask_funding", "search_internship", ["ask_funding"]),
        ("looking for a job in Ireland, do i need a visa?", "search_job", None, ["ask_visa"]),
        (
            "busco un voluntariado y quiero hablar con un consejero, una cita",
            "search_volunteering",
            None,
            ["talk_to_adviser"],
        ),
        ("أبحث عن تدريب في إسبانيا، هل هناك منح؟", "search_internship", None, ["ask_funding"]),
        ("il faut un visa ? et je cherche un job au Canada", "ask_visa", None, ["search_job"]),
        ("je veux un stage en Italie, il faut un visa ?", "ask_visa", "search_internship", ["ask_visa"]),
        ("je suis algérien et je veux un stage en Italie, il faut un visa ?", "ask_visa", None, ["search_internship"]),
    ],
)
def test_the_first_need_is_answered_and_the_others_are_offered(
    text: str, intent: str, first: str | None, others: list[str]
) -> None:
    needs = needs_in(parsed(text, intent))
    assert (needs.first, list(needs.others)) == (first, others)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("pour mon stage au Canada il faut un visa ?", "ask_visa"),
        ("je cherche un stage en Espagne", "search_internship"),
        ("des bourses ?", "ask_funding"),
        ("merci", "thanks"),
    ],
)
def test_one_need_stays_one(text: str, intent: str) -> None:
    assert not needs_in(parsed(text, intent)).others


def test_what_comes_first_takes_the_place_of_what_was_understood() -> None:
    parse = parsed("je cherche un stage et des bourses", "ask_funding")
    assert with_first(parse, needs_in(parse)).intent.name == "search_internship"
