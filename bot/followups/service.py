"""Kept offers' public face: what other packages may call."""

from bot.followups.applications import OVER, SENT, last_asked, last_reminded, set_application
from bot.followups.calendar import calendar_file
from bot.followups.composing import (
    application_rows,
    compose_changes,
    compose_questions,
    compose_reminders,
    compose_steps,
)
from bot.followups.consent import follow_kept, follows_kept
from bot.followups.plans import Plan, PlannedStep, date_plan, departure_of, make_plan, plan_of
from bot.followups.queries import applications, drop_offer, is_kept, keep_offer, kept_offers, tick_step
from bot.followups.steps import known_steps, rank_of

__all__ = [
    "OVER",
    "SENT",
    "Plan",
    "PlannedStep",
    "application_rows",
    "applications",
    "calendar_file",
    "compose_changes",
    "compose_questions",
    "compose_reminders",
    "compose_steps",
    "date_plan",
    "departure_of",
    "drop_offer",
    "follow_kept",
    "follows_kept",
    "is_kept",
    "keep_offer",
    "kept_offers",
    "known_steps",
    "last_asked",
    "last_reminded",
    "make_plan",
    "plan_of",
    "rank_of",
    "set_application",
    "tick_step",
]
