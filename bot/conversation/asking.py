"""Asks one thing at a time (`Conversation.flow`) before an answer, and never what is known already.

A flow is JSON: `name` of the inquiry, `asked` (the facts asked so far), `waiting` (the fact whose answer is awaited),
the stay that the message named, and `of` (topic and identity of what the inquiry is about). Any other message may come
between; a button brings the questions back. `subject` is what was last shown, and stays when no question waits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.chat.keyboards import Button
from bot.conversation.replies import Reply, Turn
from bot.conversation.telling import question_rows, said, situation_of
from bot.knowledge.service import Programme, Situation
from bot.locales.service import say
from bot.understanding.models import Parse

_STAY = ("destination", "months", "kind")


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
    turn.conversation.flow = {"subject": subject, "name": inquiry.name} if subject else None
    return await inquiry.answer(turn, flow)


def ask(turn: Turn, flow: dict[str, Any], fact: str) -> Reply:
    """Ask one fact and wait for it."""
    turn.conversation.flow = {**flow, "waiting": fact}
    asked = {key: value for key, value in flow.items() if key != "waiting"}
    return Reply(say(f"knowledge.ask_{fact}", turn.language), question_rows(fact, asked, turn.language))


def is_waiting(turn: Turn) -> bool:
    """Return whether a question waits for its answer."""
    return waiting_for(turn) is not None


def waiting_for(turn: Turn) -> tuple[Any, ...] | None:
    """Return which question waits: of which inquiry, about what, on which fact; None when none does."""
    flow = turn.conversation.flow or {}
    return (flow.get("name"), flow.get("of"), flow["waiting"]) if flow.get("waiting") else None


def note_subject(turn: Turn, topic: str, identity: str) -> None:
    """Keep what was last shown: "et à 17 ans ?" is about that."""
    waiting = turn.conversation.flow if is_waiting(turn) else None
    turn.conversation.flow = {**(waiting or {}), "subject": [topic, identity]}


def subject_of(turn: Turn) -> tuple[str, str] | None:
    """Return the topic and the identity of what was last shown or asked about, if any."""
    flow = turn.conversation.flow or {}
    subject = flow["subject"] if "subject" in flow else flow.get("of")
    return (str(subject[0]), str(subject[1])) if subject else None


def drop_subject(turn: Turn) -> None:
    """Forget what was last shown, a search having come since; a question that waits goes on waiting."""
    waiting = turn.conversation.flow if is_waiting(turn) else None
    turn.conversation.flow = {**waiting, "subject": None} if waiting else None


def waiting_rows(turn: Turn) -> list[list[Button]]:
    """Return the button that brings back the questions under way, if any."""
    if not is_waiting(turn):
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


def stay_said(parse: Parse, programmes: Sequence[Programme] = ()) -> dict[str, Any]:
    """Return what a message says of the stay, as a flow keeps it; programmes of one kind say which."""
    said_of_it = {fact: value for fact in _STAY if (value := said(parse, fact)) is not None}
    return {**kind_of(programmes), **said_of_it}


def kind_of(programmes: Sequence[Programme]) -> dict[str, Any]:
    """Return the kind of stay that some programmes all have, as a flow keeps it."""
    kinds = {programme.kind for programme in programmes}
    return {"kind": kinds.pop()} if len(kinds) == 1 else {}


def stay_kept(flow: dict[str, Any]) -> dict[str, Any]:
    """Return what a flow knows of the stay."""
    return {fact: flow[fact] for fact in _STAY if flow.get(fact) is not None}


async def _next_fact(turn: Turn, inquiry: Inquiry, flow: dict[str, Any]) -> str | None:
    """Return the next fact to ask, among those that would settle something and were not asked yet."""
    missing = await inquiry.missing(turn, flow)
    open_ = [fact for fact in inquiry.facts if missing[fact] and fact not in flow["asked"]]
    return next(iter(open_), None)
