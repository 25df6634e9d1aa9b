import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary.languages import language_code, language_name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("english", "en"),
        ("l'anglais", "en"),
        ("langlais", "en"),
        ("allemend", "de"),
        ("بالعربية", "ar"),
        ("darija", "ar"),
        ("castellano", "es"),
        ("inglés", "en"),
        ("wolof", "wo"),
    ],
)
def test_a_language_is_known_as_people_write_it(text: str, code: str) -> None:
    assert code == language_code(text)


@pytest.mark.parametrize("text", ["stage", "", "😀"])
def test_what_is_no_language_gives_none(text: str) -> None:
    assert language_code(text) is None


def test_a_language_is_named_in_the_language_of_the_answer() -> None:
    assert [language_name("de", each) for each in ("fr", "en", "es")] == ["allemand", "German", "alemán"]
    assert language_name("zz-unknown", "fr") == "zz-unknown"


@given(st.text(max_size=60))
def test_any_text_gives_a_short_code_or_none(text: str) -> None:
    code = language_code(text)
    assert code is None or len(code) in {2, 3}
