"""Who writes the messages that are sent by themselves: one line for each kind of delivery."""

from __future__ import annotations

from collections.abc import Mapping

from bot.alerts.digests import compose_alerts
from bot.deliveries.service import Compose
from bot.followups.service import compose_changes, compose_questions, compose_reminders, compose_steps


def list_composers() -> Mapping[str, Compose]:
    """Return the composer of each kind of delivery; what has none stays due."""
    return {
        "alert": compose_alerts,
        "change": compose_changes,
        "reminder": compose_reminders,
        "step": compose_steps,
        "question": compose_questions,
    }
