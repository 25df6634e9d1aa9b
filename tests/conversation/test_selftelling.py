from typing import Any

import pytest

from bot.conversation.selftelling import told_alone
from bot.understanding.models import Entity, Intent, Parse


def heard(text: str, intent: str, *named: tuple[str, str, Any]) -> Parse:
    entities = tuple(
        Entity(kind, value, text.index(value), text.index(value) + len(value), norm=norm)  # type: ignore[arg-type]
        for kind, value, norm in named
    )
    return Parse(text, "fr", Intent(intent, 0.8), entities=entities)


@pytest.mark.parametrize(
    ("parse", "facts"),
    [
        (heard("bac+2", "search_any", ("level", "bac+2", "bac+2")), {"level": "bac+2"}),
        (heard("20 ans", "search_any", ("age", "20 ans", 20)), {"age": 20}),
        (heard("boursier", "ask_funding"), {"grant": True}),
        (heard("estudiante", "out_of_scope"), {"status": "student"}),
        (heard("jai 19 ans algérien", "search_any", ("age", "19 ans", 19)), {"age": 19, "nationality": ["DZ"]}),
        (heard("أنا طالبة", "greet"), {"status": "student"}),
    ],
)
def test_a_short_message_that_only_tells_of_oneself_gives_its_facts(parse: Parse, facts: dict[str, Any]) -> None:
    assert told_alone(parse) == facts


@pytest.mark.parametrize(
    "parse",
    [
        heard("un stage à 20 ans", "search_internship", ("age", "20 ans", 20)),
        heard("20 ans en espagne", "search_any", ("age", "20 ans", 20), ("country", "espagne", "ES")),
        heard("étudiant, des bourses", "ask_funding"),
        heard("je suis étudiant, un conseiller svp", "talk_to_adviser"),
        heard("c'est possible à 17 ans ?", "ask_eligibility", ("age", "17 ans", 17)),
    ],
)
def test_a_message_that_asks_for_something_is_no_mere_telling(parse: Parse) -> None:
    assert told_alone(parse) == {}


def test_a_further_question_may_tell_who_one_is_not() -> None:
    parse = heard("et si je suis pas étudiant ?", "ask_eligibility")
    assert told_alone(parse, is_asking=True) == {"status": "not-student"}
