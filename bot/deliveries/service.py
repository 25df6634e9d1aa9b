"""The ledger's public face: what other packages may call."""

from bot.deliveries.composing import Compose, Composed, Push, Recipient
from bot.deliveries.ledger import Planned, count_deliveries, drop_due, plan_deliveries, settle
from bot.deliveries.preferences import agree, preferences_of, stop_campaigns, stop_pushes

__all__ = [
    "Compose",
    "Composed",
    "Planned",
    "Push",
    "Recipient",
    "agree",
    "count_deliveries",
    "drop_due",
    "plan_deliveries",
    "preferences_of",
    "settle",
    "stop_campaigns",
    "stop_pushes",
]
