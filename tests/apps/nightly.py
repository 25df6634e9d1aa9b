"""The chores that have one clock time a day, unlike those of every few seconds and of every hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.apps.scheduler import list_chores
from bot.kit.clock import TOWN_ZONE
from bot.queue.chores import Chore


def is_daily(chore: Chore) -> bool:
    """Whether a chore has one clock time a day."""
    noon = datetime(2026, 11, 23, 12, tzinfo=TOWN_ZONE)
    first = chore.trigger.get_next_fire_time(None, noon)
    second = chore.trigger.get_next_fire_time(None, first + timedelta(seconds=1))
    return bool(second - first == timedelta(days=1))


DAILY = tuple(chore for chore in list_chores() if is_daily(chore))
