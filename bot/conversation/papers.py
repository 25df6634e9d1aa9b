"""The answer on papers: the border (nationality, destination, kind of stay), and the rules that a message names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.chat.formatting import visible_length
from bot.chat.keyboards import Button
from bot.conversation.answers import resume_rows
from bot.conversation.asking import Inquiry, go_on, is_waiting, situation_for
from bot.conversation.card_questions import open_countries
from bot.conversation.markers import has_marker, is_going_alone
from bot.conversation.refinement import programmes_of
from bot.conversation.replies import ANSWER_LIMIT, Reply, Turn
from bot.conversation.showing import EXIT_PAPER, exit_lines, exit_paper_button, is_minor, show_entry
from bot.conversation.telling import destination_said, for_search, note_stay, note_told, situation_of, stay_said
from bot.knowledge.service import (
    Judgement,
    Library,
    Paper,
    Situation,
    Truth,
    Visa,
    find_papers,
    find_visas,
    judge,
    programmes_of_codes,
    read_library,
)
from bot.locales.service import say
from bot.understanding.models import Parse

_ADVICE = "https://www.diplomatie.gouv.fr/fr/conseils-aux-voyageurs/conseils-par-pays-destination/"
_MOST_QUESTIONS = 3
_PERMIT = "permit"
_PERSONAL = ("minors", "identity")  # of these, a neighbouring rule would be no answer


async def answer_visa(turn: Turn, parse: Parse) -> Reply:
    """Answer on papers by what a message names, else on the border: nationality, destination, kind of stay."""
    note_told(turn.conversation, parse)
    library = await read_library(turn.session)
    of_offer = await _of_open_offer(turn, parse)
    situation = situation_of(turn, parse, stay=of_offer)
    if is_minor_alone(turn, parse):
        return await show_entry(turn, "papers", library.papers[EXIT_PAPER])
    papers = find_papers(library, parse.text, situation)
    is_border = has_marker(parse.text, "visa", parse.language) and situation.knows("destination")
    if papers and not is_border:
        others = [("papers", paper) for paper in papers[1:]]
        return await show_entry(turn, "papers", papers[0], others=others)
    if not papers and (ruled_out := _ruled_out(library, parse, situation)) is not None:
        return await _answer_ruled_out(turn, ruled_out, situation)
    note_stay(turn.conversation, stay_said(parse))
    stay = stay_said(parse, programmes_of_codes(library, programmes_of(parse.entities)))
    reply = await go_on(turn, VISA, {"name": "visa", "asked": [], **of_offer, **stay})
    lines = exit_lines(turn, library, situation) if is_waiting(turn.conversation) else []
    return replace(reply, text="\n".join([*lines, reply.text]))


async def _of_open_offer(turn: Turn, parse: Parse) -> dict[str, Any]:
    """Return the countries of the offer whose card is open, unless the message names one."""
    named = "destination" in stay_said(parse)
    countries = [] if named else await open_countries(turn)
    return {"destination": countries, "is_of_offer": True} if countries else {}


def is_minor_alone(turn: Turn, parse: Parse) -> bool:
    """Say whether a minor asks about leaving without their parents, naming nowhere to go."""
    is_asked = is_going_alone(parse.text, parse.language) and not destination_said(parse)
    return is_asked and is_minor(situation_of(turn, parse))


def _ruled_out(library: Library, parse: Parse, situation: Situation) -> Paper | None:
    """Return the paper of minors or of identity that a message names and that concerns other people than its writer."""
    named = () if destination_said(parse) else find_papers(library, parse.text, Situation())
    is_named = named and named[0].topic in _PERSONAL and judge(named[0].conditions, situation).truth is Truth.NO
    return named[0] if is_named else None


async def _answer_ruled_out(turn: Turn, paper: Paper, situation: Situation) -> Reply:
    """Show what is only for younger people, whose sheet says so; otherwise say that nothing is known of the case."""
    failed = {condition.fact for condition in judge(paper.conditions, situation).failed}
    if failed == {"age"}:
        return await show_entry(turn, "papers", paper)
    return Reply(say("knowledge.paper_unknown", turn.language), resume_rows(turn))


async def _missing(turn: Turn, flow: dict[str, Any]) -> Counter[str]:
    situation = situation_for(turn, flow)
    unknown = [fact for fact in ("nationality", "destination") if not situation.knows(fact)]
    if unknown:
        return Counter(unknown)
    found = find_visas(await read_library(turn.session), situation)
    sure = [(visa, judgement) for visa, judgement in found if visa.is_asserted]
    presumes = bool(found) and _PERMIT in found[0][1].missing  # what it says is true of holders of a French permit only
    if found and not presumes and found[0][0].is_asserted and len({visa.needs for visa, _ in sure}) == 1:
        return Counter()
    return Counter(fact for _, judgement in (sure or found)[:1] for fact in judgement.missing)


def _presuming_nothing(found: Sequence[tuple[Visa, Judgement]]) -> list[tuple[Visa, Judgement]]:
    """Return the entries that do not rest on a French permit which nobody said there is."""
    return [(visa, judgement) for visa, judgement in found if _PERMIT not in judgement.missing]


async def _visa(turn: Turn, flow: dict[str, Any]) -> Reply:
    situation = situation_for(turn, flow)
    library = await read_library(turn.session)
    known = situation.knows("nationality") and situation.knows("destination")
    found = _presuming_nothing(find_visas(library, situation)) if known else []
    official = Button(say("knowledge.advice", turn.language), url=_ADVICE)
    if not found:
        return Reply(say("knowledge.visa_unknown", turn.language), [[official], *resume_rows(turn)])
    others = [("visas", visa) for visa, _ in found[1:3]]
    reply = await show_entry(turn, "visas", found[0][0], others=others)
    rows = [[official], *reply.rows]
    if lines := exit_lines(turn, library, situation):
        rows.insert(0, [exit_paper_button(turn)])
    is_said = bool(flow["asked"])  # above the first question
    text = "\n".join([reply.text, *(() if is_said else lines)])
    above = "" if is_said else for_search(turn, flow)
    whole = "\n".join(filter(None, (above, text)))
    return Reply(whole if visible_length(whole) <= ANSWER_LIMIT else text, rows)


VISA = Inquiry("visa", ("nationality", "destination", "permit", "kind", "months"), _MOST_QUESTIONS, _missing, _visa)
