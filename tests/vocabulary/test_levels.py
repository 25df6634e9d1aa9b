import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary.levels import LEVELS, level_below, level_code, level_label, level_order
from bot.vocabulary.shelf import LANGUAGES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("terminale", "none"),
        ("sans diplôme", "none"),
        ("CAP cuisine", "cap"),
        ("j'ai un bac pro", "bac"),
        ("high school", "bac"),
        ("البكالوريا", "bac"),
        ("BTS", "bac+2"),
        ("licence 2", "bac+2"),
        ("bac +2", "bac+2"),
        ("L3", "bac+3"),
        ("bachelor", "bac+3"),
        ("Bac+5", "bac+5"),
        ("master 2 droit", "bac+5"),
    ],
)
def test_a_level_is_the_one_reached(text: str, code: str) -> None:
    assert code == level_code(text)


@pytest.mark.parametrize("text", ["sans le bac", "without a degree", "étudiant", "", "pas de bac"])
def test_a_condition_is_no_level(text: str) -> None:
    assert level_code(text) is None


@pytest.mark.parametrize(
    ("lacking", "held"), [("cap", "none"), ("bac", "none"), ("bac+2", "bac"), ("bac+3", "bac+2"), ("bac+5", "bac+3")]
)
def test_somebody_without_a_diploma_has_the_one_before_it_or_none(lacking: str, held: str) -> None:
    assert level_below(lacking) == held


def test_levels_are_in_order() -> None:
    assert sorted(LEVELS, key=level_order) == list(LEVELS)
    assert level_order("unknown") == 0


def test_every_level_has_a_label_in_every_language() -> None:
    assert all(level_label(code, language) != "" for code in LEVELS for language in LANGUAGES)
    assert level_label("unknown", "fr") == "unknown"


@given(st.text(max_size=60))
def test_any_text_gives_a_known_level_or_none(text: str) -> None:
    code = level_code(text)
    assert code is None or code in LEVELS
