"""Distress: help lines at once, nothing else under them, and an operator who is told to look."""

from __future__ import annotations

from bot.chat.keyboards import forget_last_buttons
from bot.conversation.replies import Reply, Turn
from bot.locales.service import say
from bot.transcripts.service import flag_conversation
from bot.understanding.service import EMERGENCY


async def answer_emergency(turn: Turn) -> Reply:
    """Give the help lines, without buttons or offers, and flag the conversation; nothing asked before is waited for.

    A "non" that follows answers what was just said, and no question on a scholarship asked before it.
    """
    await flag_distress(turn)
    turn.conversation.pending_question = turn.conversation.flow = None
    forget_last_buttons(turn.session, person_id=turn.person.id, now=turn.now)
    return Reply(say("answers.emergency", turn.language))


async def flag_distress(turn: Turn) -> None:
    """Tell the operators of a message that shows distress, answered or not."""
    await flag_conversation(turn.session, person_id=turn.person.id, reason=EMERGENCY, now=turn.now)
