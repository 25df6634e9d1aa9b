"""Logs what came in, masked, with what was understood of it."""

from __future__ import annotations

from prometheus_client import Counter

from bot.conversation.decisions import decided, masked
from bot.conversation.replies import Turn
from bot.kit.masking import mask
from bot.transcripts.service import BUTTON, log_message
from bot.understanding.models import Parse

_turns = Counter("escale_turns_total", "Turns by who understood them", ["source"])


async def log_press(turn: Turn, verb: str, *, intent: str = BUTTON) -> None:
    """Log a pressed button."""
    turn.text = f"[{verb}]"
    await log_incoming(turn, decided(turn.text, language=turn.language, intent=intent), source=BUTTON)
    turn.text = ""


async def log_incoming(turn: Turn, parse: Parse, *, intent: str | None = None, source: str | None = None) -> None:
    """Log what came in, masked, with what was understood."""
    entities = [masked(entity.to_json()) for entity in parse.entities]
    await log_message(
        turn.session,
        person_id=turn.person.id,
        text=mask(turn.text),
        language=turn.language,
        intent=intent or parse.intent.name,
        confidence=parse.intent.confidence,
        entities=entities,
        source=source or parse.source,
        model_version=parse.model,
        update_id=turn.inbox_id,
        now=turn.now,
    )
    _turns.labels(source or parse.source).inc()
