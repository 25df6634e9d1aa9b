from datetime import date

import pytest

from bot.catalogue.criteria import CityChoice, Criteria
from bot.catalogue.wording import day, describe, months, number, short_day
from bot.locales.service import LANGUAGES, Voice


@pytest.mark.parametrize(
    ("low", "high", "language", "words"),
    [
        (2, 4, "fr", "2 à 4 mois"),
        (0.5, 1, "fr", "2 à 4 semaines"),
        (0.75, 1.5, "en", "3 to 6 weeks"),
        (1.25, 2.5, "es", "de 5 a 10 semanas"),
        (0.25, 6, "fr", "1 semaine à 6 mois"),
        (0.23, 0.26, "fr", "1 semaine"),
        (2, 3.5, "fr", "2 à 3,5 mois"),
        (12, None, "es", "12 meses o más"),
        (1, None, "es", "1 mes o más"),
        (0.5, None, "fr", "2 semaines ou plus"),
        (None, 0.5, "en", "up to 2 weeks"),
        (0.5, 0.5, "fr", "2 semaines"),
        (None, None, "fr", ""),
    ],
)
def test_a_length_of_stay_is_said_as_people_say_it(
    low: float | None, high: float | None, language: str, words: str
) -> None:
    assert months(low, high, language) == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_short_stay_is_told_in_weeks_in_every_language(language: str) -> None:
    assert "0" not in months(0.5, 1, language)
    assert "0" not in months(0.25, 6, language)


def test_a_number_is_written_as_the_language_writes_it() -> None:
    assert [number(1.5, language) for language in ("fr", "en", "es")] == ["1,5", "1.5", "1,5"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "Lisbonne · sans Rome"), ("en", "Lisbon · without Rome"), ("es", "Lisboa · sin Roma")],
)
def test_a_town_bears_its_name_in_the_language_of_the_answer(language: str, words: str) -> None:
    criteria = Criteria(cities=(CityChoice("lisbon", "Lisbon", "PT"),), excluded_cities=("rome",))
    assert describe(criteria, language) == words


@pytest.mark.parametrize(
    ("value", "language", "long", "short"),
    [
        (date(2027, 6, 1), "fr", "1er juin 2027", "1er juin"),
        (date(2027, 6, 11), "fr", "11 juin 2027", "11 juin"),
        (date(2027, 6, 1), "es", "1 de junio de 2027", "1 jun"),
        (date(2027, 6, 1), "en", "June 1, 2027", "Jun 1"),
    ],
)
def test_the_first_of_a_month_is_an_ordinal_in_french(value: date, language: str, long: str, short: str) -> None:
    assert (day(value, language), short_day(value, language, with_year=False)) == (long, short)


def test_the_first_of_a_month_is_an_ordinal_in_every_manner_of_french() -> None:
    assert day(date(2027, 6, 1), Voice("fr", is_formal=True)) == "1er juin 2027"
