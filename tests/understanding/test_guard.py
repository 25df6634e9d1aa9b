import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.guard import LONGEST_TEXT, Verdict, is_distress, screen

CORPUS_PATH = Path(__file__).parents[1] / "nlu" / "emergency_corpus.yml"
INJECTIONS = [
    "/bye",
    "/restart",
    '/intent{"a": 1}',
    "  /bye",
    "//bye",
    "/ /bye",
    "\u200b/bye",
    "\n/bye",
    "\x00/bye",
    "\u202e/bye",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_leading_slash_never_reaches_rasa(text: str) -> None:
    screened = screen(text)
    assert not screened.text.startswith("/")
    assert screened.verdict is Verdict.COMMAND


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("", Verdict.EMPTY),
        ("   \n", Verdict.EMPTY),
        ("////", Verdict.EMPTY),
        ("😀", Verdict.LETTERLESS),
        ("?!…", Verdict.LETTERLESS),
        ("17", Verdict.OK),
        ("bonjour", Verdict.OK),
        ("a" * (LONGEST_TEXT + 1), Verdict.TOO_LONG),
        ("mot " * 20_000, Verdict.TOO_LONG),
    ],
)
def test_only_texts_with_something_to_read_may_reach_a_model(text: str, verdict: Verdict) -> None:
    assert verdict is screen(text).verdict


def test_a_command_is_named_without_the_name_of_the_bot() -> None:
    assert screen("/start@EscaleBot forum-42").command == "start"
    assert screen("bonjour").command is None


@given(st.text())
def test_a_screened_text_is_short_visible_and_bears_no_slash(text: str) -> None:
    screened = screen(text)
    assert len(screened.text) <= LONGEST_TEXT
    assert not screened.text.startswith("/")
    assert all(character.isprintable() for character in screened.text)


def test_at_least_95_cries_for_help_in_100_are_recognised_in_each_language() -> None:
    corpus = yaml.safe_load(CORPUS_PATH.read_text(encoding="utf-8"))
    for language in ("fr", "en", "es", "ar"):
        found = [is_distress(text) for text in corpus[language]]
        assert sum(found) / len(found) >= 0.95, language


def test_at_most_5_calm_texts_in_100_raise_a_false_alarm() -> None:
    calm = yaml.safe_load(CORPUS_PATH.read_text(encoding="utf-8"))["calm"]
    assert sum(map(is_distress, calm)) / len(calm) <= 0.05


@pytest.mark.parametrize(
    "text",
    [
        "jveu mourir",
        "mon pere me frappe",
        "je sais pas où dormir ce soir",
        "g fugué de chez moi",
        "on veut me marier de force",
        "my boyfriend hits me",
        "i have nowhere to sleep tonight",
        "no quiero vivir",
        "me echaron de casa",
        "أبي يضربني",
        "ليس لدي مكان أنام فيه الليلة",
        "bghit nmout",
        "j'en peux plus je veux partir d'ici pour toujours",
        "je veux partir de ce monde",
        "i want to leave this world",
        "quiero irme de este mundo",
        "أريد أن أرحل عن هذه الدنيا",
    ],
)
def test_distress_is_recognised_as_chat_writes_it(text: str) -> None:
    assert is_distress(text)


@pytest.mark.parametrize(
    "text",
    [
        "je meurs d'envie de partir",
        "stage prévention du suicide",
        "travailler avec des femmes victimes de violences",
        "aider les personnes à la rue",
        "où dormir à Madrid pas cher",
        "mdr c mort",
        "i'm dying to go to japan",
        "volunteer with homeless people",
        "me muero de ganas de ir",
        "j'ai été viré de mon stage",
        "c'est dangereux le mexique ?",
        "help me find a job",
        "je veux quitter ce monde du travail et partir loin",
        "i want to leave this world a better place",
        "j'en peux plus de la routine, je veux partir au Canada pour de bon, un job",
        "",
    ],
)
def test_what_only_sounds_like_distress_is_let_through(text: str) -> None:
    assert not is_distress(text)


@given(st.text())
def test_no_text_breaks_the_recogniser(text: str) -> None:
    assert is_distress(text) in {True, False}


@pytest.mark.parametrize("unit", ["je veux me ", "mon pere ", "pas ", "i want to ", "a b ", "انا ", "بوي ", "cortar "])
def test_the_longest_text_keeps_nobody_waiting(unit: str) -> None:
    is_distress(unit)  # the patterns are built
    began = time.process_time()
    is_distress(unit * 2_000)
    assert time.process_time() - began < 0.1
