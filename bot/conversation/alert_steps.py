"""The steps about alerts and what comes by itself, taken for a message or a command."""

from __future__ import annotations

from bot.conversation import alerting, explaining, managing, preferring
from bot.conversation.alert_context import (
    AWAY,
    CALL,
    LIMIT,
    LIVE,
    MANAGE,
    NO_CAMPAIGNS,
    RESUME,
    SETTINGS,
    STOP,
    SUBSCRIBE,
    WHY,
)
from bot.conversation.replies import Reply, Turn
from bot.conversation.wishes import wishes_in
from bot.kit.embedding import Embedder
from bot.kit.masking import mask
from bot.understanding.models import Parse


async def take_alert_step(turn: Turn, step: str, parse: Parse, *, embedder: Embedder) -> Reply | None:
    """Take a step about alerts; None when the step is none of them."""
    if step == SUBSCRIBE:
        return await alerting.subscribe(turn, parse, embedder=embedder)
    if step == MANAGE:
        return await managing.manage(turn, parse)
    if step == CALL:
        return await managing.name_alert(turn, mask(parse.text))
    if step == LIVE:
        return await preferring.note_home(turn, parse)
    if step == LIMIT:
        return await preferring.limit(turn, wishes_in(parse.text))
    taken = _OF_PUSHES.get(step)
    return await taken(turn) if taken is not None else None


_OF_PUSHES = {
    STOP: preferring.stop,
    RESUME: preferring.resume,
    SETTINGS: preferring.show_settings,
    NO_CAMPAIGNS: preferring.refuse_campaigns,
    WHY: explaining.explain,
    AWAY: preferring.offer_pause,
}
