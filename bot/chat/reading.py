"""A message as its reader needs it: no pictures in plain words, Arabic from the right; and as a terminal prints it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.chat.directions import right_to_left
from bot.chat.formatting import MESSAGE_LIMIT, split_html, utf16_length, without_emoji
from bot.chat.keyboards import Button

_TAG = re.compile(r"<[^>]+>")
_ELLIPSIS = "…"


def plain_text(html_text: str) -> str:
    """Return Telegram HTML without its tags and entities, as a terminal prints it."""
    bare = _TAG.sub("", html_text)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
        bare = bare.replace(entity, character)
    return bare


def words_as_read(text: str, *, language: str, is_plain: bool) -> str:
    """Return words as their reader needs them; doing it twice changes nothing.

    Args:
        text: Telegram HTML, or the plain words of a toast.
        language: fr, en, es or ar.
        is_plain: whether the reader chose plain words.
    """
    text = without_emoji(text) if is_plain else text
    return right_to_left(text) if language == "ar" else text


def labels_as_read(rows: Sequence[Sequence[Button]], *, language: str, is_plain: bool) -> Sequence[Sequence[Button]]:
    """Return buttons with their labels as their reader needs them; a label that is nothing but a picture keeps it."""
    read = [[words_as_read(button.label, language=language, is_plain=is_plain) for button in row] for row in rows]
    return [
        [replace(button, label=label or button.label) for button, label in zip(row, labels, strict=True)]
        for row, labels in zip(rows, read, strict=True)
    ]


def one_message(html_text: str) -> str:
    """Return a text that one message of Telegram's can hold: cut with an ellipsis where it is longer."""
    if utf16_length(html_text) <= MESSAGE_LIMIT:
        return html_text
    return split_html(html_text, limit=MESSAGE_LIMIT - len(_ELLIPSIS))[0] + _ELLIPSIS
