"""The ledger's public face: what other packages may call."""

from bot.deliveries.calendar import is_quiet_hour, next_slot
from bot.deliveries.composing import Compose, Composed, Push, Recipient, recipient_of
from bot.deliveries.ledger import drop_due, settle
from bot.deliveries.messages import Letter, write_messages
from bot.deliveries.preferences import (
    YOUNGEST,
    agree,
    infer_zone,
    let_agree,
    preferences_of,
    resume_campaigns,
    resume_pushes,
    set_follows_kept,
    set_holidays_off,
    set_most_a_day,
    set_quiet_hours,
    set_zone,
    stop_campaigns,
    stop_pushes,
    stop_too_young,
    stop_unreachable,
)
from bot.deliveries.report import Figures, report_by_day, report_by_language, sum_of
from bot.deliveries.staleness import LIFETIMES

__all__ = [
    "LIFETIMES",
    "YOUNGEST",
    "Compose",
    "Composed",
    "Figures",
    "Letter",
    "Push",
    "Recipient",
    "agree",
    "drop_due",
    "infer_zone",
    "is_quiet_hour",
    "let_agree",
    "next_slot",
    "preferences_of",
    "recipient_of",
    "report_by_day",
    "report_by_language",
    "resume_campaigns",
    "resume_pushes",
    "set_follows_kept",
    "set_holidays_off",
    "set_most_a_day",
    "set_quiet_hours",
    "set_zone",
    "settle",
    "stop_campaigns",
    "stop_pushes",
    "stop_too_young",
    "stop_unreachable",
    "sum_of",
    "write_messages",
]
