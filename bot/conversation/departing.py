"""The plan of a departure: shown, ticked, moved to another day, put in a calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.catalogue.models import Offer
from bot.catalogue.service import load_offers
from bot.catalogue.wording import day, month
from bot.chat.formatting import escape, shortened
from bot.chat.keyboards import Button
from bot.chat.reading import plain_text
from bot.conversation.answers import resume_rows
from bot.conversation.asking import note_subject
from bot.conversation.card_questions import OFFERS, open_card
from bot.conversation.context import DEPARTURE
from bot.conversation.following import plan_button
from bot.conversation.plan_cards import label_of, plan_line, plan_rows, plan_text, steps_left
from bot.conversation.replies import Reply, Turn
from bot.conversation.telling import situation_of
from bot.followups.service import (
    Plan,
    PlannedStep,
    calendar_file,
    departure_of,
    keep_offer,
    kept_offers,
    known_steps,
    make_plan,
    plan_of,
    tick_step,
)
from bot.kit.errors import UserError
from bot.knowledge.service import Entry, Situation, Truth, judge, read_library
from bot.locales.service import say
from bot.outbox.service import enqueue_call
from bot.understanding.models import Parse

PLAN_DATE = "plan_date"
FILE_NAME = "escale.ics"
_MONTHS_OFFERED = 6
_MOST_KEPT, _LONGEST_LABEL = 6, 40
_ADULT = 18


async def show_plan_asked(turn: Turn) -> Reply:
    """Show the plan of the offer whose card is open, or of the one that is kept; of several, ask which."""
    opened = await open_card(turn)
    kept = [opened] if opened else await kept_offers(turn.session, person_id=turn.person.id, most=_MOST_KEPT)
    offers = await load_offers(turn.session, kept)
    known = [offers[offer_id] for offer_id in kept if offer_id in offers]
    if not known:
        return Reply(say("search.saved_none", turn.language), resume_rows(turn))
    if len(known) == 1:
        return await show_plan(turn, known[0].id)
    rows = [[Button(shortened(offer.title, _LONGEST_LABEL), "plan_show", {"offer_id": offer.id})] for offer in known]
    return Reply(say("followups.which_plan", turn.language), rows)


async def show_plan(turn: Turn, offer_id: int, *, departs_on: date | None = None, first: int = 0) -> Reply:
    """Show the plan of a departure, made now if there is none; without a first day, ask for it.

    Args:
        turn: the turn.
        offer_id: the offer; it is kept from now on if it was not.
        departs_on: the first day that the person has just given.
        first: the step from which there are buttons.

    Raises:
        UserError: the offer is gone.
    """
    offer = await _offer(turn, offer_id)
    if await keep_offer(turn.session, offer_id, person_id=turn.person.id, now=turn.now):
        turn.notes.append(say("followups.kept_too", turn.language))
    planned = await plan_of(turn.session, offer_id, person_id=turn.person.id)
    first_day = departs_on or (planned.departs_on if planned else departure_of(offer, today=turn.today))
    if first_day is None:
        return ask_departure(turn, offer_id)
    plan = await make_plan(
        turn.session, offer, person_id=turn.person.id, departs_on=first_day, situation=_situation(turn, offer),
        now=turn.now,
    )  # fmt: skip
    turn.conversation.pending_question = None
    return await plan_shown(turn, plan, first=first)


async def plan_shown(turn: Turn, plan: Plan, *, first: int = 0) -> Reply:
    """Return a plan as it is shown; its offer is what is talked of from now on.

    Raises:
        UserError: the offer is gone.
    """
    offer = await _offer(turn, plan.offer_id)
    turn.conversation.offer_id = offer.id
    note_subject(turn, OFFERS, str(offer.id))
    return Reply(plan_text(turn, offer, plan), plan_rows(turn, plan, first=first), in_place=True)


def ask_departure(turn: Turn, offer_id: int) -> Reply:
    """Ask when the person leaves: a month by a button, a day in words."""
    turn.conversation.pending_question = DEPARTURE
    turn.conversation.offer_id = offer_id
    firsts = [_month_start(turn.today, ahead) for ahead in range(1, _MONTHS_OFFERED + 1)]
    buttons = [
        Button(month(first, turn.language), "plan_date", {"offer_id": offer_id, "day": first.isoformat()})
        for first in firsts
    ]
    rows = [buttons[rank : rank + 2] for rank in range(0, len(buttons), 2)]
    return Reply(say("followups.when", turn.language), rows)


async def set_departure(turn: Turn, offer_id: int, written: str) -> Reply:
    """Plan a departure for the day that a button holds.

    Raises:
        UserError: that day has passed, or the offer is gone.
    """
    first_day = date.fromisoformat(written)
    if first_day <= turn.today:
        raise UserError("chat.button_expired")
    return await show_plan(turn, offer_id, departs_on=first_day)


async def departure_said(turn: Turn, parse: Parse) -> Reply:
    """Plan a departure for the day that was written, else ask again."""
    offer_id, first_day = turn.conversation.offer_id, day_said(parse)
    if offer_id is None:
        return await show_plan_asked(turn)
    if first_day is None or first_day <= turn.today:
        return ask_departure(turn, offer_id)
    return await show_plan(turn, offer_id, departs_on=first_day)


def day_said(parse: Parse) -> date | None:
    """Return the first day of the window that a message names, if any."""
    norms = (entity.norm for entity in parse.entities if entity.entity == "date" and entity.role is None)
    norm = next((norm for norm in norms if isinstance(norm, dict) and norm.get("start")), None)
    return date.fromisoformat(str(norm["start"])) if norm else None


async def tick(turn: Turn, offer_id: int, step: str, *, done: bool) -> Reply:
    """Tick a step, or untick it, and show the plan again.

    Raises:
        UserError: the plan or the step is gone.
    """
    if not await tick_step(turn.session, offer_id, step, person_id=turn.person.id, done=done, now=turn.now):
        raise UserError("chat.button_expired")
    toast = say("followups.ticked" if done else "followups.unticked", turn.language)
    return replace(await plan_shown(turn, await _plan(turn, offer_id)), toast=toast)


async def show_details(turn: Turn, offer_id: int) -> Reply:
    """Say what to do at each step that is left, when, and where it is written; with the sheets as buttons.

    Raises:
        UserError: the plan is gone.
    """
    offer, plan = await _offer(turn, offer_id), await _plan(turn, offer_id)
    sheets = await _sheets(turn, offer, plan)
    blocks = [_detail(turn, plan, step, sheets.get(step.code)) for step in steps_left(turn, plan)]
    shown = {f"{topic}/{entry.id}": (topic, entry) for topic, entry in sheets.values()}
    rows = [
        [
            Button(
                shortened(entry.names.said(turn.language), _LONGEST_LABEL),
                "show_sheet",
                {"topic": topic, "id": entry.id},
            )
        ]
        for topic, entry in shown.values()
    ]
    return Reply("\n\n".join(blocks) or plan_text(turn, offer, plan), [*rows, [plan_button(turn, offer_id)]])


async def send_calendar(turn: Turn, offer_id: int) -> Reply:
    """Send the plan as a calendar file; a terminal, which takes no file, shows its days.

    Raises:
        UserError: the plan is gone.
    """
    offer, plan = await _offer(turn, offer_id), await _plan(turn, offer_id)
    if turn.person.channel != "telegram":
        lines = [
            plan_line(turn, step, day(max(step.due_on, turn.today), turn.language)) for step in steps_left(turn, plan)
        ]
        return Reply("\n".join([say("followups.calendar_here", turn.language), *lines]))
    todo = {step.code: plain_text(say(f"followups.todo_{step.code}", turn.language)) for step in plan.steps}
    content = calendar_file(plan, title=offer.title, todo=todo, language=turn.language, today=turn.today, now=turn.now)
    caption = say("followups.calendar_caption", turn.language)
    await enqueue_call(
        turn.session, channel=turn.person.channel, chat_id=turn.person.chat_id, method="send_document",
        params={
            "chat_id": turn.person.chat_id, "document": {"filename": FILE_NAME, "content": content},
            "caption": caption,
        },
        now=turn.now, update_id=turn.inbox_id,
    )  # fmt: skip
    return Reply(toast=caption)


async def _offer(turn: Turn, offer_id: int) -> Offer:
    offer = (await load_offers(turn.session, [offer_id])).get(offer_id)
    if offer is None:
        raise UserError("chat.button_expired")
    return offer


async def _plan(turn: Turn, offer_id: int) -> Plan:
    plan = await plan_of(turn.session, offer_id, person_id=turn.person.id)
    if plan is None:
        raise UserError("chat.button_expired")
    return plan


def _situation(turn: Turn, offer: Offer) -> Situation:
    """Return what is known of the person, the stay being the offer's; an offer for adults tells that they are one."""
    stay: dict[str, Any] = {"destination": [place.country for place in offer.places], "kind": offer.kind}
    if offer.duration_min is not None or offer.duration_max is not None:
        bounds = (offer.duration_min, offer.duration_max)
        stay["months"] = [None if bound is None else float(bound) for bound in bounds]
    known = situation_of(turn, stay=stay)
    if not known.knows("age") and offer.age_min is not None and offer.age_min >= _ADULT:
        stay["age"] = [offer.age_min, None]
        known = situation_of(turn, stay=stay)
    return known


def _detail(turn: Turn, plan: Plan, step: PlannedStep, sheet: tuple[str, Entry] | None) -> str:
    is_late = step.is_late(turn.today)
    figure = say("followups.margin", turn.language)
    known = known_steps()[step.code]
    if sheet is not None and known.is_sourced and plan.departs_on - step.due_on == timedelta(days=known.days):
        figure = say("followups.sourced", turn.language, sheet=escape(sheet[1].names.said(turn.language)))
    when = say("followups.at_once", turn.language) if is_late else day(step.due_on, turn.language)
    todo = say(f"followups.todo_{step.code}", turn.language)
    return say("followups.details", turn.language, step=label_of(turn, step), day=when, todo=todo, figure=figure)


async def _sheets(turn: Turn, offer: Offer, plan: Plan) -> Mapping[str, tuple[str, Entry]]:
    """Return, by step, the first of its sheets that may apply to the person and the stay, with its topic."""
    library, situation = await read_library(turn.session), _situation(turn, offer)
    found: dict[str, tuple[str, Entry]] = {}
    for step in plan.steps:
        for source in known_steps()[step.code].sources if not step.is_done else ():
            topic, _, identity = source.partition("/")
            entry = library.get(topic, identity)
            if entry is not None and judge(getattr(entry, "conditions", ()), situation).truth is not Truth.NO:
                found.setdefault(step.code, (topic, entry))
    return found


def _month_start(today: date, ahead: int) -> date:
    years, rank = divmod(today.month - 1 + ahead, 12)
    return date(today.year + years, rank + 1, 1)
