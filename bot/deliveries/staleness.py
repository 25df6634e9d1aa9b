"""How long a thing is worth telling: from `stale_at` on it is dropped instead, and counted as stale.

The rule, by kind:

- an **alert**: 14 days; an offer found a fortnight ago is in no news any more (an earlier deadline of the offer ends it
  sooner);
- a **change** or a **question**: 7 days;
- a **reminder** or a **step** belongs to a day of the person: it is told that day or not at all, so it ends with it;
- a **campaign** has an end of its own, 7 days after it began to leave when its authors gave none.

What became due in quiet hours waits for their end if that comes before `stale_at`; nothing is told at 3 in the morning
because it would be too late at 8.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.deliveries.calendar import moment_at

LIFETIMES = {
    "alert": timedelta(days=14),
    "change": timedelta(days=7),
    "question": timedelta(days=7),
    "campaign": timedelta(days=7),
}


def stale_after(kind: str, due_at: datetime, *, until: datetime | None = None) -> datetime:
    """Return when a delivery of this kind that is due at `due_at` is worth telling no more.

    Args:
        kind: alert, change, question or campaign; a reminder or a step ends with its day, see `end_of_day`.
        due_at: when it may first be told.
        until: when the matter itself ends, such as the offer's deadline or the campaign's own end. It ends an alert,
            a change or a question sooner, and decides alone for a campaign.
    """
    if kind == "campaign" and until is not None:
        return until
    ordinary = due_at + LIFETIMES[kind]
    return ordinary if until is None else min(ordinary, until)


def end_of_day(day: date, zone: str) -> datetime:
    """Return when a person's day ends (IANA time zone): the stale moment of a reminder or a step that belongs to it."""
    return moment_at(day + timedelta(days=1), 0, zone)
