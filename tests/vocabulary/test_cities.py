import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary.cities import City, city_label, find_city, find_well_known_city, preload_cities
from bot.vocabulary.countries import is_country
from bot.vocabulary.shelf import LANGUAGES, read_shelf


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Londres", "London", "GB"),
        ("londre", "London", "GB"),
        ("barcelonne", "Barcelona", "ES"),
        ("Séville", "Sevilla", "ES"),
        ("Genève", "Genève", "CH"),
        ("Le Caire", "Cairo", "EG"),
        ("بيروت", "Beirut", "LB"),
        ("في برلين", "Berlin", "DE"),
        ("sainté", "Saint-Étienne", "FR"),
        ("St-Etienne", "Saint-Étienne", "FR"),
        ("Gdansk", "Gdańsk", "PL"),
        ("salamanque", "Salamanca", "ES"),
        ("Lomé", "Lomé", "TG"),
        ("Oslo", "Oslo", "NO"),
    ],
)
def test_a_town_is_known_as_people_write_it(text: str, name: str, country: str) -> None:
    city = find_city(text)
    assert city is not None
    assert (name, country) == (city.name, city.country)


def test_the_largest_town_of_a_name_wins() -> None:
    found = find_city("Birmingham")
    assert found is not None
    assert found.country == "GB"


@pytest.mark.parametrize("text", ["", "x", "xyzxyz", "😀", "jveu partir"])
def test_what_is_no_town_gives_none(text: str) -> None:
    assert find_city(text) is None


def test_a_town_is_named_in_the_language_of_the_answer() -> None:
    london = find_city("london")
    assert london is not None
    assert [city_label(london, each) for each in LANGUAGES] == ["Londres", "London", "Londres", "لندن"]
    assert city_label(City("Tartu", "EE", "tartu, EE"), "fr") == "Tartu"


def test_the_index_holds_the_towns_of_geonames() -> None:
    assert preload_cities() > 100_000


def test_every_exonym_names_a_town_that_geonames_has() -> None:
    for town in read_shelf("bot.vocabulary", "cities.yml")["cities"]:
        name, _, country = town.rpartition(", ")
        city = find_well_known_city(name)
        assert is_country(country)
        assert city is None or city.country == country, town


@given(st.text(max_size=60))
def test_any_text_gives_a_town_of_a_known_country_or_none(text: str) -> None:
    city = find_city(text)
    assert city is None or is_country(city.country)
