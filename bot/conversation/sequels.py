"""What the turns before make of a message: the way back, a line of the open card, a sheet, a sequel to the last."""

from __future__ import annotations

from bot.conversation.alert_context import RESUME as RESUME_PUSHES
from bot.conversation.alert_context import alert_step
from bot.conversation.asking import is_waiting, waiting_for
from bot.conversation.card_questions import is_on_card
from bot.conversation.context import DEPARTURE
from bot.conversation.departing import PLAN_DATE, day_said
from bot.conversation.eligibility import is_sequel
from bot.conversation.following import step_on_kept
from bot.conversation.markers import is_resuming, is_seeking
from bot.conversation.naming import is_naming
from bot.conversation.papers import VISA, is_minor_alone
from bot.conversation.preferring import is_stopped
from bot.conversation.programmes import is_what_is
from bot.conversation.refinement import names_something, programmes_of
from bot.conversation.replies import Turn
from bot.conversation.rhythms import is_resume
from bot.conversation.telling import destination_said
from bot.conversation.ticking import TICK, is_ticking
from bot.understanding.models import Parse
from bot.understanding.service import EMERGENCY

RESUME = "resume_search"
ON_CARD = "answer_on_card"


async def step_in_context(turn: Turn, parse: Parse, step: str) -> str:
    """Return the step that a message means where the conversation stands; distress changes for nothing."""
    if step == EMERGENCY:
        return step
    if (on_kept := await _step_on_kept(turn, parse)) is not None:
        return on_kept
    if is_resume(parse.text) and not is_waiting(turn.conversation) and await is_stopped(turn):
        return RESUME_PUSHES
    return alert_step(turn, parse, step) or await _of_what_was_shown(turn, parse, step)


async def _step_on_kept(turn: Turn, parse: Parse) -> str | None:
    is_day_asked = turn.conversation.pending_question == DEPARTURE
    if is_day_asked and day_said(parse) is not None:
        return PLAN_DATE
    return await step_on_kept(turn) or (TICK if await is_ticking(turn) else None)


async def _of_what_was_shown(turn: Turn, parse: Parse, step: str) -> str:
    if _is_way_back(turn, parse):
        return RESUME
    if await is_naming(turn, parse):
        return "show_details"
    if await is_on_card(turn, parse):
        return ON_CARD
    if await is_what_is(turn, parse):
        return "answer_programme"
    if _is_other_permit(turn, parse) or is_minor_alone(turn, parse):
        return "answer_visa"
    return "answer_eligibility" if is_sequel(turn, parse) else step


def _is_other_permit(turn: Turn, parse: Parse) -> bool:
    """Say whether "pvt australie coût" comes while a question on a visa waits: the same ask, about another country."""
    waiting = waiting_for(turn.conversation)
    is_named = bool(programmes_of(parse.entities)) and bool(destination_said(parse))
    return waiting is not None and waiting[0] == VISA.name and is_named and not is_seeking(parse.text)


def _is_way_back(turn: Turn, parse: Parse) -> bool:
    """Say whether "on reprend" means the running search; without one, it means the questions under way."""
    has_search = turn.conversation.criteria is not None
    return is_resuming(turn.text) and not names_something(parse) and (has_search or not is_waiting(turn.conversation))
