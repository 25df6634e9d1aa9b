"""Texts that Telegram takes: escaped, cut at natural places, whole again when joined."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.formatting import MESSAGE_LIMIT, escape, isolate, split_html, utf16_length
from tests.fixtures.bot_api.entities import parse_text, utf16

_WORDS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30), max_size=60)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_people_write_never_becomes_markup(text: str) -> None:
    if text.strip() and utf16_length(text) <= MESSAGE_LIMIT:
        plain, entities = parse_text(escape(text).replace("&#x27;", "'"), "HTML")
        assert (plain, entities) == (text, [])


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_lengths_are_telegram_s(text: str) -> None:
    assert utf16_length(text) == utf16(text)


@given(_WORDS, st.integers(200, 600))
def test_a_long_text_is_cut_into_messages_that_telegram_takes(words: list[str], limit: int) -> None:
    source = " ".join(f"<b>{escape(word)}</b> <i>&amp; 😀</i>\n" for word in words) * 3
    parts = split_html(source, limit=limit)
    for part in parts:
        assert utf16_length(part) <= limit
        if part.strip():
            assert parse_text(f"{part}.", "HTML")
    strip = re.compile(r"<[^>]*>|\s")
    assert strip.sub("", "".join(parts)) == strip.sub("", source)


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    parts = split_html("<b>" + "é&amp;" * 5000 + "</b>")
    assert all(utf16_length(part) <= MESSAGE_LIMIT for part in parts)
    assert all(parse_text(part, "HTML") for part in parts)


def test_latin_names_stand_between_isolates() -> None:
    assert isolate("Erasmus+") == "\u2068Erasmus+\u2069"
