"""The funding answer: which schemes may pay, which add up or exclude each other, what must be asked in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from bot.chat.formatting import escape
from bot.conversation.answers import resume_rows
from bot.conversation.asking import Inquiry, go_on, situation_for, stay_kept, stay_said
from bot.conversation.conditions import fact_label
from bot.conversation.replies import Reply, Turn
from bot.conversation.sheets import pages, sources_line
from bot.conversation.showing import MOST_BUTTONS, more_row, programme_codes, sheet_button, show_entry
from bot.conversation.telling import note_told
from bot.conversation.wording import listed
from bot.knowledge.service import Entry, Judged, Stack, find_named, programmes_of_codes, read_library, stack
from bot.locales.service import say
from bot.understanding.models import Parse

_MOST_QUESTIONS = 5
_MOST_SETS = 3


async def answer_funding(turn: Turn, parse: Parse) -> Reply:
    """Say which schemes may pay, after at most five questions; a scheme that is named has its own sheet."""
    note_told(turn.conversation, parse)
    library = await read_library(turn.session)
    named = [found for found in find_named(library, parse.text) if found.topic == "funding"]
    if named:
        return show_entry(turn, "funding", named[0].entries[0])
    codes = [entry.id for entry in programmes_of_codes(library, programme_codes(parse))]
    flow = {"name": "funding", "asked": [], "programmes": codes, **stay_said(parse)}
    return await go_on(turn, FUNDING, flow)


async def fund_programme(turn: Turn, identity: str) -> Reply:
    """Say which schemes may pay for a programme."""
    return await go_on(turn, FUNDING, {"name": "funding", "asked": [], "programmes": [identity]})


async def show_funding(turn: Turn, programmes: Sequence[str], stay: dict[str, Any], *, page: int) -> Reply:
    """Show one page of the funding answer."""
    return await _funding(turn, {"name": "funding", "programmes": list(programmes), **stay}, page=page)


async def _stack(turn: Turn, flow: dict[str, Any]) -> Stack:
    library = await read_library(turn.session)
    return stack(library.schemes.values(), situation_for(turn, flow), programmes=flow.get("programmes") or ())


async def _missing(turn: Turn, flow: dict[str, Any]) -> Counter[str]:
    judged = (await _stack(turn, flow)).may_apply
    return Counter(fact for each in judged for fact in each.judgement.missing)


async def _funding(turn: Turn, flow: dict[str, Any], *, page: int = 0) -> Reply:
    found = await _stack(turn, flow)
    if not found.applies and not found.may_apply:
        return Reply(say("knowledge.funding_none", turn.language), resume_rows(turn))
    lines = _funding_lines(turn, found)
    shown = pages(lines)
    page = min(page, len(shown) - 1)
    where = {"programmes": flow.get("programmes") or [], "stay": stay_kept(flow)}
    more = more_row(turn, "show_funding", where, page, len(shown))
    schemes = [each.scheme for each in (*found.applies, *found.may_apply)][:MOST_BUTTONS]
    buttons = [sheet_button("funding", scheme, turn.language) for scheme in schemes]
    return Reply(shown[page], [*more, *([button] for button in buttons), *resume_rows(turn)])


def _funding_lines(turn: Turn, found: Stack) -> list[str]:
    language = turn.language
    lines = [say("knowledge.funding_title", language)]
    for key, group in (("funding_applies", found.applies), ("funding_may", found.may_apply)):
        if group:
            lines.append(say(f"knowledge.{key}", language))
            lines += [_funding_line(each, language) for each in group]
    lines += [say("knowledge.funding_adds", language, what=_names(each, language)) for each in found.sets[:_MOST_SETS]]
    lines += [say("knowledge.funding_exclusive", language, what=_names(each, language)) for each in found.exclusive]
    before = found.before_departure()
    if before:
        lines.append(say("knowledge.funding_before", language, what=_names(before, language)))
    return lines


def _funding_line(each: Judged, language: str) -> str:
    scheme = each.scheme
    name = f"<b>{escape(scheme.names.said(language))}</b>"
    amount = escape(scheme.amount.text.said(language)) if scheme.is_asserted else say("knowledge.unsure", language)
    missing = listed([fact_label(fact, language) for fact in each.judgement.missing], language)
    lacking = f" ({say('knowledge.missing', language, what=missing)})" if missing else ""
    return f"• {name} : {amount}{lacking}\n{sources_line([scheme], language)}"


def _names(entries: Iterable[Entry], language: str) -> str:
    return escape(listed([entry.names.said(language) for entry in entries], language))


FUNDING = Inquiry(
    "funding", ("status", "destination", "kind", "months", "age", "grant"), _MOST_QUESTIONS, _missing, _funding
)
