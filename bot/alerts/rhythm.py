"""When a saved search tells what it found: at once, every day or every week, in the time zone of its person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.models import RHYTHMS, SavedSearch
from bot.deliveries.models import Delivery, PushPreferences
from bot.deliveries.service import next_slot

# After school; a Wednesday, when there is little of it in France.
DEFAULT_HOUR = 18
DEFAULT_WEEKDAY = 2
_HOURS, _WEEKDAYS = range(24), range(7)
_ROLLED_AT_ONCE = 500


@dataclass(frozen=True)
class CheckedRhythm:
    """A rhythm with the day and hour that it needs, and no others; see `SavedSearch`."""

    rhythm: str
    weekday: int | None
    hour: int | None


def check_rhythm(rhythm: str, *, weekday: int | None, hour: int | None) -> CheckedRhythm:
    """Return a rhythm with the day and hour that it needs, and no others.

    Raises:
        ValueError: there is no such rhythm, day or hour.
    """
    weekday = DEFAULT_WEEKDAY if weekday is None else weekday
    hour = DEFAULT_HOUR if hour is None else hour
    if rhythm not in RHYTHMS or weekday not in _WEEKDAYS or hour not in _HOURS:
        raise ValueError(f"no such rhythm: {rhythm}, weekday {weekday}, hour {hour}")
    return CheckedRhythm(rhythm, weekday if rhythm == "weekly" else None, None if rhythm == "at_once" else hour)


def first_slot(rhythm: CheckedRhythm | SavedSearch, preferences: PushPreferences, after: datetime) -> datetime | None:
    """Return the first moment after `after` at which a search tells; None when it does at once."""
    if rhythm.hour is None:
        return None
    return next_slot(preferences, hour=rhythm.hour, weekday=rhythm.weekday, after=after)


async def move_slots(session: AsyncSession, *, person_id: int, now: datetime) -> int:
    """Work out again when a person's searches tell, since their time zone, quiet hours or holidays changed.

    What they found and have not told moves with them. Returns how many searches have a time.
    """
    preferences = await session.get(PushPreferences, person_id, populate_existing=True)
    query = select(SavedSearch).where(SavedSearch.person_id == person_id, SavedSearch.next_at.is_not(None))
    searches = list(await session.scalars(query)) if preferences else []
    for search in searches:
        await move_slot(session, search, preferences, now=now)
    return len(searches)


async def move_slot(
    session: AsyncSession, search: SavedSearch, preferences: PushPreferences | None, *, now: datetime
) -> None:
    """Give a search its next time, and what it found and has not told the same; nothing without preferences."""
    if preferences is None:
        return
    search.next_at = first_slot(search, preferences, now)
    await session.flush()
    is_waiting = (Delivery.kind == "alert", Delivery.source_id == search.id, Delivery.status == "due")
    await session.execute(update(Delivery).where(*is_waiting).values(due_at=search.next_at or now))


async def roll_slots(session: AsyncSession, *, now: datetime) -> int:
    """Give the searches whose time has passed their next one; return how many, at most 500 at once.

    What they found keeps the time that it had: it is being told. Two that roll at once take different searches.
    """
    query = (
        select(SavedSearch, PushPreferences)
        .join(PushPreferences, PushPreferences.person_id == SavedSearch.person_id)
        .where(SavedSearch.next_at <= now, ~SavedSearch.is_paused)
        .order_by(SavedSearch.next_at)
        .limit(_ROLLED_AT_ONCE)
        .with_for_update(of=SavedSearch, skip_locked=True)
    )
    rows = (await session.execute(query)).all()
    for search, preferences in rows:
        search.next_at = first_slot(search, preferences, now)
    await session.flush()
    return len(rows)
