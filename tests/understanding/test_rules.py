import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.rules import parse_by_rules


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("slt", "greet"),
        ("Bonjour !", "greet"),
        ("مرحبا", "greet"),
        ("merci bcp", "thanks"),
        ("gracias", "thanks"),
        ("aide", "help"),
        ("what can you do?", "help"),
        ("t'es un robot ?", "bot_challenge"),
        ("are you a bot", "bot_challenge"),
        ("هل أنت روبوت", "bot_challenge"),
        ("je veux parler à un conseiller", "talk_to_adviser"),
        ("quiero hablar con una persona", "talk_to_adviser"),
        ("can i talk to a human", "talk_to_adviser"),
        ("change de langue", "change_language"),
        ("speak english", "change_language"),
        ("la suite stp", "more_results"),
        ("show me more pls", "more_results"),
        ("المزيد", "more_results"),
        ("recommencer", "restart"),
        ("le 2e", "show_details"),
        ("the second one", "show_details"),
        ("la segunda", "show_details"),
        ("supprime mes données", "privacy_request"),
        ("non merci", "deny"),
        ("jcherche un stage en espagne", "search_internship"),
        ("voluntariado con niños", "search_volunteering"),
        ("any job in ireland", "search_job"),
        ("أريد تدريب في ألمانيا", "search_internship"),
    ],
)
def test_plain_messages_are_understood_without_rasa(text: str, name: str) -> None:
    intent = parse_by_rules(text, "fr")
    assert intent is not None
    assert name == intent.name


@pytest.mark.parametrize("text", ["Merci de bien vouloir m'orienter", "", "😀", "asdfgh", "quel temps fait-il"])
def test_what_the_rules_do_not_know_is_left_alone(text: str) -> None:
    assert parse_by_rules(text, "fr") is None


@given(st.text())
def test_no_text_breaks_the_rules(text: str) -> None:
    intent = parse_by_rules(text, "fr")
    assert intent is None or 0 < intent.confidence <= 1
