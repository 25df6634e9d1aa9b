"""Asks one thing at a time (`Conversation.flow`) before an answer, and never what is known already.

A flow is JSON: `name` of the inquiry, `asked` (the facts asked so far), `waiting` (the fact whose answer is awaited),
the stay that the message named, and `of` (topic and identity of what the inquiry is about). Any other message may come
between; a button brings the questions back. `subject` is what was last shown, and stays when no question waits; `last`
is the inquiry just answered, which "et si je suis pas étudiant ?" takes up again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.chat.keyboards import Button
from bot.conversation.models import Conversation
from bot.conversation.replies import Reply, Turn
from bot.conversation.telling import for_search, question_rows, situation_of, stay_kept
from bot.knowledge.service import Situation
from bot.locales.service import say


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
    subject = flow.get("of") or flow.get("subject")
    turn.conversation.flow = {"subject": subject, "name": inquiry.name, "last": {**flow, "waiting": None}}
    return await inquiry.answer(turn, flow)


def ask(turn: Turn, flow: dict[str, Any], fact: str) -> Reply:
    """Ask one fact and wait for it."""
    turn.conversation.flow = {**flow, "waiting": fact}
    asked = {key: value for key, value in flow.items() if key != "waiting"}
    question = say(f"knowledge.ask_{fact}", turn.language)
    above = for_search(turn, flow) if len(flow["asked"]) == 1 else ""
    return Reply("\n".join(filter(None, (above, question))), question_rows(turn, fact, asked))


def asks(reply: Reply) -> bool:
    """Return whether a reply is itself one of the questions."""
    return any(button.verb == "tell" for row in reply.rows for button in row)


def is_waiting(conversation: Conversation) -> bool:
    """Return whether a question waits for its answer."""
    return waiting_for(conversation) is not None


def waiting_for(conversation: Conversation) -> tuple[Any, ...] | None:
    """Return which question waits: of which inquiry, about what, on which fact; None when none does."""
    flow = conversation.flow or {}
    return (flow.get("name"), flow.get("of"), flow["waiting"]) if flow.get("waiting") else None


def note_subject(turn: Turn, topic: str, identity: str) -> None:
    """Keep what was last shown: "et à 17 ans ?" is about that."""
    waiting = turn.conversation.flow if is_waiting(turn.conversation) else None
    turn.conversation.flow = {**(waiting or {}), "subject": [topic, identity]}


def subject_of(turn: Turn) -> tuple[str, str] | None:
    """Return the topic and the identity of what was last shown or asked about, if any."""
    flow = turn.conversation.flow or {}
    subject = flow["subject"] if "subject" in flow else flow.get("of")
    return (str(subject[0]), str(subject[1])) if subject else None


def drop_subject(turn: Turn) -> None:
    """Forget what was last shown, a search having come since; a question that waits goes on waiting."""
    waiting = turn.conversation.flow if is_waiting(turn.conversation) else None
    turn.conversation.flow = {**waiting, "subject": None} if waiting else None


def waiting_rows(turn: Turn) -> list[list[Button]]:
    """Return the button that brings back the questions under way, if any."""
    if not is_waiting(turn.conversation):
        return []
    return [[Button(say("knowledge.resume_questions", turn.language), "resume_questions")]]


def situation_for(turn: Turn, flow: dict[str, Any]) -> Situation:
    """Return what is known, the stay that the message named coming before that of the running search."""
    return situation_of(turn, stay=stay_kept(flow))


async def _next_fact(turn: Turn, inquiry: Inquiry, flow: dict[str, Any]) -> str | None:
    """Return the next fact to ask, among those that would settle something and were not asked yet."""
    missing = await inquiry.missing(turn, flow)
    open_ = [fact for fact in inquiry.facts if missing[fact] and fact not in flow["asked"]]
    return next(iter(open_), None)
