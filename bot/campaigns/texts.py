"""What a campaign may say: Telegram HTML of a few tags, safe links, short enough to be read on a phone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.chat.formatting import visible_length

LONGEST_TEXT = 600  # visible characters
TAGS = ("b", "i", "u", "s", "a", "code")
WEB_ADDRESS = r"https?://[^\s\"'<>.]+\.[^\s\"'<>]+"
_ADDRESS = re.compile(WEB_ADDRESS)
_MARKUP = re.compile(r"<[^<>]*>?")
_TAG = re.compile(r"</?([A-Za-z][\w-]*)\s*([^<>]*)>")
_LINK = re.compile(r"""href=(?:"([^"]*)"|'([^']*)')\s*""")
_ANCHOR = re.compile(r"""<a\s+href=(["'])(?P<address>.*?)\1\s*>(?P<words>.*?)</a>""", re.DOTALL)
_LOOSE = re.compile(r">|&(?!(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)")


@dataclass(frozen=True)
class Fault:
    """Something wrong with a text: a sentence of the catalogue, what fills it, and the words it is about."""

    key: str
    at: str
    values: dict[str, object] = field(default_factory=dict)


def faults_of(text: str) -> Iterator[Fault]:
    """Yield what Telegram would refuse, or people should not be sent, in a text of Telegram HTML."""
    opened: list[str] = []
    for found in _MARKUP.finditer(text):
        markup = found.group()
        tag = _TAG.fullmatch(markup)
        if tag is None:
            yield Fault("campaigns.loose", markup.partition("\n")[0], {"sign": "<"})
        elif tag.group(1) not in TAGS:
            yield Fault("campaigns.tag_unknown", markup, {"tag": tag.group(1), "choices": ", ".join(TAGS)})
        elif markup.startswith("</"):
            if not opened or opened.pop() != tag.group(1):
                yield Fault("campaigns.tag_order", markup, {"tag": tag.group(1)})
        else:
            opened.append(tag.group(1))
            yield from _faults_of_attributes(markup, tag.group(1), tag.group(2))
    yield from (Fault("campaigns.tag_open", f"<{name}", {"tag": name}) for name in opened)
    if loose := _LOOSE.search(_MARKUP.sub(" ", text)):
        yield Fault("campaigns.loose", loose.group(), {"sign": loose.group()})
    if (length := visible_length(text)) > LONGEST_TEXT:
        yield Fault("campaigns.too_long", "", {"count": length, "most": LONGEST_TEXT})


def as_read(text: str) -> str:
    """Return a text of Telegram HTML as people read it, without bold; the address of a link stands behind its words."""
    return html.unescape(_MARKUP.sub("", _ANCHOR.sub(r"\g<words> (\g<address>)", text)))


def _faults_of_attributes(markup: str, name: str, attributes: str) -> Iterator[Fault]:
    if name != "a":
        if attributes:
            yield Fault("campaigns.tag_attributes", markup, {"tag": name})
        return
    link = _LINK.fullmatch(attributes)
    if link is None or not _ADDRESS.fullmatch(link.group(1) or link.group(2) or ""):
        yield Fault("campaigns.link_wrong", markup)
