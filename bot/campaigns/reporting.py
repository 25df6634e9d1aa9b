"""What advisers read of a campaign: who is meant before it leaves, what became of it after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.campaigns.composing import message_of
from bot.campaigns.life import campaign_of
from bot.campaigns.models import Campaign
from bot.campaigns.segments import Segment, recipients
from bot.deliveries.models import Delivery
from bot.deliveries.service import Figures, report_by_language, sum_of
from bot.profiles.models import Person
from bot.profiles.service import language_of

OUTCOMES = ("sent", "blocked", "failed", "expired", "uncertain", "stopped", "cancelled", "waiting")


@dataclass(frozen=True)
class Preview:
    """A campaign before it leaves.

    Attributes:
        people: how many are meant, by language.
        messages: the message as each language that has a text of its own reads it, and the labels of its buttons.
    """

    people: dict[str, int]
    messages: dict[str, tuple[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Report:
    """What became of a campaign: of each outcome how many people, over all and by language.

    Attributes:
        total: people in the ledger so far.
        outcomes: of each of `OUTCOMES` how many: sent, blocked (the person cannot be reached), failed (refused by
            Telegram), expired (too late to be told), uncertain (Telegram's answer was lost), stopped (the person wanted
            no more), cancelled, waiting.
        is_whole: whether everybody meant is in the ledger.
    """

    id: int
    name: str
    status: str
    total: int
    outcomes: dict[str, int]
    languages: dict[str, dict[str, int]]
    is_whole: bool
    scheduled_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime | None


async def preview_campaign(
    session: AsyncSession, campaign_id: int, *, operator: str, too_young: Select[int], now: datetime
) -> Preview:
    """Return how many people a campaign is for, and how it reads.

    Raises:
        InputError: there is none of this number.
    """
    campaign = await campaign_of(session, campaign_id)
    return Preview(await count_people(session, campaign, too_young=too_young, now=now), _messages(campaign, operator))


async def count_people(
    session: AsyncSession, campaign: Campaign, *, too_young: Select[int], now: datetime
) -> dict[str, int]:
    """Return how many people a campaign is meant for at this moment, by language."""
    meant = recipients(Segment.model_validate(campaign.segment), too_young=too_young, now=now).subquery()
    language = language_of().label("language")
    query = select(language, func.count()).join(meant, meant.c.id == Person.id).group_by(language).order_by(language)
    return {str(code): int(count) for code, count in (await session.execute(query)).all()}


def _messages(campaign: Campaign, operator: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    shown = {}
    for language in campaign.texts:
        text, rows = message_of(campaign, language, operator=operator)
        shown[language] = (text, tuple(button.label for row in rows for button in row))
    return shown


async def report_campaign(session: AsyncSession, campaign_id: int) -> Report:
    """Return what became of a campaign so far.

    Raises:
        InputError: there is none of this number.
    """
    campaign = await campaign_of(session, campaign_id)
    is_of_it = (Delivery.kind == "campaign", Delivery.source_id == campaign_id)
    figures = await report_by_language(session, *is_of_it)
    whole = sum_of(figures.values())
    languages = {language: _outcomes(part) for language, part in figures.items()}
    return Report(
        id=campaign.id, name=campaign.name, status=campaign.status, total=whole.total, outcomes=_outcomes(whole),
        languages=languages, is_whole=campaign.is_expanded, scheduled_at=campaign.scheduled_at,
        started_at=campaign.started_at, ended_at=campaign.ended_at, expires_at=campaign.expires_at,
    )  # fmt: skip


def _outcomes(figures: Figures) -> dict[str, int]:
    cancelled = figures.dropped.get("cancelled", 0)
    counts = {
        "cancelled": cancelled,
        "stopped": sum(figures.dropped.values()) - cancelled,
        "waiting": figures.due + figures.sending,
    }
    return {outcome: counts[outcome] if outcome in counts else getattr(figures, outcome) for outcome in OUTCOMES}
