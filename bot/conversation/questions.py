"""The questions answered from sourced entries: programmes, funding, papers and visas, eligibility.

An answer that needs to know more asks one thing at a time (`Conversation.flow`), never what is known already; any
other message may come between, and a button brings the questions back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from bot.chat.formatting import escape, visible_length
from bot.chat.keyboards import Button
from bot.conversation.answers import resume_rows
from bot.conversation.conditions import fact_label, failed_words
from bot.conversation.replies import Reply, Turn
from bot.conversation.sheets import LONGEST_ANSWER, lines_of, pages, sheet_pages, source_line, sources_line
from bot.conversation.telling import (
    for_search,
    note_stay,
    note_told,
    question_rows,
    said,
    situation_of,
    stay_said,
)
from bot.conversation.wording import listed
from bot.kit.errors import UserError
from bot.knowledge.service import (
    Condition,
    Entry,
    Judged,
    Programme,
    Scheme,
    Situation,
    Stack,
    Truth,
    find_named,
    find_papers,
    find_visas,
    judge,
    plain_answer,
    programmes_of_codes,
    read_library,
    stack,
    suggest_named,
    told,
)
from bot.locales.service import say
from bot.understanding.models import Parse

MOST_QUESTIONS = 5
_ADULT = 18
_ADVICE = "https://www.diplomatie.gouv.fr/fr/conseils-aux-voyageurs/conseils-par-pays-destination/"
_EXIT_PAPER = "ast-principe"
# What each answer may ask, in the order in which it helps most.
_ASKED = {
    "funding": ("status", "destination", "kind", "months", "age", "grant"),
    "visa": ("nationality", "destination", "permit", "kind", "months"),
    "eligibility": ("age", "status", "nationality", "level", "months", "destination", "region", "grant", "permit"),
}
_MOST_ASKED = {"funding": MOST_QUESTIONS, "visa": 3, "eligibility": 3}
_MOST_BUTTONS = 6
# An answer to a question is short; a longer message that surely asks something is another ask.
_SURE, _SENTENCE = 0.6, 4


async def answer_programme(turn: Turn, parse: Parse) -> Reply:
    """Show the sheet of what a message names, two side by side when it names two, else the names that look like it."""
    library = await read_library(turn.session)
    named = find_named(library, parse.text)
    if not named and (codes := _programme_codes(parse)):
        programmes = programmes_of_codes(library, codes)
        return _choice(turn, [("programmes", entry) for entry in programmes]) if programmes else _no_sheet(turn)
    if not named:
        likely = suggest_named(library, parse.text)
        return _choice(turn, likely, key="knowledge.which_like") if likely else _no_sheet(turn)
    if len(named) > 1:
        return _side_by_side(turn, [(found.topic, found.entries[0]) for found in named[:2]])
    found = named[0]
    if len(found.entries) > 1:
        return _choice(turn, [(found.topic, entry) for entry in found.entries])
    return _sheet(turn, found.topic, found.entries[0])


async def answer_funding(turn: Turn, parse: Parse) -> Reply:
    """Say which schemes may pay, after at most five questions; a scheme that is named has its own sheet."""
    note_told(turn.conversation, parse)
    library = await read_library(turn.session)
    named = [found for found in find_named(library, parse.text) if found.topic == "funding"]
    if named:
        return _sheet(turn, "funding", named[0].entries[0])
    codes = [entry.id for entry in programmes_of_codes(library, _programme_codes(parse))]
    note_stay(turn.conversation, parse)
    flow = {"name": "funding", "asked": [], "programmes": codes, **stay_said(parse)}
    return await _go_on(turn, flow)


async def answer_visa(turn: Turn, parse: Parse) -> Reply:
    """Answer on papers by what a message names, else on the border: nationality, destination, kind of stay."""
    note_told(turn.conversation, parse)
    library = await read_library(turn.session)
    papers = find_papers(library, parse.text, situation_of(turn, parse))
    if papers:
        others = [("papers", paper) for paper in papers[1:]]
        return _sheet(turn, "papers", papers[0], others=others)
    note_stay(turn.conversation, parse)
    return await _go_on(turn, {"name": "visa", "asked": [], **stay_said(parse)})


async def answer_eligibility(turn: Turn, parse: Parse) -> Reply | None:
    """Say whether the person can take part in what is named; None when no programme, course or scheme is."""
    note_told(turn.conversation, parse)
    library = await read_library(turn.session)
    found = [one for one in find_named(library, parse.text) if one.topic in ("programmes", "courses", "funding")]
    if not found:
        papers = find_papers(library, parse.text, situation_of(turn, parse))
        is_asked = bool(papers) and not any(entity.entity == "age" for entity in parse.entities)
        return _sheet(turn, "papers", papers[0]) if is_asked else None
    if len(found[0].entries) > 1:
        return _choice(turn, [(found[0].topic, entry) for entry in found[0].entries], verb="am_i")
    entry = found[0].entries[0]
    return await _go_on(turn, {"name": "eligibility", "asked": [], "of": [found[0].topic, entry.id]})


async def answer_pending(turn: Turn, parse: Parse) -> Reply | None:
    """Take a message as the answer to the question that waits; None when it is something else: the question waits."""
    flow = turn.conversation.flow
    if not flow or not flow.get("waiting"):
        return None
    plain = plain_answer(parse.text)
    if plain == "stop":
        turn.conversation.flow = None
        return Reply(say("knowledge.stopped", turn.language), resume_rows(turn))
    if plain == "resume":
        return await _ask(turn, flow, str(flow["waiting"]))
    fact = str(flow["waiting"])
    value = {"yes": True, "no": False}.get(plain or "") if fact == "grant" and plain else said(parse, fact)
    if (value is None or _is_another_ask(parse)) and plain != "unknown":
        return None
    return await tell(turn, fact, value, flow)


async def tell(turn: Turn, fact: str, value: Any, flow: dict[str, Any]) -> Reply:
    """Keep the answer to a question, and ask the next one or give the answer."""
    if value is not None:
        turn.conversation.situation = {**(turn.conversation.situation or {}), fact: value}
    stay = _kept_stay({fact: value})  # an answer is more precise than the running search that left it open
    return await _go_on(turn, {**flow, **stay, "waiting": None})


async def resume_questions(turn: Turn) -> Reply:
    """Ask again the question that waits.

    Raises:
        UserError: none waits any more.
    """
    flow = turn.conversation.flow
    if not flow or not flow.get("waiting"):
        raise UserError("chat.button_expired")
    return await _ask(turn, flow, str(flow["waiting"]))


async def show_sheet(turn: Turn, topic: str, identity: str, *, page: int = 0) -> Reply:
    """Show a page of the sheet of an entry.

    Raises:
        UserError: the entry is gone or hidden.
    """
    entry = (await read_library(turn.session)).get(topic, identity)
    if entry is None:
        raise UserError("chat.button_expired")
    return _sheet(turn, topic, entry, page=page)


async def am_i_eligible(turn: Turn, topic: str, identity: str) -> Reply:
    """Say whether the person can take part, after the questions that it takes."""
    return await _go_on(turn, {"name": "eligibility", "asked": [], "of": [topic, identity]})


async def fund_programme(turn: Turn, identity: str) -> Reply:
    """Say which schemes may pay for a programme."""
    return await _go_on(turn, {"name": "funding", "asked": [], "programmes": [identity]})


async def show_funding(turn: Turn, programmes: Sequence[str], stay: dict[str, Any], *, page: int) -> Reply:
    """Show one page of the funding answer."""
    return await _funding(turn, {"name": "funding", "programmes": list(programmes), **stay}, page=page)


def waiting_rows(turn: Turn) -> list[list[Button]]:
    """Return the button that brings back the questions under way, if any."""
    if not turn.conversation.flow or not turn.conversation.flow.get("waiting"):
        return []
    return [[Button(say("knowledge.resume_questions", turn.language), "resume_questions")]]


def asks(reply: Reply) -> bool:
    """Say whether a reply is itself one of the questions."""
    return any(button.verb == "tell" for row in reply.rows for button in row)


async def _go_on(turn: Turn, flow: dict[str, Any]) -> Reply:
    """Ask what is still missing, or answer."""
    fact = await _next_fact(turn, flow)
    if fact is not None and len(flow["asked"]) < _MOST_ASKED[flow["name"]]:
        return await _ask(turn, {**flow, "asked": [*flow["asked"], fact]}, fact)
    turn.conversation.flow = None
    answer = {"funding": _funding, "visa": _visa, "eligibility": _eligibility}[flow["name"]]
    return await answer(turn, flow)


async def _ask(turn: Turn, flow: dict[str, Any], fact: str) -> Reply:
    turn.conversation.flow = {**flow, "waiting": fact}
    asked = {key: value for key, value in flow.items() if key != "waiting"}
    question = say(f"knowledge.ask_{fact}", turn.language)
    above = for_search(turn, flow) if len(flow["asked"]) == 1 else ""
    return Reply("\n".join(filter(None, (above, question))), question_rows(turn, fact, asked))


async def _next_fact(turn: Turn, flow: dict[str, Any]) -> str | None:
    """Return the next fact to ask, among those that would settle something and were not asked yet."""
    missing = await _missing(turn, flow, _situation(turn, flow))
    open_ = [fact for fact in _ASKED[flow["name"]] if missing[fact] and fact not in flow["asked"]]
    return next(iter(open_), None)


async def _missing(turn: Turn, flow: dict[str, Any], situation: Situation) -> Counter[str]:
    library = await read_library(turn.session)
    if flow["name"] == "funding":
        judged = stack(library.schemes.values(), situation, programmes=flow.get("programmes") or ()).may_apply
        return Counter(fact for each in judged for fact in each.judgement.missing)
    if flow["name"] == "visa":
        if not situation.knows("nationality") or not situation.knows("destination"):
            return Counter(fact for fact in ("nationality", "destination") if not situation.knows(fact))
        found = find_visas(library, situation)
        is_same = len({visa.needs for visa, _ in found if visa.is_asserted}) == 1
        return Counter(() if is_same else (fact for _, judgement in found[:1] for fact in judgement.missing))
    judgement = judge(await _conditions(turn, flow), situation)
    return Counter(() if judgement.truth is Truth.NO else judgement.missing)


def _situation(turn: Turn, flow: dict[str, Any]) -> Situation:
    """Return what is known, the stay that the message named coming before that of the running search."""
    return situation_of(turn, stay=_kept_stay(flow))


async def _funding(turn: Turn, flow: dict[str, Any], *, page: int = 0) -> Reply:
    library = await read_library(turn.session)
    found = stack(library.schemes.values(), _situation(turn, flow), programmes=flow.get("programmes") or ())
    if not found.applies and not found.may_apply:
        return Reply(say("knowledge.funding_none", turn.language), resume_rows(turn))
    lines = _funding_lines(turn, found)
    shown = pages(lines)
    page = min(page, len(shown) - 1)
    where = {"programmes": flow.get("programmes") or [], "stay": _kept_stay(flow)}
    more = _more_button(turn, "show_funding", where, page, len(shown))
    schemes = [each.scheme for each in (*found.applies, *found.may_apply)][:_MOST_BUTTONS]
    buttons = [_sheet_button("funding", scheme, turn.language) for scheme in schemes]
    return Reply(shown[page], [*more, *([button] for button in buttons), *resume_rows(turn)])


def _funding_lines(turn: Turn, found: Stack) -> list[str]:
    language = turn.language
    lines = [say("knowledge.funding_title", language)]
    for key, group in (("funding_applies", found.applies), ("funding_may", found.may_apply)):
        if group:
            lines.append(say(f"knowledge.{key}", language))
            lines += [_funding_line(each, language) for each in group]
    lines += [say("knowledge.funding_adds", language, what=_names(each, language)) for each in found.sets[:3]]
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


async def _visa(turn: Turn, flow: dict[str, Any]) -> Reply:
    situation = _situation(turn, flow)
    library = await read_library(turn.session)
    known = situation.knows("nationality") and situation.knows("destination")
    found = find_visas(library, situation) if known else ()
    official = Button(say("knowledge.advice", turn.language), url=_ADVICE)
    if not found:
        return Reply(say("knowledge.visa_unknown", turn.language), [[official], *resume_rows(turn)])
    others = [("visas", visa) for visa, _ in found[1:3]]
    reply = _sheet(turn, "visas", found[0][0], others=others)
    rows = [[official], *reply.rows]
    if _is_minor(situation) and library.get("papers", _EXIT_PAPER):
        rows.insert(0, [_minor_button(turn)])
    above = for_search(turn, flow) if not flow["asked"] else ""
    said_whole = "\n".join(filter(None, (above, reply.text)))
    return Reply(said_whole if visible_length(said_whole) <= LONGEST_ANSWER else reply.text, rows)


async def _eligibility(turn: Turn, flow: dict[str, Any]) -> Reply:
    library = await read_library(turn.session)
    topic, identity = flow["of"]
    entry = library.get(topic, identity)
    if entry is None:
        raise UserError("chat.button_expired")
    if not entry.is_asserted:
        return _sheet(turn, topic, entry)
    situation = _situation(turn, flow)
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
    rows = [[_sheet_button(topic, entry, language)], *resume_rows(turn)]
    if _is_minor(situation):
        lines.append(say("knowledge.minor", language))
        rows.insert(0, [_minor_button(turn)])
    return Reply(pages(lines, source_line(entry, language, today=turn.today))[0], rows)


async def _conditions(turn: Turn, flow: dict[str, Any]) -> Sequence[Condition]:
    topic, identity = flow["of"]
    entry = (await read_library(turn.session)).get(topic, identity)
    return getattr(entry, "conditions", ())


def _sheet(turn: Turn, topic: str, entry: Entry, *, page: int = 0, others: Iterable[tuple[str, Entry]] = ()) -> Reply:
    shown = sheet_pages(entry, turn.language, today=turn.today)
    page = min(page, len(shown) - 1)
    rows = _more_button(turn, "show_sheet", {"topic": topic, "id": entry.id}, page, len(shown))
    rows += [[_sheet_button(name, other, turn.language)] for name, other in others]
    if isinstance(entry, Programme):
        rows += _programme_rows(turn, entry)
    elif isinstance(entry, Scheme):
        rows.append([Button(say("knowledge.am_i", turn.language), "am_i", {"topic": topic, "id": entry.id})])
    rows.append([Button(say("knowledge.official", turn.language), url=entry.link)])
    return Reply(shown[page], [*rows, *resume_rows(turn)])


def _programme_rows(turn: Turn, programme: Programme) -> list[list[Button]]:
    language = turn.language
    rows = []
    if programme.codes:
        criteria = {"criteria": {"programmes": list(programme.codes)}}
        rows.append([Button(say("knowledge.offers", language), "search_with", criteria)])
    rows.append(
        [
            Button(say("knowledge.am_i", language), "am_i", {"topic": "programmes", "id": programme.id}),
            Button(say("knowledge.funding", language), "fund_programme", {"id": programme.id}),
        ]
    )
    return rows


def _side_by_side(turn: Turn, pair: Sequence[tuple[str, Entry]]) -> Reply:
    """Return two sheets in short, one above the other, each with its source; for whom they are, if there is room."""
    shown = "\n\n".join(_in_short(turn, entry, with_whom=True) for _, entry in pair)
    if visible_length(shown) > LONGEST_ANSWER:
        shown = "\n\n".join(_in_short(turn, entry, with_whom=False) for _, entry in pair)
    buttons = [[_sheet_button(topic, entry, turn.language)] for topic, entry in pair]
    return Reply(shown, [*buttons, *resume_rows(turn)])


def _in_short(turn: Turn, entry: Entry, *, with_whom: bool) -> str:
    language = turn.language
    lines = [f"<b>{escape(entry.names.said(language))}</b>"]
    if not entry.is_asserted:
        lines.append(say("knowledge.unsure", language))
    elif isinstance(entry, Programme):
        lines.append(escape(entry.summary.said(language)))
        if with_whom:
            lines.append(say("knowledge.who", language, what=escape(entry.who.said(language))))
    else:
        lines.append(lines_of(entry, language)[0])
    return "\n".join([*lines, source_line(entry, language, today=turn.today)])


def _choice(
    turn: Turn, entries: Sequence[tuple[str, Entry]], *, key: str = "knowledge.which", verb: str = "show_sheet"
) -> Reply:
    if len(entries) == 1 and key == "knowledge.which" and verb == "show_sheet":
        return _sheet(turn, *entries[0])
    rows = [
        [Button(entry.names.said(turn.language), verb, {"topic": topic, "id": entry.id})]
        for topic, entry in entries[:_MOST_BUTTONS]
    ]
    return Reply(say(key, turn.language), [*rows, *resume_rows(turn)])


def _no_sheet(turn: Turn) -> Reply:
    return Reply(say("answers.programme_unknown", turn.language), resume_rows(turn))


def _more_button(turn: Turn, verb: str, where: dict[str, Any], page: int, count: int) -> list[list[Button]]:
    if page + 1 >= count:
        return []
    return [[Button(say("knowledge.more", turn.language), verb, {**where, "page": page + 1})]]


def _sheet_button(topic: str, entry: Entry, language: str) -> Button:
    return Button(entry.names.said(language), "show_sheet", {"topic": topic, "id": entry.id})


def _minor_button(turn: Turn) -> Button:
    return Button(say("knowledge.exit_paper", turn.language), "show_sheet", {"topic": "papers", "id": _EXIT_PAPER})


def _names(entries: Iterable[Entry], language: str) -> str:
    return escape(listed([entry.names.said(language) for entry in entries], language))


def _kept_stay(flow: dict[str, Any]) -> dict[str, Any]:
    return {fact: flow[fact] for fact in ("destination", "months") if flow.get(fact) is not None}


def _programme_codes(parse: Parse) -> list[str]:
    norms = [entity.norm for entity in parse.entities if entity.entity == "programme" and entity.norm]
    return [str(code) for norm in norms for code in (norm if isinstance(norm, list | tuple) else [norm])]


def _is_another_ask(parse: Parse) -> bool:
    """Say whether a message asks for something of its own, and does not only answer with words that look like it."""
    is_ask = parse.intent.name.startswith(("search_", "ask_"))
    return is_ask and parse.intent.confidence >= _SURE and len(parse.text.split()) >= _SENTENCE and not told(parse.text)


def _is_minor(situation: Situation) -> bool:
    age = situation.spans.get("age")
    return age is not None and age.high is not None and age.high < _ADULT
