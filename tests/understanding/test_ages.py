import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.ages import counts_no_years, parse_age


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


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("15", " jours"),
        ("15 jours", ""),
        ("10", "h"),
        ("10h", ""),
        ("20", " heures parce que"),
        ("20 décembre", " au 5"),
        ("20", " décembre"),
        ("quinze", " jours"),
        ("15", " días"),
        ("15", " days"),
        ("15", " يوما"),
        ("18", " h 30"),
        ("12", " mois"),
        ("50", "€"),
        ("10", " am"),
    ],
)
def test_a_number_that_counts_days_hours_or_money_is_no_age(value: str, after: str) -> None:
    assert counts_no_years(value, after)


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("16 ans", ""),
        ("16 an", ""),
        ("17", ""),
        ("17", ", 2 mois en Espagne"),
        ("19 years", " old"),
        ("17", " may I apply"),
        ("17", " j'habite au Puy"),
        ("16", " moi je cherche"),
        ("g 17 ans", " 3 mois"),
        ("dix-sept ans", ""),
        ("22", " y vivo"),
        ("١٩ سنة", " شهرين"),
    ],
)
def test_a_number_of_years_stays_an_age(value: str, after: str) -> None:
    assert not counts_no_years(value, after)
