"""The questions under way: a message or a button answers one, stops them, or brings them back."""

from __future__ import annotations

from typing import Any

from bot.conversation.answers import resume_rows
from bot.conversation.asking import Inquiry, ask, go_on, is_waiting
from bot.conversation.eligibility import ELIGIBILITY
from bot.conversation.funding import FUNDING
from bot.conversation.papers import VISA
from bot.conversation.replies import Reply, Turn
from bot.conversation.telling import said, stay_kept
from bot.kit.errors import UserError
from bot.knowledge.service import plain_answer, told
from bot.locales.service import say
from bot.understanding.models import Parse
from bot.vocabulary.text import fold

_INQUIRIES: dict[str, Inquiry] = {inquiry.name: inquiry for inquiry in (FUNDING, VISA, ELIGIBILITY)}
# An answer to a question is short; a longer message that surely asks something is another ask.
_SURE, _SENTENCE = 0.6, 4
_NUMBERS = ("age", "months")


async def answer_pending(turn: Turn, parse: Parse) -> Reply | None:
    """Take a message as the answer to the question that waits; None when it is something else: the question waits."""
    flow = turn.conversation.flow
    if flow is None or not is_waiting(turn.conversation):
        return None
    if (stopped := stop_questions(turn, parse.text)) is not None:
        return stopped
    plain = plain_answer(parse.text)
    if plain == "resume":
        return ask(turn, flow, str(flow["waiting"]))
    fact = str(flow["waiting"])
    value = {"yes": True, "no": False}.get(plain or "") if fact == "grant" and plain else said(parse, fact)
    if value is None and fact in _NUMBERS and fold(parse.text).isdecimal():
        return ask(turn, flow, fact)  # "1000" to "Quel âge ?" is no search
    if (value is None or _is_another_ask(parse)) and plain != "unknown":
        return None
    return await tell(turn, fact, value, flow)


def stop_questions(turn: Turn, text: str) -> Reply | None:
    """Stop the questions under way when a message, or the name of a command, says so and nothing else."""
    if not is_waiting(turn.conversation) or plain_answer(text) != "stop":
        return None
    turn.conversation.flow = None
    return Reply(say("knowledge.stopped", turn.language), resume_rows(turn))


async def tell(turn: Turn, fact: str, value: Any, flow: dict[str, Any]) -> Reply:
    """Keep the answer to a question, and ask the next one or give the answer."""
    if value is not None:
        turn.conversation.situation = {**(turn.conversation.situation or {}), fact: value}
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
    return is_ask and parse.intent.confidence >= _SURE and len(parse.text.split()) >= _SENTENCE and not told(parse.text)
