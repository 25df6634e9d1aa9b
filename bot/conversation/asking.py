"""Asks one thing at a time (`Conversation.flow`) before an answer, and never what is known already.

A flow is JSON: `name` of the inquiry, `asked` (the facts asked so far), `waiting` (the fact whose answer is awaited),
the stay that the message named, and what the inquiry is about. Any other message may come between; a button brings the
questions back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.chat.keyboards import Button
from bot.conversation.replies import Reply, Turn
from bot.conversation.telling import question_rows, said, situation_of
from bot.knowledge.service import Situation
from bot.locales.service import say
from bot.understanding.models import Parse

_STAY = ("destination", "months")


@dataclass(frozen=True)
class Inquiry:
    """What may be asked before an answer, and how the answer is made.

    Attributes:
        name: of its flows.
        facts: what it may ask, in the order in which it helps most.
        most: how many questions at the most.
        missing: counts the facts that would settle something.
        answer: what is said once nothing more is asked.
    """

    name: str
    facts: tuple[str, ...]
    most: int
    missing: Callable[[Turn, dict[str, Any]], Awaitable[Counter[str]]]
    answer: Callable[[Turn, dict[str, Any]], Awaitable[Reply]]


async def go_on(turn: Turn, inquiry: Inquiry, flow: dict[str, Any]) -> Reply:
    """Ask what is still missing, or answer."""
    fact = await _next_fact(turn, inquiry, flow)
    if fact is not None and len(flow["asked"]) < inquiry.most:
        return ask(turn, {**flow, "asked": [*flow["asked"], fact]}, fact)
    turn.conversation.flow = None
    return await inquiry.answer(turn, flow)


def ask(turn: Turn, flow: dict[str, Any], fact: str) -> Reply:
    """Ask one fact and wait for it."""
    turn.conversation.flow = {**flow, "waiting": fact}
    asked = {key: value for key, value in flow.items() if key != "waiting"}
    return Reply(say(f"knowledge.ask_{fact}", turn.language), question_rows(fact, asked, turn.language))


def waiting_rows(turn: Turn) -> list[list[Button]]:
    """Return the button that brings back the questions under way, if any."""
    if not turn.conversation.flow or not turn.conversation.flow.get("waiting"):
        return []
    return [[Button(say("knowledge.resume_questions", turn.language), "resume_questions")]]


def situation_for(turn: Turn, flow: dict[str, Any]) -> Situation:
    """Return what is known, the stay that the message named coming before that of the running search."""
    stay = stay_kept(flow)
    if not stay:
        return situation_of(turn)
    kept = turn.conversation.situation
    turn.conversation.situation = {**(kept or {}), **stay}
    situation = situation_of(turn)
    turn.conversation.situation = kept
    return situation


def stay_said(parse: Parse) -> dict[str, Any]:
    """Return what a message says of the stay, as a flow keeps it."""
    return {fact: value for fact in _STAY if (value := said(parse, fact)) is not None}


def stay_kept(flow: dict[str, Any]) -> dict[str, Any]:
    """Return what a flow knows of the stay."""
    return {fact: flow[fact] for fact in _STAY if flow.get(fact) is not None}


async def _next_fact(turn: Turn, inquiry: Inquiry, flow: dict[str, Any]) -> str | None:
    """Return the next fact to ask, among those that would settle something and were not asked yet."""
    missing = await inquiry.missing(turn, flow)
    open_ = [fact for fact in inquiry.facts if missing[fact] and fact not in flow["asked"]]
    return next(iter(open_), None)
