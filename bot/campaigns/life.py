"""The life of a campaign: written, scheduled, paused, resumed, cancelled, done.

Each change locks the campaign against the dispatcher and the expansion, so that none of its messages is being written
meanwhile: what has not left by then stays, and the adviser may rely on it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.campaigns.files import CampaignDraft
from bot.campaigns.models import Campaign
from bot.catalogue.models import Offer
from bot.deliveries.models import Delivery
from bot.deliveries.service import LIFETIMES, drop_due
from bot.kit.clock import TOWN_ZONE
from bot.kit.errors import InputError
from bot.locales.service import say
from bot.outbox.withdrawing import forbid_retries, withdraw_calls

TRANSITIONS: dict[str, tuple[str, ...]] = {
    "draft": ("scheduled", "cancelled"),
    "scheduled": ("running", "paused", "cancelled", "scheduled"),
    "running": ("paused", "cancelled", "done"),
    "paused": ("scheduled", "running", "cancelled"),
    "done": (),
    "cancelled": (),
}
# What passed while it was typed is now. What passed before is a mistake, and nothing calls messages back.
_TYPING = timedelta(minutes=5)


async def create_campaign(session: AsyncSession, draft: CampaignDraft, *, by: str, now: datetime) -> Campaign:
    """Write a campaign as a draft: nobody is sent anything before it is scheduled.

    Raises:
        InputError: its last day has passed, or it speaks to those who keep an offer that there is not.
    """
    if draft.expires is not None and draft.expires <= now:
        raise InputError([say("campaigns.expired", "fr")])
    offer_id = draft.segment.kept_offer
    if offer_id is not None and await session.get(Offer, offer_id) is None:
        raise InputError([say("imports.no_offer", "fr", id=offer_id)])
    campaign = Campaign(
        name=draft.name, texts=dict(draft.texts), link=draft.link, link_labels=dict(draft.link_labels),
        segment=draft.segment.to_json(), expires_at=draft.expires, created_by=by, created_at=now, status="draft",
        expanded_to=0, is_expanded=False,
    )  # fmt: skip
    session.add(campaign)
    await session.flush()
    return campaign


async def campaign_of(session: AsyncSession, campaign_id: int) -> Campaign:
    """Return a campaign.

    Raises:
        InputError: there is none of this number.
    """
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise InputError([say("campaigns.no_campaign", "fr", id=campaign_id)])
    return campaign


async def list_campaigns(session: AsyncSession, *, limit: int) -> list[Campaign]:
    """Return the campaigns, the last written first."""
    return list(await session.scalars(select(Campaign).order_by(Campaign.id.desc()).limit(limit)))


async def schedule_campaign(session: AsyncSession, campaign_id: int, *, at: datetime, now: datetime) -> Campaign:
    """Let a campaign begin at a moment; one that waits for its moment gets another.

    Raises:
        InputError: there is none, it is no draft any more, the moment has passed, or its last day comes before.
    """
    campaign = await _locked(session, campaign_id)
    _check_step(campaign, "scheduled")
    if campaign.status == "paused":
        raise InputError([say("campaigns.resume_first", "fr", id=campaign_id)])
    if at < now - _TYPING:
        moment, present = (f"{one.astimezone(TOWN_ZONE):%Y-%m-%d %H:%M}" for one in (at, now))
        raise InputError([say("campaigns.moment_past", "fr", moment=moment, present=present)])
    begin = max(at, now)
    if campaign.expires_at is not None and campaign.expires_at <= begin:
        raise InputError([say("campaigns.expires_before", "fr", id=campaign_id)])
    campaign.status, campaign.scheduled_at = "scheduled", begin
    return campaign


async def pause_campaign(session: AsyncSession, campaign_id: int, *, now: datetime) -> int:
    """Hold everything of a campaign that has not left, what waits in the outbox included; return how many messages.

    What the sender has in its hands Telegram takes now or never; if never, `hold_returned` holds it too.

    Raises:
        InputError: there is none, or it is neither scheduled nor running.
    """
    campaign = await _locked(session, campaign_id)
    _check_step(campaign, "paused")
    campaign.status = "paused"
    return await _hold(session, campaign_id, now=now)


async def resume_campaign(session: AsyncSession, campaign_id: int, *, now: datetime) -> Campaign:
    """Let a paused campaign go on where it stood.

    Raises:
        InputError: there is none, it is not paused, or its last day has passed.
    """
    campaign = await _locked(session, campaign_id)
    if campaign.status != "paused":
        raise _refusal(campaign, "running")
    if campaign.expires_at is not None and campaign.expires_at <= now:
        raise InputError([say("campaigns.expired", "fr")])
    campaign.status = "scheduled" if campaign.started_at is None else "running"
    held = update(Delivery).where(*_of(campaign_id), Delivery.is_held)
    await session.execute(held.values(is_held=False, due_at=now))  # the dispatcher says again when each may be told
    return campaign


async def cancel_campaign(session: AsyncSession, campaign_id: int, *, now: datetime) -> int:
    """End a campaign for good; what has not left never will; return how many messages that withdraws.

    Raises:
        InputError: there is none, or it has ended.
    """
    campaign = await _locked(session, campaign_id)
    _check_step(campaign, "cancelled")
    campaign.status, campaign.ended_at = "cancelled", now
    return await drop_due(session, *_of(campaign_id), error="cancelled", now=now)


async def begin_campaigns(session: AsyncSession, *, now: datetime) -> list[int]:
    """Let the campaigns begin whose moment has come; return the running ones that are not in the ledger whole."""
    due = update(Campaign).where(Campaign.status == "scheduled", Campaign.scheduled_at <= now)
    expires_at = func.coalesce(Campaign.expires_at, now + LIFETIMES["campaign"])
    await session.execute(due.values(status="running", started_at=now, expires_at=expires_at))
    # Nobody is told any more what has expired.
    late = update(Campaign).where(Campaign.status == "running", ~Campaign.is_expanded, Campaign.expires_at <= now)
    await session.execute(late.values(is_expanded=True))
    unfinished = select(Campaign.id).where(Campaign.status == "running", ~Campaign.is_expanded)
    return list(await session.scalars(unfinished.order_by(Campaign.id)))


async def end_campaigns(session: AsyncSession, *, now: datetime) -> int:
    """Note as done the campaigns of which everybody was written to, or will not be; return how many."""
    waits = exists().where(
        Delivery.kind == "campaign", Delivery.source_id == Campaign.id, Delivery.status.in_(("due", "sending"))
    )
    over = update(Campaign).where(Campaign.status == "running", Campaign.is_expanded, ~waits)
    return len((await session.scalars(over.values(status="done", ended_at=now).returning(Campaign.id))).all())


async def hold_returned(session: AsyncSession, *, now: datetime) -> int:
    """Hold what was leaving when its campaign was paused, and came back unsent; return how many messages."""
    is_back = (Delivery.kind == "campaign", Delivery.status == "due", ~Delivery.is_held)
    paused = select(Campaign.id).join(Delivery, Delivery.source_id == Campaign.id)
    paused = paused.where(Campaign.status == "paused", *is_back).distinct()
    return sum([await _hold(session, campaign_id, now=now) for campaign_id in await session.scalars(paused)])


async def _hold(session: AsyncSession, campaign_id: int, *, now: datetime) -> int:
    under_way = select(Delivery.outbox_id).where(*_of(campaign_id), Delivery.status == "sending")
    carried = [call_id for call_id in await session.scalars(under_way) if call_id is not None]
    await forbid_retries(session, carried, now=now)
    withdrawn = await withdraw_calls(session, carried, reason="paused")
    back = update(Delivery).where(Delivery.status == "sending", Delivery.outbox_id.in_(withdrawn))
    await session.execute(back.values(status="due", outbox_id=None))
    held = update(Delivery).where(*_of(campaign_id), Delivery.status == "due", ~Delivery.is_held).values(is_held=True)
    return len((await session.scalars(held.returning(Delivery.id))).all())


def _of(campaign_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Delivery.kind == "campaign", Delivery.source_id == campaign_id)


async def _locked(session: AsyncSession, campaign_id: int) -> Campaign:
    """Return a campaign that nobody else may read for writing messages, until the transaction ends."""
    query = select(Campaign).where(Campaign.id == campaign_id).with_for_update()
    campaign = (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if campaign is None:
        raise InputError([say("campaigns.no_campaign", "fr", id=campaign_id)])
    return campaign


def _check_step(campaign: Campaign, status: str) -> None:
    if status not in TRANSITIONS[campaign.status]:
        raise _refusal(campaign, status)


def _refusal(campaign: Campaign, status: str) -> InputError:
    possible = ", ".join(TRANSITIONS[campaign.status]) or "—"
    values = {"id": campaign.id, "old": campaign.status, "new": status, "possible": possible}
    return InputError([say("campaigns.transition", "fr", **values)])
