"""Who writes the messages that are sent by themselves: one line for each kind of delivery."""

from __future__ import annotations

from collections.abc import Mapping

from bot.deliveries.service import Compose


def list_composers() -> Mapping[str, Compose]:
    """Return the composer of each kind of delivery; what has none stays due."""
    return {}
