from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.language import detect_language, preload_languages
from bot.vocabulary.shelf import LANGUAGES

CORPUS = yaml.safe_load((Path(__file__).parent / "language_corpus.yml").read_text(encoding="utf-8"))
LABELLED = [(text, language) for language, texts in CORPUS.items() for text in texts]
BORROWED = [
    "stage",
    "ok",
    "job",
    "no",
    "menu",
    "weekend",
    "visa",
    "Erasmus",
    "Allemagne",
    "Alemania",
    "2",
    "😀",
    "",
    "volunteer",
]


def _accuracy(previous_of: dict[str, str | None]) -> float:
    right = [detect_language(text, previous=previous_of[lang], telegram=None) == lang for text, lang in LABELLED]
    return sum(right) / len(right)


def test_the_first_message_is_understood_in_its_language_93_times_in_100() -> None:
    assert len(LABELLED) >= 60
    assert _accuracy(dict.fromkeys(LANGUAGES)) >= 0.93


def test_the_language_of_the_conversation_is_kept_98_times_in_100() -> None:
    assert _accuracy({language: language for language in LANGUAGES}) >= 0.98


@pytest.mark.parametrize("previous", LANGUAGES)
def test_a_change_of_language_in_a_conversation_is_followed(previous: str) -> None:
    others = [(text, language) for text, language in LABELLED if language != previous]
    right = [detect_language(text, previous=previous, telegram=None) == language for text, language in others]
    assert sum(right) / len(right) >= 0.9


@pytest.mark.parametrize("previous", LANGUAGES)
@pytest.mark.parametrize("word", BORROWED)
def test_one_borrowed_word_never_changes_the_language(word: str, previous: str) -> None:
    assert detect_language(word, previous=previous, telegram="en") == previous


@pytest.mark.parametrize(("text", "language"), [("bonjour", "fr"), ("hello", "en"), ("hola", "es"), ("مرحبا", "ar")])
def test_an_explicit_greeting_changes_the_language(text: str, language: str) -> None:
    for previous in LANGUAGES:
        assert detect_language(text, previous=previous, telegram=None) == language


@pytest.mark.parametrize("thanks", ["thanks", "merci", "gracias", "chokran"])
@pytest.mark.parametrize("previous", LANGUAGES)
def test_thanks_alone_are_said_in_every_language(thanks: str, previous: str) -> None:
    assert detect_language(thanks, previous=previous, telegram=None) == previous


def test_one_word_of_the_language_spoken_so_far_keeps_it() -> None:
    assert detect_language("ch7al f nhar", previous="ar", telegram="fr") == "ar"


def test_arabic_letters_are_arabic_even_among_french_words() -> None:
    assert detect_language("بغيت stage ف فرنسا", previous="fr", telegram="fr") == "ar"


def test_a_word_that_says_nothing_follows_the_application_then_french() -> None:
    assert detect_language("ok", previous=None, telegram="es") == "es"
    assert detect_language("ok", previous=None, telegram="en-GB") == "en"
    assert detect_language("ok", previous=None, telegram="pt-br") == "fr"
    assert detect_language("ok", previous="xx", telegram=None) == "fr"


@given(st.text(max_size=200), st.none() | st.text(max_size=5), st.none() | st.text(max_size=5))
@settings(deadline=None)
def test_any_text_gives_one_of_the_four_languages(text: str, previous: str | None, telegram: str | None) -> None:
    assert detect_language(text, previous=previous, telegram=telegram) in LANGUAGES


def test_preloading_can_be_repeated() -> None:
    preload_languages()
    preload_languages()


def test_signs_that_only_spanish_has_are_stronger_than_a_french_name() -> None:
    text = "¿qué es el programa Brigitte Sauzay?"
    assert detect_language(text, previous="es", telegram="es") == "es"
    assert detect_language("¡hola!", previous="fr", telegram="fr") == "es"
