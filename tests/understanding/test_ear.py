"""The ear for distress: what it hears that no list of words holds, what it lets through, how long it takes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.kit.embedding import SentenceEmbedder
from bot.understanding.alarm import Alarm
from bot.understanding.ear import DistressEar, find_weights, pieces_of, scores_of, write_weights
from bot.understanding.fitting import Phrase, fit_ear, minimise
from bot.understanding.guard import is_distress

TESTS = Path(__file__).parents[1]
MODELS = TESTS.parent / "models"
LANGUAGES = ("fr", "en", "es", "ar")
_ANNOTATED = re.compile(r"\[([^\]]+)\](?:\([^)]+\)|\{[^}]+\})")
STORY = (
    "Bonjour, je m'appelle pas comme sur mon profil mais bon. J'ai 19 ans, je viens d'avoir mon bac pro commerce, j'ai "
    "le permis et un bon niveau d'anglais. J'ai fait un stage de deux mois dans un magasin de sport et j'ai adoré. "
    "Mais depuis le divorce mon beau-père me plaque contre le mur et me cogne. J'aimerais "
    "trouver un service civique ou un volontariat à l'étranger, si possible en Irlande ou en Écosse, à partir de "
    "septembre. Je peux payer le billet, j'ai un peu d'argent de côté. Est-ce qu'il faut un passeport ? Merci d'avance."
)


@pytest.fixture(scope="module")
def ear(embedder: SentenceEmbedder) -> DistressEar:
    return DistressEar(embedder, find_weights(MODELS))


def phrases(folder: str, language: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.safe_load((TESTS / folder / f"{language}.yml").read_text(encoding="utf-8"))
    return found


def ordinary_messages() -> Iterator[tuple[str, str]]:
    """Yield intent and text of the validation messages that are no emergency."""
    for language in LANGUAGES:
        for block in phrases("nlu/validation", language)["messages"]:
            for style, texts in block.items():  # type: ignore[attr-defined]
                if style != "intent" and block["intent"] != "emergency":  # type: ignore[index]
                    yield from ((block["intent"], _ANNOTATED.sub(r"\1", text)) for text in texts)  # type: ignore[index]


# The thresholds were set on these phrases (decision 11); what a stranger's phrases give is in docs/nlu.md.
@pytest.mark.parametrize("language", LANGUAGES)
def test_nineteen_of_twenty_phrases_of_distress_are_heard_without_rasa(ear: DistressEar, language: str) -> None:
    urgent = phrases("nlu/distress", language)["urgent"]
    assert sum(map(ear.hears, urgent)) / len(urgent) >= 0.95
    assert sum(map(is_distress, urgent)) / len(urgent) < 0.3


def test_near_misses_are_taken_for_distress_no_oftener_than_was_measured(ear: DistressEar) -> None:
    calm = [text for language in LANGUAGES for text in phrases("nlu/distress", language)["calm"]]
    assert sum(map(ear.hears, calm)) / len(calm) <= 0.125


def test_the_cries_for_help_and_the_calm_texts_of_the_first_corpus_are_told_apart(ear: DistressEar) -> None:
    corpus = yaml.safe_load((TESTS / "nlu/emergency_corpus.yml").read_text(encoding="utf-8"))
    for language in LANGUAGES:
        assert sum(map(ear.hears, corpus[language])) / len(corpus[language]) >= 0.95
    assert sum(ear.listen(text) is Alarm.CERTAIN for text in corpus["calm"]) == 0


def test_a_search_is_never_certain_distress_and_seldom_suspected(ear: DistressEar) -> None:
    searches = [text for intent, text in ordinary_messages() if intent.startswith(("search", "refine"))]
    assert len(searches) > 200
    heard = [ear.listen(text) for text in searches]
    assert heard.count(Alarm.CERTAIN) == 0
    assert heard.count(Alarm.SUSPECTED) / len(searches) <= 0.02


def test_an_ear_that_learned_nothing_hears_by_its_lexicon(embedder: SentenceEmbedder) -> None:
    deaf = DistressEar(embedder, None)
    assert deaf.listen("je veux mourir") is Alarm.CERTAIN
    assert not deaf.hears("jveux plus me réveiller")


def test_an_alarm_inside_a_long_story_is_heard(ear: DistressEar) -> None:
    assert not is_distress(STORY)
    assert ear.hears(STORY)


def test_the_same_story_without_the_alarm_is_not_distress(ear: DistressEar) -> None:
    assert not ear.hears(re.sub(r"Mais depuis .*? cogne\. ", "", STORY))


def test_what_the_lexicon_knows_is_heard_whatever_was_learned(ear: DistressEar) -> None:
    assert ear.hears("au secours")


@pytest.mark.parametrize("text", ["", " ", "😀", "/", "\x00", "a" * 50_000, "؟" * 3_000, "mot " * 5_000])
def test_no_text_breaks_the_ear(ear: DistressEar, text: str) -> None:
    assert ear.hears(text) is False


def test_the_answer_does_not_depend_on_what_was_read_before(embedder: SentenceEmbedder) -> None:
    texts = phrases("nlu/distress", "fr")["urgent"][:10]
    fresh = SentenceEmbedder(cache_size=1)
    assert [DistressEar(fresh, find_weights(MODELS)).hears(text) for text in reversed(texts)] == [
        DistressEar(embedder, find_weights(MODELS)).hears(text) for text in texts
    ][::-1]


def test_a_long_message_is_read_within_half_a_second(ear: DistressEar) -> None:
    began = time.process_time()
    ear.hears(STORY.replace("magasin", "supermarché"))
    assert time.process_time() - began < 0.5


def test_pieces_cover_a_long_text_and_a_short_one_has_none() -> None:
    assert pieces_of("je cherche un stage") == []
    words = set(re.findall(r"\w+", STORY))
    assert words <= set(re.findall(r"\w+", " ".join(pieces_of(STORY))))
    assert max(map(len, pieces_of("mot " * 300))) <= 150


def test_fitting_finds_the_bottom_of_a_bowl() -> None:
    bottom = np.arange(5, dtype=np.float64)
    slopes = np.array([1.0, 3.0, 0.5, 10.0, 2.0])
    found = minimise(lambda x: (float(slopes @ (x - bottom) ** 2), 2 * slopes * (x - bottom)), np.zeros(5))
    assert found == pytest.approx(bottom, abs=1e-2)


def test_what_is_fitted_tells_its_phrases_apart_and_survives_being_written(
    embedder: SentenceEmbedder, tmp_path: Path
) -> None:
    told = [("il me court après avec une hache", True), ("un stage à Dublin", False), ("une bourse pour Malte", False)]
    weights = fit_ear([Phrase(text, is_urgent, 5.0) for text, is_urgent in told], embedder)
    urgent, *calm = scores_of([text for text, _ in told], embedder, weights)
    assert urgent > max(calm)
    assert find_weights(tmp_path) is None
    write_weights(weights, tmp_path / "distress-0.npz")
    again = find_weights(tmp_path)
    assert again
    assert again.meaning == pytest.approx(weights.meaning, abs=1e-3)
    assert again.bias == pytest.approx(weights.bias)


def test_nothing_measured_is_learned_from() -> None:
    folder = TESTS.parent / "bot/understanding/distress_phrases"
    for language in LANGUAGES:
        learned = yaml.safe_load((folder / f"{language}.yml").read_text(encoding="utf-8"))
        measured = phrases("nlu/distress", language)
        assert not set(learned["urgent"] + learned["calm"]) & set(measured["urgent"] + measured["calm"])


def test_a_message_of_nothing_but_commas_keeps_nobody_waiting(ear: DistressEar) -> None:
    text = ", ".join(f"{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(250))
    began = time.process_time()
    ear.listen(text)
    assert time.process_time() - began < 0.5
    assert len(pieces_of(text)) <= 50
    assert all(any(word in piece.split() for piece in pieces_of(text)) for word in text.replace(",", "").split())
