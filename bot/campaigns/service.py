"""Campaigns' public face: what other packages may call."""

from bot.campaigns.composing import compose_campaigns
from bot.campaigns.files import read_campaign
from bot.campaigns.life import (
    cancel_campaign,
    create_campaign,
    list_campaigns,
    pause_campaign,
    resume_campaign,
    schedule_campaign,
)
from bot.campaigns.reporting import Preview, Report, count_people, preview_campaign, report_campaign
from bot.campaigns.testing import send_test
from bot.campaigns.texts import as_read

__all__ = [
    "Preview",
    "Report",
    "as_read",
    "cancel_campaign",
    "compose_campaigns",
    "count_people",
    "create_campaign",
    "list_campaigns",
    "pause_campaign",
    "preview_campaign",
    "read_campaign",
    "report_campaign",
    "resume_campaign",
    "schedule_campaign",
    "send_test",
]
