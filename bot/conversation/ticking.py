"""Ticking the steps of a departure by words: "j'ai fait mon passeport", "l'étape 3 est faite", "pas l'assurance"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.conversation.asking import is_waiting, subject_of
from bot.conversation.card_questions import OFFERS, open_card
from bot.conversation.departing import plan_shown
from bot.conversation.plan_cards import label_of, plan_rows, steps_left, tick_row
from bot.conversation.replies import Reply, Turn
from bot.conversation.tick_words import Said, said_of_steps
from bot.followups.service import Plan, PlannedStep, last_reminded, plan_of, tick_step
from bot.kit.errors import UserError
from bot.locales.service import say

TICK = "tick_steps"


async def is_ticking(turn: Turn) -> bool:
    """Say whether a message does nothing but tell which steps of the plan at hand are done, or are not."""
    said = () if is_waiting(turn.conversation) else said_of_steps(turn.text)
    plan = await _plan_at_hand(turn) if said else None
    return plan is not None and all(_are_of(plan, one) for one in said)


async def tick_said(turn: Turn) -> Reply:
    """Tick the steps that a message says are done, untick those that are not; in doubt, ask which with buttons.

    Raises:
        UserError: there is no plan any more.
    """
    plan, said = await _plan_at_hand(turn), said_of_steps(turn.text)
    if plan is None:
        raise UserError("chat.button_expired")
    known = _meant(turn, plan, said)
    if known is None:
        return _which(turn, plan, said)
    for code, is_done in known.items():
        await tick_step(turn.session, plan.offer_id, code, person_id=turn.person.id, done=is_done, now=turn.now)
    plan = await _plan_at_hand(turn) or plan
    told = [step for step in plan.steps if step.code in known]
    keys = {True: "followups.untick", False: "followups.not_done"}
    turn.notes += [say(keys[known[step.code]], turn.language, step=label_of(turn, step)) for step in told]
    shown = await plan_shown(turn, plan)
    return Reply(shown.text, [*(tick_row(turn, plan, step) for step in told if step.is_done), *shown.rows])


async def _plan_at_hand(turn: Turn) -> Plan | None:
    """Return the plan that is talked of: of the offer last shown, else the one that a message last reminded of."""
    subject = subject_of(turn)
    shown = int(subject[1]) if subject is not None and subject[0] == OFFERS else await open_card(turn)
    for offer_id in (shown, await last_reminded(turn.session, person_id=turn.person.id, now=turn.now)):
        plan = await plan_of(turn.session, offer_id, person_id=turn.person.id) if offer_id is not None else None
        if plan is not None:
            return plan
    return None


def _are_of(plan: Plan, said: Said) -> bool:
    """Say whether every step that is named is one of the plan's: a visa is none of a departure to Spain."""
    codes = {step.code for step in plan.steps}
    return all(named & codes for named in said.codes)


def _meant(turn: Turn, plan: Plan, said: Sequence[Said]) -> Mapping[str, bool] | None:
    """Return whether each step that is named is done, None when it is not sure which or whether."""
    shown = _as_shown(turn, plan)
    codes = {step.code for step in plan.steps}
    found: dict[str, bool] = {}
    for one in said:
        named = [named & codes for named in one.codes]
        named += [frozenset({step.code for step in shown[rank - 1 : rank]}) for rank in one.ranks if rank]
        is_clear = one.is_sure and len(named) == len(one.codes) + len(one.ranks)
        if not is_clear or any(len(meant) != 1 for meant in named) or (one.codes and one.ranks):
            return None
        found |= {code: one.is_done for meant in named for code in meant}
    return found


def _which(turn: Turn, plan: Plan, said: Sequence[Said]) -> Reply:
    """Ask which step is done, between those that the words may name, else all."""
    shown = _as_shown(turn, plan)
    named = frozenset[str]().union(*(codes for one in said for codes in one.codes))
    pointed = [shown[rank - 1].code for one in said for rank in one.ranks if 0 < rank <= len(shown)]
    choices = [step for step in shown if step.code in (*named, *pointed)]
    text = say("followups.which_step", turn.language)
    return Reply(text, [tick_row(turn, plan, step) for step in choices] if choices else plan_rows(turn, plan))


def _as_shown(turn: Turn, plan: Plan) -> list[PlannedStep]:
    """Return the steps in the order in which the plan shows them."""
    return [*steps_left(turn, plan), *(step for step in plan.steps if step.is_done)]
