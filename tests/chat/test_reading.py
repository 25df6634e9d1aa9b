"""A message as its reader needs it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.formatting import MESSAGE_LIMIT, escape, utf16_length
from bot.chat.keyboards import Button
from bot.chat.reading import labels_as_read, one_message, plain_text, words_as_read
from tests.fixtures.bot_api.entities import parse_text


def test_plain_words_have_no_pictures_and_a_label_that_is_one_keeps_it() -> None:
    assert words_as_read("🔔 Une offre", language="fr", is_plain=True) == "Une offre"
    rows = labels_as_read([[Button("🔔 Oui", "yes"), Button("▶️", "next")]], language="fr", is_plain=True)
    assert [(button.label, button.verb) for button in rows[0]] == [("Oui", "yes"), ("▶️", "next")]


def test_arabic_runs_from_the_right_and_twice_changes_nothing() -> None:
    once = words_as_read("عرض Erasmus+ 2027", language="ar", is_plain=False)
    assert "\u2068Erasmus+ 2027\u2069" in once
    assert words_as_read(once, language="ar", is_plain=False) == once


def test_other_words_stay_as_they_are() -> None:
    assert words_as_read("🔔 Une offre", language="fr", is_plain=False) == "🔔 Une offre"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40), max_size=400))
def test_one_message_is_what_telegram_takes(words: list[str]) -> None:
    source = " ".join(f"<b>{escape(word)}</b>" for word in words)
    cut = one_message(source)
    assert utf16_length(cut) <= MESSAGE_LIMIT
    assert cut == source or cut.endswith("…")
    if plain_text(cut).strip():
        parse_text(cut.replace("&#x27;", "'"), "HTML")
