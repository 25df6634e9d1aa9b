import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary.countries import is_country
from bot.vocabulary.regions import region_code, region_codes, region_countries, region_label, regions_of_country
from bot.vocabulary.shelf import LANGUAGES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Afrique de l'Ouest", "west-africa"),
        ("afrique de louest", "west-africa"),
        ("le Maghreb", "maghreb"),
        ("Bavière", "bavaria"),
        ("kebek", "quebec"),
        ("América Latina", "latin-america"),
        ("l'Europe de l'Est", "eastern-europe"),
        ("scandinavi", "scandinavia"),
        ("Écosse", "scotland"),
        ("South-East Asia", "south-east-asia"),
        ("لأوروبا", "europe"),
        ("شمال أفريقيا", "north-africa"),
        ("Haute Loire", "haute-loire"),
        ("pays anglophones", "english-speaking"),
        ("Cataluña", "catalonia"),
    ],
)
def test_a_region_is_known_as_people_write_it(text: str, code: str) -> None:
    assert code == region_code(text)


@pytest.mark.parametrize("text", ["stage", "", "africain", "compagne", "partir loin"])
def test_what_is_no_region_gives_none(text: str) -> None:
    assert region_code(text) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_region_is_found_by_its_own_label(language: str) -> None:
    assert [code for code in region_codes() if region_code(region_label(code, language)) != code] == []


def test_regions_hold_known_countries() -> None:
    for code in region_codes():
        assert region_countries(code)
        assert all(map(is_country, region_countries(code)))


def test_a_province_stands_for_its_country() -> None:
    assert region_countries("bavaria") == {"DE"}
    assert region_countries("quebec") == {"CA"}


def test_the_smallest_region_of_a_country_comes_first() -> None:
    assert regions_of_country("MA")[0] == "maghreb"
    assert regions_of_country("MA")[-1] == "africa"
    assert "bavaria" not in regions_of_country("DE")


def test_the_union_has_27_members() -> None:
    assert len(region_countries("european-union")) == 27


def test_an_unknown_region_holds_nothing() -> None:
    assert region_countries("atlantis") == frozenset()
    assert region_label("atlantis", "fr") == "atlantis"


@given(st.text(max_size=60))
def test_any_text_gives_a_known_region_or_none(text: str) -> None:
    code = region_code(text)
    assert code is None or code in region_codes()
