import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary.text import fold, is_arabic, numbers_apart, phrase_pattern, words_of


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


def test_the_longest_phrase_is_found_whole_and_words_within_words_are_not() -> None:
    pattern = phrase_pattern(("pas", "pas encore", "l’été", "إن شاء الله"))
    assert [found.group() for found in pattern.finditer("pas encore lepas pas l ete ان شا الله")] == [
        "pas encore",
        "pas",
        "l ete",
        "ان شا الله",
    ]


@pytest.mark.parametrize(
    ("folded", "apart"), [("6pm", "6 pm"), ("18h30", "18 h30"), ("a1", "a1"), ("12 mois", "12 mois")]
)
def test_a_number_is_set_apart_from_the_letters_after_it(folded: str, apart: str) -> None:
    assert apart == numbers_apart(folded)
