"""Other ways of saying the same: with "vous" or "usted", and in plain words; emoji beside words only."""

from __future__ import annotations

import re

import pytest

from bot.chat.formatting import without_emoji
from bot.locales.service import LANGUAGES, Voice, catalogue, say
from tests.locales.test_catalogues import forms, placeholders, sentences, tags

# Whom a sentence speaks to. Files for offices (imports) say "vous" already.
FAMILIAR = {
    "fr": re.compile(
        r"\b(?:tu|te|toi|ton|ta|tes|t['’]\w+|dis-moi|écris|choisis|appuie|redemande-moi|montre-moi)\b", re.I
    ),
    "es": re.compile(
        r"\b(?:tú|te|ti|tu|tus|contigo|dime|dilo|escribe|escríbeme|elige|pulsa|puedes|quieres|tienes|buscas|piensas|eres)\b",
        re.I,
    ),
}
TOPICS = (
    "answers",
    "chat",
    "search",
    "relax",
    "reasons",
    "intents",
    "knowledge",
    "alerts",
    "alerting",
    "pushes",
    "followups",
    "campaigns",
)
# They name the choice itself: "tu" is what is chosen.
NAMED = {
    "chat.command_style", "chat.help", "chat.style_informal", "chat.style_informal_set", "chat.style_formal",
    "chat.style_formal_set",
}  # fmt: skip
EMOJI = re.compile("[\U0001f000-\U0001faff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff]")
MANNERS = [
    (language, manner) for language in LANGUAGES for manner in ("formal", "plain") if catalogue(language, manner)
]


def addressed(language: str) -> set[str]:
    """Return the keys whose sentence speaks to somebody familiarly."""
    found = {key for key, sentence in sentences(language) if FAMILIAR[language].search(sentence)}
    return {key for key in found if key.partition(".")[0] in TOPICS} - NAMED


@pytest.mark.parametrize("language", FAMILIAR)
def test_every_sentence_that_says_tu_has_one_that_does_not(language: str) -> None:
    assert sorted(addressed(language) - set(catalogue(language, "formal"))) == []


@pytest.mark.parametrize("language", FAMILIAR)
@pytest.mark.parametrize("manner", ["formal", "plain"])
def test_no_other_wording_says_tu(language: str, manner: str) -> None:
    worded = catalogue(language, manner)
    said = {key: entry if isinstance(entry, str) else " ".join(entry.values()) for key, entry in worded.items()}
    assert [key for key, sentence in said.items() if FAMILIAR[language].search(sentence)] == []


@pytest.mark.parametrize("language", FAMILIAR)
def test_plain_words_call_nobody_vous_either(language: str) -> None:
    said = str(catalogue(language, "plain")).lower()
    assert not re.search(r"\b(?:vous|votre|vos|usted|ustedes)\b", said)


def test_every_language_has_the_same_plain_sentences() -> None:
    assert len({tuple(sorted(catalogue(language, "plain"))) for language in LANGUAGES}) == 1


@pytest.mark.parametrize(("language", "manner"), MANNERS)
def test_another_wording_has_the_placeholders_and_plurals_of_the_usual_one(language: str, manner: str) -> None:
    for key, entry in catalogue(language, manner).items():
        usual = forms(key, language)
        other = entry if isinstance(entry, dict) else {"other": entry}
        assert set(other) == set(usual), key
        for form, sentence in other.items():
            assert placeholders(sentence) == placeholders(usual[form]), key
            assert "<" not in re.sub(r"</?[bi]>", "", sentence), key
            assert tags(sentence).count("b") == tags(sentence).count("/b"), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_words_show_no_emoji(language: str) -> None:
    assert not EMOJI.search(str(catalogue(language, "plain")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_emoji_stands_without_words(language: str) -> None:
    for key, sentence in sentences(language):
        for line in sentence.split("\n"):
            if EMOJI.search(line):
                bare = re.sub(r"\{\w+\}|</?[bi]>", "", without_emoji(line))
                assert re.search(r"\w{2,}", bare), (key, line)


def test_a_voice_is_its_language_to_whoever_asks_only_that() -> None:
    voice = Voice("fr", is_formal=True)
    assert voice == "fr"
    assert {"fr": 1}[voice] == 1
    assert say("search.kept", voice) == "Ok, on garde votre recherche."


def test_plain_words_come_before_vous_and_vous_before_tu() -> None:
    both = Voice("fr", is_formal=True, is_plain=True)
    assert say("chat.did_you_mean", both) == say("chat.did_you_mean", Voice("fr", is_plain=True))
    assert say("answers.deny", both) == say("answers.deny", Voice("fr", is_formal=True))
    assert say("answers.thanks", both) == say("answers.thanks", "fr")
