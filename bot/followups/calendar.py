"""The departure plan as a calendar file (RFC 5545), for the calendar of a telephone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from bot.followups.plans import Plan
from bot.locales.service import say

# Ten in the morning, two days before: an all-day event begins at midnight.
_REMINDED = timedelta(hours=-38)
_SPACE = uuid.UUID("6f1d2a52-6c1b-5e0f-9f0e-2b7d1c9d6a11")
_DEPARTURE = "departure"


def calendar_file(plan: Plan, *, title: str, todo: Mapping[str, str], language: str, today: date, now: datetime) -> str:
    """Return the steps still to be done, and the departure, as all-day events with a reminder two days before.

    An event keeps its identity when the file is made again, and nothing in it names or numbers the person. What should
    have been done already is today's.

    Args:
        plan: of the departure.
        title: of the offer.
        todo: what to do at each step, in plain text.
        language: of the words.
        today: the person's day.
        now: when the file is made.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Escale//Departure plan//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for step in plan.steps:
        if not step.is_done:
            summary = say(f"followups.step_{step.code}", language)
            event = _event(plan, step.code, max(step.due_on, today), summary, now)
            event.add("description", f"{todo[step.code]}\n{title}")
            calendar.add_component(event)
    if plan.departs_on >= today:
        departure = say("followups.departure_event", language, title=title)
        calendar.add_component(_event(plan, _DEPARTURE, plan.departs_on, departure, now))
    content: bytes = calendar.to_ical()
    return content.decode("utf-8")


def _event(plan: Plan, code: str, day: date, summary: str, now: datetime) -> Event:
    event = Event()
    identity = uuid.uuid5(_SPACE, f"{plan.offer_id}:{code}:{plan.made_at.isoformat()}")
    event.add("uid", f"{identity}@escale")
    event.add("dtstamp", now)
    # A later file replaces an earlier one.
    event.add("sequence", max(0, int((now - plan.made_at).total_seconds() // 60)))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", summary)
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", _REMINDED)
    event.add_component(alarm)
    return event
