import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.gazetteer import find_entities

TODAY = date(2026, 11, 23)


def _found(text: str) -> list[tuple[str, str, str | None]]:
    return [(entity.entity, entity.value, entity.role) for entity in find_entities(text, TODAY, "fr")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "slt je cherche un stage en espagne 2 mois",
            [("country", "espagne", None), ("duration", "2 mois", None)],
        ),
        ("je suis à Lomé, je cherche en France", [("city", "Lomé", "origin"), ("country", "France", None)]),
        (
            "stage en alemagne pas en Espagne cet été dans le tourisme",
            [
                ("country", "alemagne", None),
                ("country", "Espagne", "exclude"),
                ("date", "cet été", None),
                ("field", "tourisme", None),
            ],
        ),
        (
            "voluntariado con niños en América Latina",
            [("field", "niños", None), ("region", "América Latina", None)],
        ),
        ("أريد تدريب في ألمانيا لمدة شهرين", [("country", "ألمانيا", None), ("duration", "شهرين", None)]),
        ("j'ai 19 ans et un bac pro", [("age", "19 ans", None), ("level", "bac pro", None)]),
        (
            "service civique au Québec à partir de janvier 2027",
            [
                ("programme", "service civique", None),
                ("region", "Québec", None),
                ("date", "à partir de janvier 2027", None),
            ],
        ),
        ("en juin, 2 mois", [("date", "en juin", None), ("duration", "2 mois", None)]),
        ("in june 3 weeks", [("date", "in june", None), ("duration", "3 weeks", None)]),
        ("junio, 3 meses", [("date", "junio", None), ("duration", "3 meses", None)]),
        ("dès le 2 juin", [("date", "dès le 2 juin", None)]),
        ("18 avenue Augustin-Dupré", []),
        ("tell us more", []),
        ("je recherche un truc", []),
        ("c'est la vie", []),
        ("it may be nice", []),
        ("i speak italian", []),
        ("", []),
    ],
)
def test_what_a_text_names_is_found_by_look_up(text: str, found: list[tuple[str, str, str | None]]) -> None:
    assert found == _found(text)


@given(st.text(max_size=120))
@settings(deadline=None)
def test_entities_of_any_text_are_true_apart_and_json(text: str) -> None:
    last = 0
    for entity in find_entities(text, TODAY, "fr"):
        assert entity.value == text[entity.start : entity.end]
        assert entity.start >= last
        last = entity.end
        json.dumps(entity.to_json())


@given(
    st.lists(
        st.sampled_from(
            [
                "je",
                "suis",
                "en",
                "au",
                "pas",
                "espagne",
                "france",
                "2",
                "mois",
                "été",
                "mars",
                "à",
                "partir",
                "de",
                "bac",
                "pro",
                "londres",
                "un",
                "an",
            ]
        ),
        max_size=12,
    )
)
@settings(deadline=None)
def test_words_in_any_order_give_true_offsets(words: list[str]) -> None:
    text = " ".join(words)
    for entity in find_entities(text, TODAY, "fr"):
        assert entity.value == text[entity.start : entity.end]
