"""Says whether a person can take part: yes, no, or to be checked, and what is missing to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.catalogue.cards import origin_line, own_words, to_confirm
from bot.catalogue.criteria import ADULT
from bot.catalogue.models import Offer
from bot.catalogue.service import is_available, load_offers
from bot.chat.formatting import escape, shortened, visible_length
from bot.chat.keyboards import Button
from bot.conversation.answers import resume_rows
from bot.conversation.asking import Inquiry, go_on, situation_for, subject_of
from bot.conversation.conditions import failed_words, missing_words
from bot.conversation.markers import has_marker, named_kinds
from bot.conversation.offers import show_offer
from bot.conversation.replies import ANSWER_LIMIT, Reply, Turn
from bot.conversation.searching import current_list
from bot.conversation.sheets import source_line
from bot.conversation.showing import exit_lines, exit_paper_button, offer_choice, sheet_button, show_entry
from bot.conversation.telling import note_told, places_meant, situation_of, stay_said
from bot.kit.errors import UserError
from bot.knowledge.service import Condition, Judgement, Truth, find_named, find_papers, judge, narrowest, read_library
from bot.locales.service import say
from bot.understanding.models import Parse

_MOST_QUESTIONS = 3
_LONGEST_SEQUEL = 6  # words
_JUDGED = ("programmes", "courses", "funding")
_OFFERS = "offers"
_LONGEST_LABEL = 60


@dataclass(frozen=True)
class _Subject:
    """What somebody wants to take part in: an entry, or an offer.

    Attributes:
        name: its name, as Telegram HTML.
        conditions: what is judged.
        checks: what only a human or the official page can tell, besides the conditions, as Telegram HTML.
        source: where it comes from and of when.
        button: leads back to it.
    """

    name: str
    conditions: Sequence[Condition]
    checks: Sequence[str]
    source: str
    button: Button


async def answer_eligibility(turn: Turn, parse: Parse) -> Reply | None:
    """Say whether the person can take part in what is named, else in what was last shown; None when it is neither."""
    note_told(turn.conversation, parse)
    library = await read_library(turn.session)
    found = [one for one in find_named(library, parse.text) if one.topic in _JUDGED]
    if not found:
        papers = find_papers(library, parse.text, situation_of(turn, parse))
        if papers and not any(entity.entity == "age" for entity in parse.entities):
            return await show_entry(turn, "papers", papers[0])
        subject = None if _names_a_wish(parse) else await _last_shown(turn)
        return await _answer_on(turn, subject, parse) if subject else None
    entries = narrowest(found[0].entries, places_meant(turn, parse)) or found[0].entries
    if len(entries) > 1:
        return await offer_choice(turn, [(found[0].topic, entry) for entry in entries], verb="am_i")
    return await _judge(turn, found[0].topic, entries[0].id, stay=stay_said(parse))


def is_sequel(turn: Turn, parse: Parse) -> bool:
    """Say whether a message only changes who asks ("et à 20 ans ?") just after an answer on what they can do."""
    last = turn.conversation.flow or {}
    is_judged = last.get("name") == ELIGIBILITY.name and not last.get("waiting") and subject_of(turn) is not None
    named = {entity.entity for entity in parse.entities}
    is_short = len(parse.text.split()) <= _LONGEST_SEQUEL
    return is_judged and is_short and bool(named) and named <= {"age", "level"} and not _names_a_wish(parse)


async def am_i_eligible(turn: Turn, topic: str, identity: str) -> Reply:
    """Say whether the person can take part, after the questions that it takes."""
    return await _judge(turn, topic, identity)


async def _answer_on(turn: Turn, subject: tuple[str, str], parse: Parse) -> Reply:
    """Judge what was last shown; its card tells the conditions of an offer to whoever asks only for them."""
    topic, identity = subject
    if topic == _OFFERS and not parse.entities and has_marker(parse.text, "conditions", parse.language):
        return await show_offer(turn, int(identity), list_id=turn.conversation.list_id)
    return await _judge(turn, topic, identity)


async def _judge(turn: Turn, topic: str, identity: str, *, stay: Mapping[str, Any] | None = None) -> Reply:
    waiting = turn.conversation.flow or {}
    is_same = waiting.get("of") == [topic, identity]
    asked = waiting["asked"] if is_same else []
    return await go_on(
        turn, ELIGIBILITY, {"name": "eligibility", "asked": asked, "of": [topic, identity], **(stay or {})}
    )


async def _last_shown(turn: Turn) -> tuple[str, str] | None:
    """Return the sheet last shown, else the offer last opened of the list under way."""
    if subject := subject_of(turn):
        return subject if subject[0] in (*_JUDGED, _OFFERS) else None
    shown, offer_id = await current_list(turn), turn.conversation.offer_id
    return (_OFFERS, str(offer_id)) if shown is not None and offer_id in shown.offer_ids else None


def _names_a_wish(parse: Parse) -> bool:
    """Say whether a message names something to do or a place: then it is not about what was last shown."""
    is_wish = any(entity.entity not in ("age", "level", "language", "duration", "date") for entity in parse.entities)
    return is_wish or bool(named_kinds(parse.text))


async def _missing(turn: Turn, flow: dict[str, Any]) -> Counter[str]:
    judgement = judge((await _subject(turn, flow)).conditions, situation_for(turn, flow))
    return Counter(() if judgement.truth is Truth.NO else judgement.missing)


async def _eligibility(turn: Turn, flow: dict[str, Any]) -> Reply:
    library = await read_library(turn.session)
    entry = library.get(*flow["of"])
    if entry is not None and not entry.is_asserted:
        return await show_entry(turn, flow["of"][0], entry)
    subject, situation = await _subject(turn, flow), situation_for(turn, flow)
    judgement, rows = judge(subject.conditions, situation), [[subject.button], *resume_rows(turn)]
    tail = [subject.source, *exit_lines(turn, library, situation)]
    if len(tail) > 1:
        rows.insert(0, [exit_paper_button(turn)])
    text = "\n".join([*_judgement_lines(subject, judgement, turn.language), *tail])
    if visible_length(text) > ANSWER_LIMIT:
        text = "\n".join([*_judgement_lines(subject, judgement, turn.language, is_short=True), *tail])
    return Reply(text, rows)


def _judgement_lines(subject: _Subject, judgement: Judgement, language: str, *, is_short: bool = False) -> list[str]:
    """Return what a judgement says; in short, what is missing is only named."""
    checks = [*(escape(check.said(language)) for check in judgement.checks), *subject.checks]
    is_no = judgement.truth is Truth.NO
    key = "no" if is_no else "check" if judgement.missing else "likely" if checks else "yes"
    lines = [say(f"knowledge.eligible_{key}", language, name=subject.name)]
    if is_no:
        return lines + [
            say("knowledge.because", language, what=failed_words(one, language)) for one in judgement.failed
        ]
    if judgement.missing:
        missing = missing_words(() if is_short else subject.conditions, judgement.missing, language)
        lines.append(say("knowledge.eligible_missing", language, what="; ".join(missing)))
    return lines + [say("knowledge.to_confirm", language, what=check) for check in checks]


async def _subject(turn: Turn, flow: dict[str, Any]) -> _Subject:
    """Return what a flow is about.

    Raises:
        UserError: it is gone or hidden.
    """
    topic, identity = flow["of"]
    if topic == _OFFERS:
        return await _offer(turn, int(identity))
    entry = (await read_library(turn.session)).get(topic, identity)
    if entry is None:
        raise UserError("chat.button_expired")
    return _Subject(
        name=escape(entry.names.said(turn.language)),
        conditions=getattr(entry, "conditions", ()),
        checks=(),
        source=source_line(entry, turn.language, today=turn.today),
        button=sheet_button(topic, entry, turn.language),
    )


async def _offer(turn: Turn, identity: int) -> _Subject:
    offer = (await load_offers(turn.session, [identity])).get(identity)
    if offer is None or not is_available(offer, today=turn.today):
        raise UserError("search.offer_gone")
    opens = {"offer_id": offer.id, "list_id": turn.conversation.list_id}
    return _Subject(
        name=own_words(offer, offer.title, turn.language),
        conditions=_conditions_of(offer),
        checks=to_confirm(offer, turn.language),
        source=origin_line(offer, turn.language),
        button=Button(shortened(offer.title, _LONGEST_LABEL), "show_offer", opens),
    )


def _conditions_of(offer: Offer) -> list[Condition]:
    """Return what an offer asks of age and level, as the search reads it: below eighteen only what says so is open."""
    youngest = max(offer.age_min or 0, 0 if offer.open_to_minors else ADULT)
    conditions = []
    if youngest or offer.age_max is not None:
        conditions.append(Condition(fact="age", min=youngest or None, max=offer.age_max))
    if offer.levels:
        conditions.append(Condition(fact="level", any_of=tuple(offer.levels)))
    return conditions


ELIGIBILITY = Inquiry(
    "eligibility",
    ("age", "status", "nationality", "level", "months", "destination", "region", "grant", "permit"),
    _MOST_QUESTIONS,
    _missing,
    _eligibility,
)
