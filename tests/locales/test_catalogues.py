"""The catalogues of sentences agree with each other, with Telegram and with the code that reads them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel import Locale

from bot.locales.service import DEFAULT_LANGUAGE, LANGUAGES, catalogue, say

BOT = Path(__file__).resolve().parents[2] / "bot"
TAG = re.compile(r"<(/?)(\w+)((?:\s[^<>]*)?)>")
TELEGRAM_TAGS = {"b", "i", "u", "s", "a", "code"}
COMMAND = re.compile(r"(?<![\w<])/([a-z]+)")
FSI, PDI = "\u2068", "\u2069"
ISOLATED = re.compile(f"{FSI}[^{FSI}{PDI}]*{PDI}")
LATIN_PLACEHOLDERS = {"operator", "contact", "title", "incident", "how", "source"}
WELCOME_LIMIT = 600
COUNTED_UP_TO = 1000  # offers, months, weeks: nothing that is counted goes beyond
APPLICATIONS = ("applied", "interview", "accepted", "refused", "gave_up", "not_yet")
STEPS = (
    "application", "grant_studies", "agreement", "visa", "visa_europe", "passport", "grant", "minor_document",
    "housing", "travel", "vaccines", "contract", "health_cover", "insurance", "health_card", "absence", "minor_exit",
    "registration",
)  # fmt: skip
# Keys that the code builds: the literal beginning of an f-string, and each of its endings.
BUILT_KEYS = {
    "search.cover_": ("housing", "travel", "insurance", "meals"),
    "search.period_": ("hour", "day", "week", "month", "year", "total"),
    "chat.command_": ("start", "help", "search", "saved", "alerts", "stop", "language", "style", "restart", "human"),
    "alerting.choose_": ("at_once", "daily", "weekly"),
    "alerting.all_": ("pause", "resume"),
    "followups.field_": ("deadline", "places", "start", "stay", "pay", "cost"),
    "followups.state_": APPLICATIONS,
    "followups.mark_": APPLICATIONS,
    "followups.said_": APPLICATIONS,
    "followups.step_": STEPS,
    "followups.todo_": STEPS,
    "chat.style_": tuple(f"{wish}{when}" for wish in ("formal", "informal", "plain", "usual") for when in ("", "_set")),
}
# Topics whose keys the code writes out. Those of other topics are built from data, and held by the tests of that data.
WRITTEN_OUT = ("chat", "search", "answers", "alerts", "alerting", "pushes", "followups", "campaigns")
# Sentences that no code says yet. None may join them; one that is said or deleted leaves.

EVERYWHERE = pytest.mark.parametrize("language", LANGUAGES)


def keys() -> list[str]:
    return sorted(catalogue(DEFAULT_LANGUAGE))


def forms(key: str, language: str) -> dict[str, str]:
    """Return the sentence's plural forms; a sentence that does not count has only `other`."""
    entry = catalogue(language)[key]
    return entry if isinstance(entry, dict) else {"other": entry}


def sentences(language: str) -> Iterator[tuple[str, str]]:
    for key in catalogue(language):
        for form in forms(key, language).values():
            yield key, form


def placeholders(sentence: str) -> list[str]:
    return sorted({name for _, name, _, _ in Formatter().parse(sentence) if name is not None})


def tags(sentence: str) -> list[str]:
    return sorted(closing + name for closing, name, _ in TAG.findall(sentence))


def plural_categories(language: str) -> set[str]:
    return {str(Locale(language).plural_form(count)) for count in range(COUNTED_UP_TO)} | {"other"}


@cache
def code_strings() -> tuple[frozenset[str], frozenset[str]]:
    """Return the strings that the code writes out, and the beginnings of those it builds (f-strings)."""
    literals: set[str] = set()
    beginnings: set[str] = set()
    for file in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                beginnings.add(str(node.values[0].value))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                literals.add(node.value)
    return frozenset(literals), frozenset(beginnings)


def key_like(strings: frozenset[str], ending: str) -> set[str]:
    topics = {key.partition(".")[0] for key in keys()}
    pattern = re.compile(rf"(?:{'|'.join(sorted(topics))})\.{ending}")
    return {string for string in strings if pattern.fullmatch(string)}


def known_commands() -> set[str]:
    """Return every name that the bot takes for a command, read from the source: importing it would need the model."""
    source = (BOT / "conversation" / "commands.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_NAMES":
            return {name for names in ast.literal_eval(node.value).values() for name in names}
    raise AssertionError("commands.py no longer names its commands in _NAMES")


@EVERYWHERE
def test_a_language_has_every_key_and_no_other(language: str) -> None:
    assert sorted(catalogue(language)) == keys()


@EVERYWHERE
def test_no_sentence_is_empty(language: str) -> None:
    assert [key for key, sentence in sentences(language) if not sentence.strip()] == []


@EVERYWHERE
def test_what_counts_has_the_plural_forms_of_its_language(language: str) -> None:
    possible = {*Locale(language).plural_form.tags, "other"}
    for key in keys():
        counts = isinstance(catalogue(DEFAULT_LANGUAGE)[key], dict)
        assert isinstance(catalogue(language)[key], dict) is counts, key
        if counts:
            assert plural_categories(language) <= set(forms(key, language)) <= possible, key


@EVERYWHERE
def test_a_sentence_has_the_placeholders_of_the_french_one(language: str) -> None:
    for key in keys():
        reference = placeholders(forms(key, DEFAULT_LANGUAGE)["other"])
        assert placeholders(forms(key, language)["other"]) == reference, key
        for category, form in forms(key, language).items():
            said_in_words = {"count"} if category in {"zero", "one", "two"} else set()
            assert set(reference) - said_in_words <= set(placeholders(form)) <= set(reference), (key, category)


@EVERYWHERE
def test_a_sentence_has_the_tags_of_the_french_one(language: str) -> None:
    for key, sentence in sentences(language):
        assert tags(sentence) == tags(forms(key, DEFAULT_LANGUAGE)["other"]), key


@EVERYWHERE
def test_sentences_are_html_that_telegram_accepts(language: str) -> None:
    for key, sentence in sentences(language):
        opened: list[str] = []
        for closing, name, attributes in TAG.findall(sentence):
            assert name in TELEGRAM_TAGS, key
            assert not attributes or name == "a", key
            if closing:
                assert opened, key
                assert opened.pop() == name, key
            else:
                opened.append(name)
        assert opened == [], key
        assert not re.search(r"[<>]|&(?!(?:lt|gt|amp|quot);)", TAG.sub("", sentence)), key


@EVERYWHERE
def test_the_welcome_is_short_enough_to_be_read(language: str) -> None:
    operator = "la Maison de l'emploi de Saint-Étienne"
    contact = "04 77 00 00 00 ou 18 avenue de l'Exemple"
    welcome = say("chat.welcome", language, operator=operator, contact=contact)
    assert len(TAG.sub("", welcome)) < WELCOME_LIMIT


@EVERYWHERE
def test_sentences_cite_only_commands_that_exist(language: str) -> None:
    cited = {name for _, sentence in sentences(language) for name in COMMAND.findall(sentence)}
    assert cited
    assert cited <= known_commands()


@EVERYWHERE
@pytest.mark.parametrize("number", ["112", "17", "114", "3114", "115", "119", "3919"])
def test_every_language_gives_every_help_line(language: str, number: str) -> None:
    assert f"<b>{number}</b>" in say("answers.emergency", language)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 11, 99, 100, 102, 103])
def test_every_count_is_said_in_arabic_words_of_its_own_form(count: int) -> None:
    expected = {0: "0 شهر", 1: "شهر واحد", 2: "شهران", 3: "3 أشهر", 10: "10 أشهر", 11: "11 شهرًا", 99: "99 شهرًا"}
    wanted = expected.get(count) or {100: "100 شهر", 102: "102 شهر", 103: "103 أشهر"}[count]
    assert say("search.duration_months", "ar", count=count) == wanted


def test_latin_words_inside_arabic_are_isolated() -> None:
    for key, sentence in sentences("ar"):
        outside = TAG.sub("", ISOLATED.sub("", sentence))
        assert FSI not in outside, key
        assert PDI not in outside, key
        assert not LATIN_PLACEHOLDERS & set(placeholders(outside)), key
        assert not re.search(r"[A-Za-z]", re.sub(r"\{\w+\}", "", outside)), key


def test_every_key_of_the_code_exists() -> None:
    literals, beginnings = code_strings()
    named = key_like(literals, r"[a-z_]+") - beginnings
    built = {beginning + ending for beginning, endings in BUILT_KEYS.items() for ending in endings}
    assert sorted((named | built) - set(keys())) == []


def test_keys_that_the_code_builds_are_listed_here() -> None:
    _, beginnings = code_strings()
    found = {name for name in key_like(beginnings, r"[a-z_]*") if name.partition(".")[0] in WRITTEN_OUT}
    assert sorted(found - set(BUILT_KEYS)) == []


def test_every_sentence_is_said_somewhere() -> None:
    literals, _ = code_strings()
    built = {beginning + ending for beginning, endings in BUILT_KEYS.items() for ending in endings}
    written_out = {key for key in keys() if key.partition(".")[0] in WRITTEN_OUT}
    assert sorted(written_out - literals - built) == []
