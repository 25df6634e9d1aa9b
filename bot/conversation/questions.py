"""The questions under way: a message or a button answers one, stops them, or brings them back."""

from __future__ import annotations

from typing import Any

from bot.conversation.answers import resume_rows
from bot.conversation.asking import Inquiry, ask, go_on, is_waiting
from bot.conversation.eligibility import ELIGIBILITY
from bot.conversation.funding import FUNDING
from bot.conversation.markers import is_supposing
from bot.conversation.papers import VISA
from bot.conversation.preferring import mind_age
from bot.conversation.refinement import programmes_of
from bot.conversation.replies import Reply, Turn
from bot.conversation.selftelling import keep, told_alone
from bot.conversation.telling import destination_said, said, stay_kept
from bot.kit.errors import UserError
from bot.knowledge.service import plain_answer, told
from bot.locales.service import say
from bot.understanding.models import Parse
from bot.vocabulary.text import fold

_INQUIRIES: dict[str, Inquiry] = {inquiry.name: inquiry for inquiry in (FUNDING, VISA, ELIGIBILITY)}
# An answer to a question is short; a longer message that surely asks something is another ask.
_SURE, _SENTENCE = 0.6, 4
_NUMBERS = ("age", "months")
_PLACES = ("nationality", "destination", "region")


async def answer_pending(turn: Turn, parse: Parse) -> Reply | None:
    """Take a message as the answer to the question that waits; None when it is something else: the question waits."""
    flow = turn.conversation.flow
    if flow is None or not is_waiting(turn.conversation):
        return await _answer_again(turn, parse)
    if (stopped := stop_questions(turn, parse.text)) is not None:
        return stopped
    plain, fact = plain_answer(parse.text), str(flow["waiting"])
    value = {"yes": True, "no": False}.get(plain or "") if fact == "grant" and plain else said(parse, fact)
    is_odd_number = value is None and fact in _NUMBERS and fold(parse.text).isdecimal()
    if plain == "resume" or is_odd_number:  # "1000" to "Quel âge ?" is no search
        return ask(turn, flow, fact)
    facts = told_alone(parse)
    if plain != "unknown" and (_changes_subject(parse, flow, fact) or (not facts and _is_another_ask(parse))):
        return None
    if value is None and plain != "unknown":
        return await _note(turn, facts, fact, flow) if facts else None
    keep(turn.conversation, facts)
    return await tell(turn, fact, value, flow)


def stop_questions(turn: Turn, text: str) -> Reply | None:
    """Stop the questions under way when a message, or the name of a command, says so and nothing else."""
    if not is_waiting(turn.conversation) or plain_answer(text) != "stop":
        return None
    turn.conversation.flow = None
    return Reply(say("knowledge.stopped", turn.language), resume_rows(turn))


async def _note(turn: Turn, facts: dict[str, Any], fact: str, flow: dict[str, Any]) -> Reply:
    """Keep what was told of oneself besides the question: it goes on waiting, unless nothing needs it any more."""
    keep(turn.conversation, facts)
    asked = [one for one in flow["asked"] if one != fact]
    return await go_on(turn, _INQUIRIES[flow["name"]], {**flow, "asked": asked, "waiting": None})


async def _answer_again(turn: Turn, parse: Parse) -> Reply | None:
    """Take up the inquiry just answered with what a message changes of its writer: "et si je suis pas étudiant ?"."""
    last = (turn.conversation.flow or {}).get("last")
    facts = told_alone(parse, is_asking=True) if last else {}
    if not last or not facts or not (last["name"] == FUNDING.name or is_supposing(parse.text)):
        return None
    keep(turn.conversation, facts)
    asked = list(dict.fromkeys([*last["asked"], *facts]))
    return await go_on(turn, _INQUIRIES[last["name"]], {**last, "asked": asked})


async def tell(turn: Turn, fact: str, value: Any, flow: dict[str, Any]) -> Reply:
    """Keep the answer to a question, and ask the next one or give the answer."""
    if value is not None:
        turn.conversation.situation = {**(turn.conversation.situation or {}), fact: value}
    if fact == "age":
        await mind_age(turn)
    stay = stay_kept({fact: value})  # an answer is more precise than the running search that left it open
    return await go_on(turn, _INQUIRIES[flow["name"]], {**flow, **stay, "waiting": None})


async def resume_questions(turn: Turn) -> Reply:
    """Ask again the question that waits.

    Raises:
        UserError: none waits any more.
    """
    flow = turn.conversation.flow
    if flow is None or not is_waiting(turn.conversation):
        raise UserError("chat.button_expired")
    return ask(turn, flow, str(flow["waiting"]))


def _is_another_ask(parse: Parse) -> bool:
    """Say whether a message asks for something of its own, and does not only answer with words that look like it."""
    is_ask = parse.intent.name.startswith(("search_", "ask_"))
    is_sentence = len(parse.text.split()) >= _SENTENCE
    return is_ask and parse.intent.confidence >= _SURE and is_sentence and not told(parse.text)


def _changes_subject(parse: Parse, flow: dict[str, Any], fact: str) -> bool:
    """Say whether a message names another country than the one asked about, or a programme: "pvt australie"."""
    if fact == "destination":
        return False
    places = destination_said(parse)
    is_elsewhere = bool(places) and fact not in _PLACES and places != flow.get("destination", places)
    return is_elsewhere or bool(programmes_of(parse.entities))
