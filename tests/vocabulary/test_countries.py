import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary.countries import (
    country_code,
    country_codes,
    country_name,
    country_with_preposition,
    is_country,
    neighbours,
)
from bot.vocabulary.shelf import LANGUAGES, phrases, read_shelf

MISSPELT = {
    "alemagne": "DE", "almagne": "DE", "allemange": "DE", "portugale": "PT", "portugual": "PT", "espange": "ES",
    "espagn": "ES", "angletere": "GB", "anglettere": "GB", "maroque": "MA", "marok": "MA", "cote divoire": "CI",
    "senegale": "SN", "itallie": "IT", "belgik": "BE", "suise": "CH", "norvége": "NO", "thaillande": "TH",
    "irlade": "IE", "islnde": "IS", "mexiqe": "MX", "canda": "CA", "autralie": "AU", "cambodje": "KH",
    "germny": "DE", "swizerland": "CH", "polnd": "PL", "alemaniaa": "DE", "inglatera": "GB", "argelya": "DZ",
}  # fmt: skip
SAID = {
    "l'Allemagne": "DE", "lallemagne": "DE", "en  Espagne": "ES", "au Portugal": "PT", "aux états-unis": "US",
    "les States": "US", "Angleterre": "GB", "UK": "GB", "USA": "US", "Hollande": "NL", "Corée": "KR", "Congo RDC": "CD",
    "RDC": "CD", "Congo": "CG", "Côte d’Ivoire": "CI", "the Netherlands": "NL", "in Spain": "ES", "Alemania": "DE",
    "Estados Unidos": "US", "لفرنسا": "FR", "بالمغرب": "MA", "للمغرب": "MA", "لألمانيا": "DE", "في إسبانيا": "ES",
    "الجزائر": "DZ", "المانيا": "DE", "Tchéquie": "CZ", "Turkey": "TR", "Norway": "NO",
}  # fmt: skip
NO_COUNTRY = [
    "bled", "stage", "partir", "italien", "german", "espagnol", "nigérien", "marocain", "indian", "ailleurs", "mission",
    "vacances", "finance", "argent", "serveur", "", "😀", "étranger", "tunisien", "brasileño", "الجزائري",
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), [*SAID.items(), *MISSPELT.items()])
def test_a_country_is_known_as_people_write_it(text: str, code: str) -> None:
    assert code == country_code(text)


@pytest.mark.parametrize("text", NO_COUNTRY)
def test_what_is_no_country_gives_none(text: str) -> None:
    assert country_code(text) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_is_found_by_its_own_name(language: str) -> None:
    lost = {code for code in country_codes() if country_code(country_name(code, language)) != code}
    assert lost <= {"CG", "CD"}  # both are "Congo" somewhere


def test_no_listed_spelling_stands_for_two_countries() -> None:
    owners: dict[str, str] = {}
    for code, words in read_shelf("bot.vocabulary", "countries.yml")["aliases"].items():
        assert is_country(code)
        for word in phrases(words):
            assert owners.setdefault(word, code) == code, word


def test_at_least_120_spellings_are_listed() -> None:
    aliases = read_shelf("bot.vocabulary", "countries.yml")["aliases"]
    assert sum(len(phrases(words)) for words in aliases.values()) >= 120


@pytest.mark.parametrize(
    ("code", "language", "place"),
    [
        ("ES", "fr", "en Espagne"),
        ("PT", "fr", "au Portugal"),
        ("US", "fr", "aux États-Unis"),
        ("MT", "fr", "à Malte"),
        ("GB", "fr", "au Royaume-Uni"),
        ("MX", "fr", "au Mexique"),
        ("IR", "fr", "en Iran"),
        ("CU", "fr", "à Cuba"),
        ("ES", "en", "in Spain"),
        ("NL", "en", "in the Netherlands"),
        ("ES", "es", "en España"),
        ("ES", "ar", "في إسبانيا"),
        ("ES", "de", "en Espagne"),
    ],
)
def test_a_place_is_said_with_its_preposition(code: str, language: str, place: str) -> None:
    assert place == country_with_preposition(code, language)


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert country_name("QQ", "fr") == "QQ"


def test_neighbours_are_countries_and_never_the_country_itself() -> None:
    for code in read_shelf("bot.vocabulary", "countries.yml")["neighbours"]:
        assert is_country(code)
        assert code not in neighbours(code)
        assert all(map(is_country, neighbours(code)))
    assert "PT" in neighbours("ES")
    assert neighbours("QQ") == ()


@given(st.text(max_size=60))
def test_any_text_gives_a_known_code_or_none(text: str) -> None:
    code = country_code(text)
    assert code is None or is_country(code)
