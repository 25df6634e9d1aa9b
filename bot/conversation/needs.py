"""Several needs in one message: the first is answered, and a button stands for each of the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.chat.keyboards import Button
from bot.conversation.decisions import kept_parse
from bot.conversation.markers import is_seeking, named_kinds, needs_of
from bot.conversation.replies import Reply, Turn
from bot.locales.service import say
from bot.understanding.models import Intent, Parse
from bot.vocabulary.nationalities import nationality_codes

_CLAUSES = re.compile(r"[.!?;,:\n؟،]+|\s(?:et|mais|puis|and|but|also|y|pero|además)\s|\sو", re.IGNORECASE)
_MOST_OFFERED = 2


@dataclass(frozen=True)
class Needs:
    """What one message asks for.

    Attributes:
        first: the intent to answer, None when it is the one that was understood.
        others: the intents to offer after it.
    """

    first: str | None = None
    others: Sequence[str] = ()


def needs_in(parse: Parse) -> Needs:
    """Return what a message asks for, clause by clause; a single need, or one that no clause names, changes nothing."""
    found = _by_clause(parse)
    names = list(dict.fromkeys(intent for _, intent in found))
    if len(names) < 2 or parse.intent.name not in names:  # noqa: PLR2004 - several
        return Needs()
    clause = {intent: number for number, intent in reversed(found)}
    comes_first = clause[names[0]] < clause[parse.intent.name] and not _is_about_papers(parse)
    first = names[0] if comes_first else parse.intent.name
    return Needs(first if comes_first else None, [name for name in names if name != first][:_MOST_OFFERED])


def _is_about_papers(parse: Parse) -> bool:
    """Say whether a question on a visa tells a nationality: then what comes before it explains it."""
    return parse.intent.name == "ask_visa" and bool(nationality_codes(parse.text))


def with_first(parse: Parse, needs: Needs) -> Parse:
    """Return the parse with the intent of the need that comes first."""
    if needs.first is None:
        return parse
    return replace(parse, intent=Intent(needs.first, parse.intent.confidence))


def offer_others(turn: Turn, reply: Reply, parse: Parse, needs: Needs) -> Reply:
    """Return the reply with a button for each other need of the message."""
    buttons = [
        Button(
            say("chat.also", turn.language, what=say(f"intents.{intent}", turn.language)),
            "meant",
            {"parse": kept_parse(parse, intent=intent)},
        )
        for intent in needs.others
    ]
    return replace(reply, rows=[*reply.rows, *([button] for button in buttons)])


def _by_clause(parse: Parse) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for number, clause in enumerate(_CLAUSES.split(parse.text)):
        if is_seeking(clause):
            is_search = parse.intent.name.startswith("search_")
            found.append((number, parse.intent.name if is_search else f"search_{named_kinds(clause)[0]}"))
        found += [(number, intent) for intent in needs_of(clause)]
    return found
