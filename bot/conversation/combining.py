"""The answer to "can I have both?": two schemes that add up, that exclude each other, or of which no source tells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from bot.catalogue.wording import listed
from bot.chat.formatting import escape
from bot.conversation.answers import resume_rows
from bot.conversation.markers import has_marker
from bot.conversation.replies import Reply, Turn
from bot.conversation.sheets import source_line
from bot.conversation.showing import sheet_button
from bot.knowledge.service import Library, Named, Scheme, adds_up, excludes, find_written, read_library
from bot.locales.service import say
from bot.understanding.models import Parse

_MOST_TOLD = 3


async def answer_combining(turn: Turn, parse: Parse) -> Reply | None:
    """Say whether two schemes that a message names can be had together; None when it does not ask that."""
    if not has_marker(parse.text, "combining", parse.language):
        return None
    library = await read_library(turn.session)
    named = [schemes for one in find_written(library, parse.text) if (schemes := _schemes_of(library, one))]
    if len(named) < len(("one", "other")):
        return None
    pairs = [(one, other) for one, other in product(named[0], named[1]) if one.id != other.id]
    told = [(one, other) for one, other in pairs if adds_up(one, other) or excludes(one, other)][: _MOST_TOLD - 1]
    lines = [_pair_line(one, other, turn.language) for one, other in told or pairs[:1]]
    concerned = list({scheme.id: scheme for pair in told or pairs[:1] for scheme in pair}.values())[:_MOST_TOLD]
    if len(told) > 1:  # too many to tell the limits of each: their sheets do
        lines += dict.fromkeys(source_line(scheme, turn.language, today=turn.today) for scheme in concerned)
    else:
        lines += [line for scheme in concerned for line in _limit_lines(turn, scheme)]
    buttons = [[sheet_button("funding", scheme, turn.language)] for scheme in concerned]
    return Reply("\n".join(lines), [*buttons, *resume_rows(turn)])


def _schemes_of(library: Library, named: Named) -> Sequence[Scheme]:
    """Return the sure schemes that a name stands for: its own, or those that bear the identity of its programmes."""
    found = (
        (library.schemes.get(entry.id) for entry in named.entries) if named.topic in ("funding", "programmes") else ()
    )
    return [scheme for scheme in found if scheme is not None and scheme.is_asserted]


def _pair_line(one: Scheme, other: Scheme, language: str) -> str:
    what = escape(listed([one.names.said(language), other.names.said(language)], language))
    key = (
        "funding_exclusive" if excludes(one, other) else "funding_adds" if adds_up(one, other) else "combining_unknown"
    )
    return say(f"knowledge.{key}", language, what=what)


def _limit_lines(turn: Turn, scheme: Scheme) -> list[str]:
    name = escape(scheme.names.said(turn.language))
    limit = escape(scheme.cap.said(turn.language)) if scheme.cap else ""
    line = say("knowledge.named", turn.language, name=f"<b>{name}</b>", what=limit) if limit else f"<b>{name}</b>"
    return [f"• {line}", source_line(scheme, turn.language, today=turn.today)]
