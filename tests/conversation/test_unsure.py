from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.conversation.decisions import kept_parse, parse_kept
from bot.conversation.reading import settled_by_rules
from bot.conversation.unsure import is_faint, is_unsure, is_worth_asking, likeliest, may_be_distress
from bot.locales.service import LANGUAGES, say
from bot.understanding.models import Entity, Intent, Parse

DOMAIN = Path(__file__).parents[2] / "nlu" / "domain"
LONGEST_LABEL = 40


def parsed(*ranking: tuple[str, float], intent: str | None = None) -> Parse:
    ranked = tuple(Intent(name, confidence) for name, confidence in ranking)
    best = Intent(intent, 0.8) if intent else ranked[0]
    return Parse("partir", "fr", best, ranking=ranked)


def test_two_intents_that_are_close_are_asked_about() -> None:
    assert is_unsure(parsed(("ask_visa", 0.31), ("ask_eligibility", 0.29)))


@pytest.mark.parametrize(
    "parse",
    [
        parsed(("ask_visa", 0.45), ("ask_eligibility", 0.2)),
        parsed(("greet", 0.3), ("thanks", 0.29)),
        parsed(("search_any", 0.3), ("refine_search", 0.29)),
        parsed(("ask_visa", 0.3), ("ask_funding", 0.29), intent="out_of_scope"),
        parsed(("ask_visa", 0.04), ("ask_funding", 0.03), intent="nlu_fallback"),
    ],
)
def test_what_is_clear_or_would_be_answered_alike_or_is_out_of_scope_is_not(parse: Parse) -> None:
    assert not is_unsure(parse)


def test_a_fallback_gives_its_two_likeliest_intents_and_never_itself() -> None:
    parse = parsed(
        ("out_of_scope", 0.3), ("ask_visa", 0.14), ("ask_funding", 0.13), ("greet", 0.1), intent="nlu_fallback"
    )
    assert is_unsure(parse)
    assert [intent.name for intent in likeliest(parse)] == ["ask_visa", "ask_funding"]


def test_distress_among_the_two_likeliest_is_never_asked_about() -> None:
    assert may_be_distress(parsed(("search_any", 0.31), ("emergency", 0.29)))


def test_a_button_keeps_what_was_named_and_no_number_or_address() -> None:
    spain = Entity("country", "Espagne", 9, 16, norm="ES")
    parse = Parse("stage en Espagne 06 12 34 56 78 zoe@example.org", "fr", Intent("search_any", 0.3), entities=(spain,))
    kept = kept_parse(parse, intent="search_internship")
    assert "34 56" not in str(kept)
    assert "zoe@" not in str(kept)
    again = parse_kept(kept, language="fr")
    assert (again.intent.name, again.entities) == ("search_internship", (spain,))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_that_may_be_meant_has_a_short_phrase(language: str) -> None:
    intents = {name for file in DOMAIN.glob("*.yml") for name in yaml.safe_load(file.read_text()).get("intents", [])}
    for name in intents - {"out_of_scope", "nlu_fallback"}:
        assert 0 < len(say(f"intents.{name}", language)) <= LONGEST_LABEL


def test_a_faint_yes_is_no_yes() -> None:
    assert is_faint(parsed(("affirm", 0.26), ("ask_visa", 0.1)))
    assert not is_faint(parsed(("affirm", 0.9), ("deny", 0.1)))
    assert not is_faint(parsed(("search_any", 0.26), ("affirm", 0.1)))


def test_a_faint_yes_beside_nothing_better_is_not_worth_asking_about() -> None:
    assert not is_worth_asking(parsed(("affirm", 0.34), ("complaint", 0.29), ("greet", 0.14)))
    assert is_worth_asking(parsed(("affirm", 0.3), ("search_job", 0.28), ("ask_visa", 0.1)))
    assert is_worth_asking(parsed(("affirm", 0.45), ("complaint", 0.42)))


@pytest.mark.parametrize(
    ("text", "language", "ranking", "meant"),
    [
        ("talk to a human", "en", (("bot_challenge", 0.5), ("talk_to_adviser", 0.48)), "talk_to_adviser"),
        ("talk to a human", "en", (("bot_challenge", 0.5), ("help", 0.48)), "bot_challenge"),
        ("un salon pr partir", "fr", (("find_event", 0.31), ("search_any", 0.3)), "find_event"),
    ],
)
def test_plain_words_settle_between_the_two_likeliest_but_one_word_of_a_search_does_not(
    text: str, language: str, ranking: tuple[tuple[str, float], ...], meant: str
) -> None:
    ranked = tuple(Intent(name, confidence) for name, confidence in ranking)
    settled = settled_by_rules(Parse(text, language, ranked[0], ranked), today=date(2026, 11, 23))
    assert settled.intent.name == meant
