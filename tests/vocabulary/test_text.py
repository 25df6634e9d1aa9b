import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary.text import fold, is_arabic, words_of


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Côte d’Ivoire", "cote d ivoire"),
        ("COTE D'IVOIRE", "cote d ivoire"),
        ("Bac+2", "bac 2"),
        ("œuvre", "oeuvre"),
        ("أَلْمَانِيَا", "المانيا"),
        ("مدرسة", "مدرسه"),
        ("١٩ سنة", "19 سنه"),
        ("  Saint-Étienne \n", "saint etienne"),
        ("😀", ""),
    ],
)
def test_spellings_of_one_word_fold_to_the_same_string(written: str, folded: str) -> None:
    assert folded == fold(written)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_words_stand_where_their_offsets_say(text: str) -> None:
    for word in words_of(text):
        assert fold(text[word.start : word.end]) == word.folded


def test_arabic_letters_are_told_from_latin_ones() -> None:
    assert is_arabic("ب")
    assert not is_arabic("b")
