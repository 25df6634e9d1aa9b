"""Who writes the messages that are sent by themselves: one line for each kind of delivery."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from bot.alerts.service import compose_alerts, compose_silence
from bot.apps.campaigns import too_young
from bot.campaigns.service import compose_campaigns
from bot.deliveries.service import Compose
from bot.followups.service import compose_changes, compose_questions, compose_reminders, compose_steps
from bot.kit.settings import Settings


def list_composers(settings: Settings) -> Mapping[str, Compose]:
    """Return the composer of each kind of delivery; what has none stays due."""
    return {
        "alert": compose_alerts,
        "change": compose_changes,
        "reminder": compose_reminders,
        "step": compose_steps,
        "question": compose_questions,
        "silence": compose_silence,
        "campaign": partial(compose_campaigns, operator=settings.operator_name, too_young=too_young()),
    }
