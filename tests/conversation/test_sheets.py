"""Every sheet fits a phone and shows its source, in four languages, even past its review date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.chat.formatting import visible_length
from bot.chat.reading import plain_text
from bot.conversation.replies import ANSWER_LIMIT
from bot.conversation.sheets import sheet_pages, source_line
from bot.knowledge.entries import Entry
from bot.knowledge.reading import read_entry, shipped_contents
from bot.locales.service import LANGUAGES
from tests.knowledge.samples import scheme

ENTRIES = [read_entry(topic, item) for topic, items in shipped_contents().items() for item in items]
UNDATED = {"fr": "date non indiquée", "en": "no date given", "es": "fecha no indicada", "ar": "التاريخ غير مذكور"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_every_sheet_fits_a_phone_with_its_source(language: str) -> None:
    for entry in ENTRIES:
        for page in sheet_pages(entry, language, today=entry.review + timedelta(days=1)):
            assert visible_length(page) <= ANSWER_LIMIT, entry.id
            assert entry.source.url.replace("&", "&amp;") in page, entry.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_source_without_a_date_says_that_none_is_given(language: str) -> None:
    undated = [entry for entry in ENTRIES if entry.source.date is None]
    assert len(undated) > 20
    for entry in undated:
        assert UNDATED[language] in source_line(entry, language, today=entry.checked), entry.id


def test_an_unsure_entry_says_nothing_but_where_to_look() -> None:
    unsure = [entry for entry in ENTRIES if entry.confidence == "low"]
    assert len(unsure) > 10
    for entry in unsure:
        lines = plain_text("\n".join(sheet_pages(entry, "fr", today=entry.checked))).splitlines()
        assert len(lines) == 3, entry.id
        assert lines[1].startswith("Rien d'assez sûr")


def test_an_entry_past_its_review_date_says_so_and_one_before_it_does_not() -> None:
    one: Entry = scheme("one")
    assert "À relire" in source_line(one, "fr", today=one.review)
    assert "À relire" not in source_line(one, "fr", today=one.review - timedelta(days=1))


def test_a_site_of_many_repositories_is_named_with_the_repository() -> None:
    source = {"url": "https://github.com/town/aids/blob/1/a.yml", "date": "2025-06-02", "kind": "repo"}
    line = plain_text(source_line(scheme("one", source=source), "fr", today=date(2026, 11, 26)))
    assert line == "Source : github.com/town/aids · 2 juin 2025"
