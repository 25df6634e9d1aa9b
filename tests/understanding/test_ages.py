import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.ages import parse_age


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("19 ans", 19),
        ("g 17 ans", 17),
        ("dix-sept ans", 17),
        ("twenty five", 25),
        ("dieciocho años", 18),
        ("١٩ سنة", 19),
        ("تسعة عشر", 19),
        ("19yo", 19),
    ],
)
def test_an_age_is_read_in_digits_or_words(text: str, age: int) -> None:
    assert age == parse_age(text)


@pytest.mark.parametrize("text", ["", "5 ans", "150", "jeune", "2027", "deux"])
def test_what_is_no_age_of_a_young_person_gives_none(text: str) -> None:
    assert parse_age(text) is None


@given(st.text(max_size=60))
def test_any_text_gives_an_age_between_10_and_99_or_none(text: str) -> None:
    age = parse_age(text)
    assert age is None or 10 <= age <= 99
