"""The plan of a departure as it is shown: its steps in one message, and a few buttons to tick them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.catalogue.models import Offer
from bot.catalogue.wording import day, short_day
from bot.chat.formatting import escape, shortened, visible_length
from bot.chat.keyboards import Button
from bot.conversation.replies import Turn, room
from bot.followups.service import Plan, PlannedStep, rank_of
from bot.locales.service import say

MOST_TICKS = 3  # more buttons than that hide what they are for
_LONGEST_TITLE = 60
_YEAR = timedelta(days=330)  # within it a day and a month name one day only


def steps_left(turn: Turn, plan: Plan) -> list[PlannedStep]:
    """Return the steps still to be done: those that are late as an adviser would take them, then by day."""
    left = [step for step in plan.steps if not step.is_done]
    late = sorted((step for step in left if step.is_late(turn.today)), key=lambda step: rank_of(step.code))
    return [*late, *(step for step in left if step not in late)]


def plan_text(turn: Turn, offer: Offer, plan: Plan) -> str:
    """Return the plan in one message: late steps, then those to come, then those done, as many as there is room for."""
    values = {"title": escape(shortened(offer.title, _LONGEST_TITLE)), "day": day(plan.departs_on, turn.language)}
    blocks = [say("followups.plan", turn.language, **values)]
    left_over = steps_left(turn, plan)
    late = [step for step in left_over if step.is_late(turn.today)]
    if late:
        lines = [say("followups.plan_late", turn.language, step=label_of(turn, step)) for step in late]
        blocks.append("\n".join([say("followups.plan_now", turn.language), *lines]))
    coming = [step for step in left_over if step not in late]
    lines = [plan_line(turn, step, _short_day(step.due_on, turn)) for step in coming]
    done = [say("followups.plan_done", turn.language, step=label_of(turn, step)) for step in plan.steps if step.is_done]
    whole = _joined([*blocks, "\n".join(lines), "\n".join(done)])
    for left in range(len(lines), -1, -1):
        if visible_length(whole) <= room(turn):
            break
        more = say("followups.plan_more", turn.language, count=len(lines) - left)
        whole = _joined([*blocks, "\n".join([*lines[:left], *([more] if left < len(lines) else [])])])
    return whole


def _joined(blocks: Sequence[str]) -> str:
    return "\n\n".join(block for block in blocks if block)


def plan_rows(turn: Turn, plan: Plan, *, first: int = 0) -> list[list[Button]]:
    """Return the buttons of a plan: a few steps to tick, those to be done next first, and what else there is to do."""
    known = {"offer_id": plan.offer_id}
    steps = [*steps_left(turn, plan), *(step for step in plan.steps if step.is_done)]
    ticks = [tick_row(turn, plan, step) for step in steps[first : first + MOST_TICKS]]
    after = first + MOST_TICKS
    others = {**known, "first": after if after < len(steps) else 0}
    more = [[Button(say("followups.other_ticks", turn.language), "plan_show", others)]] * (len(steps) > MOST_TICKS)
    details = Button(say("followups.details_button", turn.language), "plan_details", known)
    calendar = Button(say("followups.calendar_button", turn.language), "plan_ics", known)
    change = Button(say("followups.change_date", turn.language), "plan_when", known)
    see = Button(say("followups.see_offer", turn.language), "show_offer", known)
    return [*ticks, *more, [details], [calendar, change], [see]]


def label_of(turn: Turn, step: PlannedStep) -> str:
    """Return the name of a step."""
    return say(f"followups.step_{step.code}", turn.language)


def plan_line(turn: Turn, step: PlannedStep, when: str) -> str:
    """Return the line of a step and its day."""
    return say("followups.plan_line", turn.language, day=when, step=label_of(turn, step))


def tick_row(turn: Turn, plan: Plan, step: PlannedStep) -> list[Button]:
    """Return the button that ticks a step, or unticks one that is done."""
    key = "followups.untick" if step.is_done else "followups.tick"
    arguments = {"offer_id": plan.offer_id, "step": step.code, "done": not step.is_done}
    return [Button(say(key, turn.language, step=label_of(turn, step)), "plan_tick", arguments)]


def _short_day(value: date, turn: Turn) -> str:
    return short_day(value, turn.language, with_year=value - turn.today >= _YEAR)
