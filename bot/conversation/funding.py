"""The funding answer: which schemes may pay, which add up or exclude each other, what must be asked in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.catalogue.wording import listed
from bot.chat.formatting import escape
from bot.conversation.answers import resume_rows
from bot.conversation.asking import Inquiry, go_on, is_waiting, situation_for
from bot.conversation.conditions import fact_label
from bot.conversation.refinement import programmes_of
from bot.conversation.replies import Reply, Turn
from bot.conversation.sheets import pages, source_line
from bot.conversation.showing import MOST_BUTTONS, more_row, sheet_button, show_entry
from bot.conversation.telling import kind_of, note_stay, note_told, stay_kept, stay_said
from bot.knowledge.service import Judged, Scheme, Stack, find_named, programmes_of_codes, read_library, stack
from bot.locales.service import say
from bot.understanding.models import Parse

_MOST_QUESTIONS = 5
_MOST_SHEETS = 2
_MOST_SETS = 2
_WITHIN_FAMILY = " – "


async def answer_funding(turn: Turn, parse: Parse) -> Reply:
    """Say which schemes may pay, after at most five questions; a scheme that is named has its own sheet."""
    note_told(turn.conversation, parse)
    library = await read_library(turn.session)
    named = [found for found in find_named(library, parse.text) if found.topic == "funding"]
    if named:
        return await show_entry(turn, "funding", named[0].entries[0])
    programmes = programmes_of_codes(library, programmes_of(parse.entities))
    codes = [entry.id for entry in programmes]
    note_stay(turn.conversation, stay_said(parse))
    flow = {"name": "funding", "asked": [], "programmes": codes, **stay_said(parse, programmes)}
    reply = await go_on(turn, FUNDING, flow)
    sheets = [[sheet_button("programmes", programme, turn.language)] for programme in programmes[:_MOST_SHEETS]]
    return replace(reply, rows=[*reply.rows, *sheets]) if is_waiting(turn.conversation) else reply


async def fund_programme(turn: Turn, identity: str) -> Reply:
    """Say which schemes may pay for a programme."""
    programme = (await read_library(turn.session)).programmes.get(identity)
    stay = kind_of([programme] if programme else [])
    return await go_on(turn, FUNDING, {"name": "funding", "asked": [], "programmes": [identity], **stay})


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
    schemes = [each.scheme for each in (*found.applies, *found.may_apply) if each.scheme.is_asserted]
    buttons = [sheet_button("funding", scheme, turn.language) for scheme in schemes[:MOST_BUTTONS]]
    return Reply(shown[page], [*more, *([button] for button in buttons), *resume_rows(turn)])


def _funding_lines(turn: Turn, found: Stack) -> list[str]:
    """Return what must be done in time and what adds up, then each scheme with its amount and source."""
    language = turn.language
    lines = [say("knowledge.funding_title", language)]
    if before := [scheme for scheme in found.before_departure() if scheme.is_asserted]:
        lines.append(say("knowledge.funding_before", language, what=_names(before, language)))
    sets = [each for each in found.sets if len(_families(each, language)) > 1] or found.sets
    lines += [say("knowledge.funding_adds", language, what=_names(each, language)) for each in sets[:_MOST_SETS]]
    lines += [say("knowledge.funding_exclusive", language, what=_names(each, language)) for each in found.exclusive]
    for key, group in (("funding_applies", found.applies), ("funding_may", found.may_apply)):
        if told := [_funding_line(each, language, turn.today) for each in group if each.scheme.is_asserted]:
            lines += [f"{say(f'knowledge.{key}', language)}\n{told[0]}", *told[1:]]
    unsure = [each.scheme for each in (*found.applies, *found.may_apply) if not each.scheme.is_asserted]
    if unsure:
        lines.append(say("knowledge.funding_unsure", language, what=_links(unsure, language)))
    return lines


def _funding_line(each: Judged, language: str, today: date) -> str:
    scheme = each.scheme
    name = f"<b>{escape(scheme.names.said(language))}</b>"
    amount = escape(scheme.amount.text.said(language))
    missing = listed([fact_label(fact, language) for fact in each.judgement.missing], language)
    lacking = f" ({say('knowledge.missing', language, what=missing)})" if missing else ""
    line = say("knowledge.named", language, name=name, what=amount)
    return f"• {line}{lacking}\n{source_line(scheme, language, today=today)}"


def _names(schemes: Iterable[Scheme], language: str) -> str:
    """Return names in one phrase; several schemes of one family ("EURES TMS – …") are named once, by the family."""
    families = _families(schemes, language)
    names = families if len(families) > 1 else {name: [name] for members in families.values() for name in members}
    told = [members[0] if len(members) == 1 else family for family, members in names.items()]
    return escape(listed(told, language))


def _families(schemes: Iterable[Scheme], language: str) -> dict[str, list[str]]:
    families: dict[str, list[str]] = {}
    for scheme in schemes:
        name = scheme.names.said(language)
        families.setdefault(name.partition(_WITHIN_FAMILY)[0], []).append(name)
    return families


def _links(schemes: Iterable[Scheme], language: str) -> str:
    return ", ".join(f'<a href="{escape(one.link)}">{escape(one.names.said(language))}</a>' for one in schemes)


FUNDING = Inquiry(
    "funding", ("status", "destination", "kind", "months", "age", "grant"), _MOST_QUESTIONS, _missing, _funding
)
