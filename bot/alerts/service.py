"""Alerts' public face: what other packages may call."""

from bot.alerts.digests import compose_alerts
from bot.alerts.keeping import (
    LONGEST_NAME,
    change_rhythm,
    delete_search,
    delete_searches,
    find_search,
    list_searches,
    pause_search,
    pause_searches,
    rename_search,
    resume_search,
)
from bot.alerts.rhythm import DEFAULT_HOUR, DEFAULT_WEEKDAY, move_slots
from bot.alerts.saving import MOST_SEARCHES, save_search
from bot.alerts.silence import compose_silence, people_to_erase, take_silenced
from bot.alerts.wording import search_label, search_words

__all__ = [
    "DEFAULT_HOUR",
    "DEFAULT_WEEKDAY",
    "LONGEST_NAME",
    "MOST_SEARCHES",
    "change_rhythm",
    "compose_alerts",
    "compose_silence",
    "delete_search",
    "delete_searches",
    "find_search",
    "list_searches",
    "move_slots",
    "pause_search",
    "pause_searches",
    "people_to_erase",
    "rename_search",
    "resume_search",
    "save_search",
    "search_label",
    "search_words",
    "take_silenced",
]
