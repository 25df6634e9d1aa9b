import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary.fields import FIELDS, field_code, field_label, field_words
from bot.vocabulary.shelf import LANGUAGES, read_shelf
from bot.vocabulary.text import fold


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("le tourisme", "tourism"),
        ("dans l'hotelerie", "hospitality"),
        ("avec des enfants", "childhood"),
        ("menuiserie", "crafts"),
        ("menuizerie", "crafts"),
        ("dev web", "digital"),
        ("informatik", "digital"),
        ("infirmiere", "health"),
        ("mecanique", "engineering"),
        ("cuisine", "hospitality"),
        ("animaux", "environment"),
        ("jardinage", "environment"),
        ("travailler avec les jeunes", "education"),
        ("boulangé", "food"),
        ("engeneering", "engineering"),
        ("nursing", "health"),
        ("social media", "communication"),
        ("voluntariado con niños", "childhood"),
        ("الطبخ", "hospitality"),
        ("بالمعلوميات", "digital"),
        ("panneaux solaires", "energy"),
        ("btp", "construction"),
    ],
)
def test_a_domain_is_known_by_the_words_people_use(text: str, code: str) -> None:
    assert code == field_code(text)


@pytest.mark.parametrize("text", ["", "trucs", "la plage", "😀", "n'importe"])
def test_what_is_no_domain_gives_none(text: str) -> None:
    assert field_code(text) is None


def test_the_catalogue_has_24_domains_each_with_words_in_four_languages() -> None:
    assert len(FIELDS) == len(set(FIELDS)) == 24
    assert set(read_shelf("bot.vocabulary", "fields.yml")) == set(FIELDS)
    for code in FIELDS:
        for language in LANGUAGES:
            assert len(field_words(code, language)) >= 8, (code, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_domain_is_found_by_its_own_label(language: str) -> None:
    assert [code for code in FIELDS if field_code(field_label(code, language)) != code] == []


def test_a_word_belongs_to_one_domain_only() -> None:
    owners: dict[str, str] = {}
    for code in FIELDS:
        for language in LANGUAGES:
            for word in field_words(code, language):
                assert owners.setdefault(fold(word), code) == code, word


@given(st.text(max_size=80))
def test_any_text_gives_a_known_domain_or_none(text: str) -> None:
    code = field_code(text)
    assert code is None or code in FIELDS
