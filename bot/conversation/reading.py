"""What a text means and which step follows: by Rasa when it answers, else by simple means."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Protocol

import structlog

from bot.conversation.context import placed
from bot.conversation.decisions import decided, step_of
from bot.conversation.replies import Turn
from bot.conversation.unsure import is_faint, is_unsure, is_worth_asking, likeliest, may_be_distress
from bot.understanding.answers import RasaTurn
from bot.understanding.models import FALLBACK_INTENT, Intent, Parse
from bot.understanding.service import EMERGENCY, Alarm, RasaUnavailable, agreed, understand, understand_simply

# A Rasa turn costs 0.6 ms more for each earlier turn of its conversation: a fresh one now and then costs nothing,
# because these tables, not Rasa's tracker, hold the state.
TURNS_PER_RASA_CONVERSATION = 5
# Help lines are there within a second, even when Rasa hangs.
SECOND_OPINION = timedelta(seconds=0.6)
# The questions that change which step Rasa chooses; its domain knows no other.
_ASKED_OF_RASA = ("which_kind", "which_place", "confirm_restart", "confirm_alerts")
ShowTyping = Callable[[Turn], Awaitable[None]]
_log = structlog.get_logger(__name__)


class Rasa(Protocol):
    """Whoever decides what a text means and which step follows."""

    async def turn(self, conversation_id: str, text: str, context: dict[str, Any]) -> RasaTurn:
        """Return the decision for one text.

        Raises:
            RasaUnavailable: no usable answer in time.
        """
        ...


async def read_text(turn: Turn, *, rasa: Rasa, show_typing: ShowTyping, alarm: Alarm) -> tuple[Parse, str]:
    """Return what the text means and the step to take, by Rasa if it answers, else by simple means.

    Args:
        alarm: what the ear heard; suspected distress waits for Rasa's opinion no longer than `SECOND_OPINION`.
    """
    patience = SECOND_OPINION.total_seconds() if alarm is Alarm.SUSPECTED else None
    try:
        async with _typing_when_slow(turn, show_typing), asyncio.timeout(patience):
            answer = await rasa.turn(rasa_conversation(turn), turn.text, rasa_context(turn))
    except (RasaUnavailable, TimeoutError) as error:
        _log.warning("simple_mode", reason=error.reason.value if isinstance(error, RasaUnavailable) else "late")
        if alarm is Alarm.SUSPECTED:
            return decided(turn.text, language=turn.language, intent=EMERGENCY), EMERGENCY
        parse = understand_simply(turn.text, language=turn.language, today=turn.today)
        is_unknown = parse.intent.name == FALLBACK_INTENT
        return parse, "search_offers" if is_unknown else step_of(parse.intent.name)
    turn.conversation.rasa_turns += 1
    heard = understand(answer.parse, text=turn.text, language=turn.language, today=turn.today, model=answer.model)
    parse = agreed(alarm, heard)
    if parse.intent.name == EMERGENCY or (alarm is not Alarm.CALM and is_unsure(parse) and may_be_distress(parse)):
        return replace(parse, intent=Intent(EMERGENCY, 1.0)), EMERGENCY
    meant = placed(parse, turn.conversation)
    if meant.source == parse.source and is_unsure(parse):
        meant = settled_by_rules(parse, today=turn.today)
    if meant.source != parse.source:
        return meant, step_of(meant.intent.name)
    named = _step_named(answer) if parse is heard and heard.source == "rasa" else None
    return parse, _step_when_unsure(parse) or named or step_of(parse.intent.name)


def _step_when_unsure(parse: Parse) -> str | None:
    if is_unsure(parse) and is_worth_asking(parse):
        return "did_you_mean"
    return "not_understood" if is_faint(parse) else None


def settled_by_rules(parse: Parse, *, today: date) -> Parse:
    """Return an unsure parse with the one of its two likeliest intents that the simple rules name, else as it is."""
    named = understand_simply(parse.text, language=parse.language, today=today).intent.name
    # A search takes a single word ("partir"), which says too little against the model: "un salon pour partir".
    if named.startswith("search_") or named not in {intent.name for intent in likeliest(parse)}:
        return parse
    return replace(parse, intent=Intent(named, 1.0), source="rules")


def _step_named(answer: RasaTurn) -> str | None:
    """Return the step that Rasa's custom action named."""
    for message in answer.messages:
        if isinstance(message.custom, dict) and isinstance(step := message.custom.get("step"), str):
            return step
    return None


def rasa_conversation(turn: Turn) -> str:
    """Return the identity of the short Rasa conversation in use; a fresh one begins every few turns."""
    if turn.conversation.rasa_turns >= TURNS_PER_RASA_CONVERSATION:
        turn.conversation.rasa_epoch += 1
        turn.conversation.rasa_turns = 0
    return f"{turn.person.channel}-{turn.person.id}-{turn.conversation.rasa_epoch}"


def rasa_context(turn: Turn) -> dict[str, Any]:
    """Return what Rasa must know of the state to choose a step; sent at each turn, so that it may forget."""
    pending = turn.conversation.pending_question
    return {
        "language": turn.language,
        "pending_question": pending if pending in _ASKED_OF_RASA else "none",
        "has_search": turn.conversation.criteria is not None,
        "has_list": turn.conversation.list_id is not None,
    }


@contextlib.asynccontextmanager
async def _typing_when_slow(turn: Turn, show_typing: ShowTyping) -> AsyncIterator[None]:
    async def later() -> None:
        await asyncio.sleep(0.7)
        await show_typing(turn)

    task = asyncio.create_task(later())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
