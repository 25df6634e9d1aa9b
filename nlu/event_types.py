"""Finds the class of a stored event without walking through all the classes each time."""

from functools import lru_cache
from typing import Optional, Text, Type


def remember_event_types() -> None:
    """Make Rasa look up each kind of event once: it looks for every event of a conversation, at every turn."""
    from rasa.shared.core.events import Event

    resolve = Event.resolve_by_type

    @lru_cache(maxsize=256)
    def resolved(type_name: Text, default: Optional[Type[Event]] = None) -> Optional[Type[Event]]:
        return resolve(type_name, default)

    Event.resolve_by_type = staticmethod(resolved)
