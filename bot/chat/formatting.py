"""What Telegram accepts in a message: HTML that is escaped, lengths in UTF-16 units, texts cut at natural places."""

from __future__ import annotations

import html
import re

MESSAGE_LIMIT = 4096
CALLBACK_LIMIT = 200
_BASIC_PLANE_END = 0xFFFF  # beyond it, a character counts for two
_TAG = re.compile(r"<(/?)([a-z]+)([^>]*)>")
_INVISIBLE = re.compile(r"[\u200e\u200f\u2066-\u2069]")
# Pictures, arrows, signs and what joins them; not the bullet and the dot, which are punctuation.
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\u2139\u200d\ufe0f\u20e3]+ ?"
)


def escape(text: str) -> str:
    """Return `text` safe inside Telegram's HTML; user text and catalogue text always pass here."""
    return html.escape(text, quote=True)


def isolate(text: str) -> str:
    """Return `text` between Unicode isolates, so that Latin names stand right inside Arabic."""
    return f"\u2068{text}\u2069"


def utf16_length(text: str) -> int:
    """Return the length of `text` as Telegram counts it, in UTF-16 code units."""
    return len(text) + sum(ord(character) > _BASIC_PLANE_END for character in text)


def visible_length(html_text: str) -> int:
    """Return how many characters people see: no tags, no marks of direction, an entity counted once."""
    return len(_INVISIBLE.sub("", html.unescape(_TAG.sub("", html_text))))


def without_emoji(text: str) -> str:
    """Return `text` without pictures, arrows and signs, its words kept."""
    return "\n".join(line.strip() for line in _EMOJI.sub("", text).split("\n"))


def shortened(text: str, most: int) -> str:
    """Return at most `most` characters of `text`, cut between words, with an ellipsis when something is missing."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[most // 2 :] else head).rstrip(" ,.;:-–(") + "…"


def split_html(text: str, *, limit: int = MESSAGE_LIMIT) -> list[str]:
    """Cut an HTML text into messages of at most `limit` UTF-16 units (counted with tags, so never over).

    Cuts fall between paragraphs, else lines, else words; tags open at a cut are closed and opened again.
    """
    parts: list[str] = []
    rest = text
    while utf16_length(rest) > limit:
        cut = _place_to_cut(rest, limit - 64)  # room for the tags closed at the cut
        head, rest = rest[:cut].rstrip(), rest[cut:].lstrip()
        open_tags = _open_tags(head)
        parts.append(head + "".join(f"</{name}>" for name, _ in reversed(open_tags)))
        rest = "".join(f"<{name}{attributes}>" for name, attributes in open_tags) + rest
    return [*parts, rest] if rest else parts


def _place_to_cut(text: str, limit: int) -> int:
    end = _index_at(text, limit)
    for separator in ("\n\n", "\n", " "):
        place = text.rfind(separator, end // 2, end)
        if place > 0 and not _inside_markup(text, place):
            return place + len(separator)
    while end > 1 and _inside_markup(text, end):
        end -= 1
    return end


def _index_at(text: str, units: int) -> int:
    used = 0
    for index, character in enumerate(text):
        used += 2 if ord(character) > _BASIC_PLANE_END else 1
        if used > units:
            return index
    return len(text)


def _inside_markup(text: str, place: int) -> bool:
    opened, closed = text.rfind("<", 0, place), text.rfind(">", 0, place)
    entity = text.rfind("&", max(0, place - 10), place)
    return opened > closed or (entity >= 0 and ";" not in text[entity:place])


def _open_tags(text: str) -> list[tuple[str, str]]:
    stack: list[tuple[str, str]] = []
    for closing, name, attributes in _TAG.findall(text):
        if not closing:
            stack.append((name, attributes))
        elif stack:
            stack.pop()
    return stack
