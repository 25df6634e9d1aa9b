"""The answer on papers: the border (nationality, destination, kind of stay), and the rules that a message names."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bot.chat.keyboards import Button
from bot.conversation.answers import resume_rows
from bot.conversation.asking import Inquiry, go_on, situation_for, stay_said
from bot.conversation.replies import Reply, Turn
from bot.conversation.showing import EXIT_PAPER, exit_paper_button, is_minor, show_entry
from bot.conversation.telling import note_told, situation_of
from bot.knowledge.service import find_papers, find_visas, read_library
from bot.locales.service import say
from bot.understanding.models import Parse

_ADVICE = "https://www.diplomatie.gouv.fr/fr/conseils-aux-voyageurs/conseils-par-pays-destination/"
_MOST_QUESTIONS = 3


async def answer_visa(turn: Turn, parse: Parse) -> Reply:
    """Answer on papers by what a message names, else on the border: nationality, destination, kind of stay."""
    note_told(turn.conversation, parse)
    library = await read_library(turn.session)
    papers = find_papers(library, parse.text, situation_of(turn, parse))
    if papers:
        others = [("papers", paper) for paper in papers[1:]]
        return show_entry(turn, "papers", papers[0], others=others)
    return await go_on(turn, VISA, {"name": "visa", "asked": [], **stay_said(parse)})


async def _missing(turn: Turn, flow: dict[str, Any]) -> Counter[str]:
    situation = situation_for(turn, flow)
    unknown = [fact for fact in ("nationality", "destination") if not situation.knows(fact)]
    if unknown:
        return Counter(unknown)
    found = find_visas(await read_library(turn.session), situation)
    is_same = len({visa.needs for visa, _ in found if visa.is_asserted}) == 1
    return Counter(() if is_same else (fact for _, judgement in found[:1] for fact in judgement.missing))


async def _visa(turn: Turn, flow: dict[str, Any]) -> Reply:
    situation = situation_for(turn, flow)
    library = await read_library(turn.session)
    known = situation.knows("nationality") and situation.knows("destination")
    found = find_visas(library, situation) if known else ()
    official = Button(say("knowledge.advice", turn.language), url=_ADVICE)
    if not found:
        return Reply(say("knowledge.visa_unknown", turn.language), [[official], *resume_rows(turn)])
    others = [("visas", visa) for visa, _ in found[1:3]]
    reply = show_entry(turn, "visas", found[0][0], others=others)
    rows = [[official], *reply.rows]
    if is_minor(situation) and library.get("papers", EXIT_PAPER):
        rows.insert(0, [exit_paper_button(turn)])
    return Reply(reply.text, rows)


VISA = Inquiry("visa", ("nationality", "destination", "permit", "kind", "months"), _MOST_QUESTIONS, _missing, _visa)
