"""What people do with their saved searches: list, rename, pause, resume, change the rhythm, delete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.handing import tell_soonest, withdraw_found
from bot.alerts.models import SavedSearch
from bot.alerts.rhythm import check_rhythm, move_slot
from bot.deliveries.service import preferences_of

LONGEST_NAME = 40


async def list_searches(session: AsyncSession, *, person_id: int) -> list[SavedSearch]:
    """Return a person's saved searches, the oldest first: their ranks stay the same."""
    query = select(SavedSearch).where(SavedSearch.person_id == person_id).order_by(SavedSearch.id)
    return list(await session.scalars(query))


async def find_search(session: AsyncSession, search_id: int, *, person_id: int) -> SavedSearch | None:
    """Return one of a person's own saved searches, or None."""
    search = await session.get(SavedSearch, search_id)
    return search if search is not None and search.person_id == person_id else None


async def rename_search(session: AsyncSession, search: SavedSearch, *, name: str | None, now: datetime) -> None:
    """Call a search as its person wants, in 40 letters at most; None or blanks: by its criteria again."""
    search.name = " ".join((name or "").split())[:LONGEST_NAME] or None
    search.updated_at = now
    await session.flush()


async def pause_search(session: AsyncSession, search: SavedSearch, *, now: datetime) -> int:
    """Tell nothing of a search until it is resumed; return how many findings are withdrawn before they left.

    Those that another search of the same person found too are told by it, at its own rhythm.
    """
    return await pause_searches(session, [search], now=now)


async def pause_searches(session: AsyncSession, searches: Sequence[SavedSearch], *, now: datetime) -> int:
    """Pause all of these, as `pause_search` does one: none hands over to another that is paused in its turn."""
    for search in searches:
        search.is_paused = True
        search.updated_at = now
    await session.flush()
    return sum([await withdraw_found(session, search.id, now=now) for search in searches])


async def resume_search(session: AsyncSession, search: SavedSearch, *, now: datetime) -> None:
    """Tell again what a search finds from now on."""
    search.is_paused = False
    search.updated_at = now
    await move_slot(session, search, await preferences_of(session, search.person_id), now=now)


async def change_rhythm(
    session: AsyncSession,
    search: SavedSearch,
    *,
    rhythm: str,
    weekday: int | None = None,
    hour: int | None = None,
    now: datetime,
) -> None:
    """Tell a search's findings at another rhythm, those that wait included; never later than another search would.

    A day and an hour that are not given stay as they were.

    Raises:
        ValueError: there is no such rhythm, day or hour.
    """
    weekday = search.weekday if weekday is None else weekday
    chosen = check_rhythm(rhythm, weekday=weekday, hour=search.hour if hour is None else hour)
    search.rhythm, search.weekday, search.hour = chosen.rhythm, chosen.weekday, chosen.hour
    search.updated_at = now
    await move_slot(session, search, await preferences_of(session, search.person_id), now=now)
    await tell_soonest(session, person_id=search.person_id, now=now)


async def delete_search(session: AsyncSession, search: SavedSearch, *, now: datetime) -> int:
    """Forget a search; return how many findings are withdrawn before they left, which no other search tells."""
    return await delete_searches(session, [search], now=now)


async def delete_searches(session: AsyncSession, searches: Sequence[SavedSearch], *, now: datetime) -> int:
    """Forget all of these, as `delete_search` does one: none hands over to another that goes in its turn."""
    search_ids = [search.id for search in searches]
    for search in searches:
        await session.delete(search)
    await session.flush()
    return sum([await withdraw_found(session, search_id, now=now) for search_id in search_ids])
