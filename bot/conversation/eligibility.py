"""Says whether a person can take part: yes, no, or to be checked, and what is missing to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bot.chat.formatting import escape
from bot.conversation.answers import resume_rows
from bot.conversation.asking import Inquiry, go_on, situation_for
from bot.conversation.conditions import fact_label, failed_words
from bot.conversation.replies import Reply, Turn
from bot.conversation.sheets import pages, source_line
from bot.conversation.showing import exit_paper_button, is_minor, offer_choice, sheet_button, show_entry
from bot.conversation.telling import note_told
from bot.conversation.wording import listed
from bot.kit.errors import UserError
from bot.knowledge.service import Condition, Truth, find_named, judge, read_library
from bot.locales.service import say
from bot.understanding.models import Parse

_MOST_QUESTIONS = 3


async def answer_eligibility(turn: Turn, parse: Parse) -> Reply | None:
    """Say whether the person can take part in what is named; None when no programme, course or scheme is."""
    note_told(turn.conversation, parse)
    library = await read_library(turn.session)
    found = [one for one in find_named(library, parse.text) if one.topic in ("programmes", "courses", "funding")]
    if not found:
        return None
    if len(found[0].entries) > 1:
        return offer_choice(turn, [(found[0].topic, entry) for entry in found[0].entries], verb="am_i")
    entry = found[0].entries[0]
    return await go_on(turn, ELIGIBILITY, {"name": "eligibility", "asked": [], "of": [found[0].topic, entry.id]})


async def am_i_eligible(turn: Turn, topic: str, identity: str) -> Reply:
    """Say whether the person can take part, after the questions that it takes."""
    return await go_on(turn, ELIGIBILITY, {"name": "eligibility", "asked": [], "of": [topic, identity]})


async def _missing(turn: Turn, flow: dict[str, Any]) -> Counter[str]:
    judgement = judge(await _conditions(turn, flow), situation_for(turn, flow))
    return Counter(() if judgement.truth is Truth.NO else judgement.missing)


async def _eligibility(turn: Turn, flow: dict[str, Any]) -> Reply:
    library = await read_library(turn.session)
    topic, identity = flow["of"]
    entry = library.get(topic, identity)
    if entry is None:
        raise UserError("chat.button_expired")
    if not entry.is_asserted:
        return show_entry(turn, topic, entry)
    situation = situation_for(turn, flow)
    judgement = judge(await _conditions(turn, flow), situation)
    name, language = escape(entry.names.said(turn.language)), turn.language
    is_open = judgement.truth is Truth.UNKNOWN and not judgement.missing
    key = {Truth.YES: "yes", Truth.NO: "no"}.get(judgement.truth, "likely" if is_open else "check")
    lines = [say(f"knowledge.eligible_{key}", language, name=name)]
    lines += [say("knowledge.because", language, what=failed_words(failed, language)) for failed in judgement.failed]
    if judgement.missing and judgement.truth is not Truth.NO:
        missing = listed([fact_label(fact, language) for fact in judgement.missing], language)
        lines.append(say("knowledge.eligible_missing", language, what=missing))
    if judgement.truth is not Truth.NO:
        lines += [say("knowledge.to_confirm", language, what=escape(c.said(language))) for c in judgement.checks]
    rows = [[sheet_button(topic, entry, language)], *resume_rows(turn)]
    if is_minor(situation):
        lines.append(say("knowledge.minor", language))
        rows.insert(0, [exit_paper_button(turn)])
    return Reply(pages(lines, source_line(entry, language, today=turn.today))[0], rows)


async def _conditions(turn: Turn, flow: dict[str, Any]) -> Sequence[Condition]:
    topic, identity = flow["of"]
    entry = (await read_library(turn.session)).get(topic, identity)
    return getattr(entry, "conditions", ())


ELIGIBILITY = Inquiry(
    "eligibility",
    ("age", "status", "nationality", "level", "months", "destination", "region", "grant", "permit"),
    _MOST_QUESTIONS,
    _missing,
    _eligibility,
)
