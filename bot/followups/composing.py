"""Writes the messages of kept offers: reminders, changes, "as-tu postulé ?", steps of a departure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.cards import own_words
from bot.catalogue.models import Offer, OfferRevision
from bot.catalogue.service import is_available, load_offers
from bot.catalogue.wording import day
from bot.chat.formatting import shortened
from bot.chat.keyboards import Button
from bot.deliveries.models import Delivery
from bot.deliveries.service import Composed, Push, Recipient
from bot.followups.applications import OVER, SENT
from bot.followups.changes import News, difference_lines, news_of
from bot.followups.models import APPLICATIONS
from bot.followups.plans import PlannedStep, plan_of
from bot.followups.queries import applications
from bot.followups.steps import rank_of
from bot.kit.clock import local_day
from bot.locales.service import say

# Offers in one reminder: more would be a list that nobody reads.
_MOST_TOGETHER = 5
_MOST_TICKS = 3
_LONGEST_TITLE, _LONGEST_LABEL = 90, 40
STATES = (*APPLICATIONS[1:], APPLICATIONS[0])  # in the order of their buttons: "not yet" comes last


async def compose_reminders(session: AsyncSession, recipient: Recipient, due: Sequence[Delivery]) -> Composed:
    """Remind of deadlines, a few offers together; those that closed or were answered meanwhile are dropped."""
    groups, gone = await _by_offer(session, recipient, due)
    today, alive = local_day(recipient.now), []
    states = await applications(session, [offer.id for offer, _ in groups], person_id=recipient.person.id)
    for offer, deliveries in groups:
        is_told = is_available(offer, today=today) and offer.deadline is not None
        if is_told and states[offer.id] not in (*SENT, *OVER):
            alive.append((offer, deliveries))
        else:
            gone += deliveries
    alive.sort(key=lambda pair: str(pair[0].deadline))
    parts = [alive[start : start + _MOST_TOGETHER] for start in range(0, len(alive), _MOST_TOGETHER)]
    return _composed([_reminder(recipient, part) for part in parts], gone)


async def compose_changes(session: AsyncSession, recipient: Recipient, due: Sequence[Delivery]) -> Composed:
    """Tell, offer by offer, what differs from what the person was told; what was undone meanwhile is dropped."""
    groups, gone = await _by_offer(session, recipient, due)
    revisions = await _revisions(session, [offer.id for offer, _ in groups])
    pushes = []
    for offer, deliveries in groups:
        since = min(delivery.source_id or 0 for delivery in deliveries)
        news = news_of(offer, revisions.get(offer.id, []), since=since, today=local_day(recipient.now))
        push = _change(recipient, offer, deliveries, news) if news else None
        if push is None:
            gone += deliveries
        else:
            pushes.append(push)
    return _composed(pushes, gone)


async def compose_questions(session: AsyncSession, recipient: Recipient, due: Sequence[Delivery]) -> Composed:
    """Ask, offer by offer, what became of the application."""
    groups, gone = await _by_offer(session, recipient, due)
    states = await applications(session, [offer.id for offer, _ in groups], person_id=recipient.person.id)
    pushes = []
    for offer, deliveries in groups:
        if states[offer.id] is None and offer.status in ("published", "expired"):
            text = say("followups.question", recipient.voice, title=_title(offer, recipient.voice))
            rows = [*application_rows(offer.id, recipient.voice), _stop_row(recipient.voice)]
            pushes.append(Push(deliveries, text, rows))
        else:
            gone += deliveries
    return _composed(pushes, gone)


async def compose_steps(session: AsyncSession, recipient: Recipient, due: Sequence[Delivery]) -> Composed:
    """Remind of the steps of a departure, plan by plan; those ticked or moved meanwhile are dropped."""
    groups, gone = await _by_offer(session, recipient, due)
    pushes = []
    for offer, deliveries in groups:
        plan = await plan_of(session, offer.id, person_id=recipient.person.id)
        by_reason = {step_reason(step): step for step in plan.steps if not step.is_done} if plan else {}
        told = [delivery for delivery in deliveries if delivery.reason in by_reason]
        gone += [delivery for delivery in deliveries if delivery.reason not in by_reason]
        if told:
            pushes.append(_steps(recipient, offer, told, [by_reason[one.reason] for one in told]))
    return _composed(pushes, gone)


def step_reason(step: PlannedStep) -> str:
    """Return the reason under which the ledger reminds of a step: its day is part of it."""
    return f"step:{step.code}:{step.due_on.isoformat()}"


def application_rows(offer_id: int, language: str) -> list[list[Button]]:
    """Return the buttons that say what became of an application, two a row."""
    buttons = [
        Button(say(f"followups.state_{state}", language), "application_set", {"offer_id": offer_id, "state": state})
        for state in STATES
    ]
    return [buttons[rank : rank + 2] for rank in range(0, len(buttons), 2)]


def days_left(count: int, language: str) -> str:
    """Return how far a day is: "aujourd'hui", "demain", "dans 7 jours"."""
    near = {0: "followups.today", 1: "followups.tomorrow"}.get(count)
    return say(near, language) if near else say("followups.in_days", language, count=count)


def _reminder(recipient: Recipient, part: Sequence[tuple[Offer, list[Delivery]]]) -> Push:
    voice, lines = recipient.voice, []
    for offer, _ in part:
        assert offer.deadline is not None
        left = days_left(max(0, (offer.deadline - recipient.today).days), voice)
        values = {"title": _title(offer, voice), "day": day(offer.deadline, voice), "left": left}
        lines.append(say("followups.reminder_line", voice, **values))
    text = "\n\n".join([say("followups.reminder", voice, count=len(part)), *lines])
    covers = [delivery for _, deliveries in part for delivery in deliveries]
    if len(part) > 1:
        return Push(covers, text, [*([_offer_button(offer)] for offer, _ in part), _stop_row(voice)])
    offer = part[0][0]
    applied = {"offer_id": offer.id, "state": "applied"}
    rows = [
        [_see(offer, voice), Button(say("followups.state_applied", voice), "application_set", applied)],
        [_plan_button(offer.id, voice)],
        _stop_row(voice),
    ]
    return Push(covers, text, rows)


def _change(recipient: Recipient, offer: Offer, deliveries: Sequence[Delivery], news: News) -> Push | None:
    voice, title = recipient.voice, _title(offer, recipient.voice)
    lines = difference_lines(offer, news.before, voice)
    if news.what == "changed" and not lines:
        return None
    key = {"changed": "followups.changed", "closed": "followups.closed", "reopened": "followups.reopened"}[news.what]
    head = say(key, voice, title=title)
    if news.what == "closed":
        again = Button(say("followups.search_again", voice), "ask_kind")
        return Push(deliveries, head, [[again], _stop_row(voice)])
    rows = [[_see(offer, voice), _plan_button(offer.id, voice)], _stop_row(voice)]
    return Push(deliveries, "\n".join([head, *lines]), rows)


def _steps(recipient: Recipient, offer: Offer, told: Sequence[Delivery], steps: Sequence[PlannedStep]) -> Push:
    voice, lines, rows = recipient.voice, [], []
    for step in sorted(steps, key=lambda one: (one.due_on, rank_of(one.code))):
        label = say(f"followups.step_{step.code}", voice)
        values = {"step": label, "left": days_left(max(0, (step.due_on - recipient.today).days), voice)}
        lines.append(say("followups.step_line", voice, **values))
        tick = {"offer_id": offer.id, "step": step.code, "done": True}
        rows.append([Button(say("followups.tick", voice, step=label), "plan_tick", tick)])
    text = "\n".join([say("followups.steps_due", voice, title=_title(offer, voice)), *lines])
    return Push(told, text, [*rows[:_MOST_TICKS], [_plan_button(offer.id, voice)], _stop_row(voice)])


async def _by_offer(
    session: AsyncSession, recipient: Recipient, due: Iterable[Delivery]
) -> tuple[list[tuple[Offer, list[Delivery]]], list[Delivery]]:
    """Return the deliveries by offer, in the order in which they came due; and those of offers not kept any more."""
    grouped: dict[int, list[Delivery]] = {}
    gone: list[Delivery] = []
    for delivery in sorted(due, key=lambda one: (one.due_at, one.id)):
        if delivery.offer_id is None:
            gone.append(delivery)
        else:
            grouped.setdefault(delivery.offer_id, []).append(delivery)
    offers = await load_offers(session, grouped)
    kept = await applications(session, list(grouped), person_id=recipient.person.id)
    groups = []
    for offer_id, deliveries in grouped.items():
        if offer_id in offers and offer_id in kept:
            groups.append((offers[offer_id], deliveries))
        else:
            gone += deliveries
    return groups, gone


async def _revisions(session: AsyncSession, offer_ids: Sequence[int]) -> dict[int, list[OfferRevision]]:
    query = select(OfferRevision).where(OfferRevision.offer_id.in_(offer_ids))
    found: dict[int, list[OfferRevision]] = {}
    for revision in await session.scalars(query.order_by(OfferRevision.offer_id, OfferRevision.revision)):
        found.setdefault(revision.offer_id, []).append(revision)
    return found


def _composed(pushes: Sequence[Push], gone: Sequence[Delivery]) -> Composed:
    return Composed(pushes, {"gone": gone} if gone else {})


def _title(offer: Offer, language: str) -> str:
    return own_words(offer, shortened(offer.title, _LONGEST_TITLE), language)


def _offer_button(offer: Offer) -> Button:
    return Button(shortened(offer.title, _LONGEST_LABEL), "show_offer", {"offer_id": offer.id})


def _see(offer: Offer, language: str) -> Button:
    return Button(say("followups.see_offer", language), "show_offer", {"offer_id": offer.id})


def _plan_button(offer_id: int, language: str) -> Button:
    return Button(say("followups.plan_button", language), "plan_show", {"offer_id": offer_id})


def _stop_row(language: str) -> list[Button]:
    return [Button(say("followups.stop_button", language), "follow_kept", {"wanted": False})]
