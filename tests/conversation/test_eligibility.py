"""What a judgement says fits a phone for every entry that is judged, in four languages."""

from __future__ import annotations

import pytest

from bot.chat.formatting import visible_length
from bot.chat.keyboards import Button
from bot.conversation.eligibility import _judgement_lines, _Subject
from bot.conversation.replies import ANSWER_LIMIT
from bot.conversation.sheets import source_line
from bot.knowledge.reading import read_entry, shipped_contents
from bot.knowledge.service import Situation, judge
from bot.locales.service import LANGUAGES

JUDGED = [
    read_entry(topic, item)
    for topic, items in shipped_contents().items()
    for item in items
    if topic in ("programmes", "courses", "funding")
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_when_nothing_is_known_what_is_missing_and_what_to_confirm_fit_a_phone(language: str) -> None:
    for entry in JUDGED:
        source = source_line(entry, language, today=entry.review)
        conditions = getattr(entry, "conditions", ())
        subject = _Subject(entry.names.said(language), conditions, (), source, Button("", "show_sheet"))
        lines = _judgement_lines(subject, judge(conditions, Situation.of({})), language, is_short=True)
        assert visible_length("\n".join([*lines, source])) <= ANSWER_LIMIT, entry.id
