"""Writes the people meant by a campaign into the ledger, batch by batch, each batch with its cursor in one transaction.

Killed anywhere, it goes on behind the last batch that was committed. A person whose row is locked (they are being
answered at that moment) is left out of a batch rather than waited for, and the cursor stays before them: the next
batch meets them again, and passes over those who are in the ledger already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.campaigns.models import Campaign
from bot.campaigns.segments import Segment, recipients
from bot.deliveries.models import Delivery
from bot.profiles.models import Person

BATCH = 200


@dataclass(frozen=True)
class Expanded:
    """What one batch did.

    Attributes:
        written: how many people entered the ledger.
        passed_over: how many were locked and wait for another batch.
        is_last: whether nobody is left.
    """

    written: int
    passed_over: int
    is_last: bool


def reason_of(campaign_id: int) -> str:
    """Return the reason of a campaign's deliveries: each person gets it once."""
    return f"campaign:{campaign_id}"


async def expand_batch(
    session: AsyncSession, campaign_id: int, *, too_young: Select[int], now: datetime, size: int = BATCH
) -> Expanded:
    """Write the next people of a running campaign into the ledger, due at once; nothing when it is not running."""
    # Others may read the campaign meanwhile to write its messages; a second expansion, a pause, a cancellation wait.
    query = select(Campaign).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    campaign = (await session.scalars(query.execution_options(populate_existing=True))).one()
    if campaign.status != "running" or campaign.is_expanded or campaign.expires_at is None:
        return Expanded(0, 0, is_last=True)
    meant = await _next_people(session, campaign, too_young, now, size)
    free = await _free_of(session, meant)
    await _write(session, campaign, free, now)
    passed_over = [person_id for person_id in meant if person_id not in set(free)]
    if passed_over:
        campaign.expanded_to = passed_over[0] - 1
    elif meant:
        campaign.expanded_to = meant[-1]
    campaign.is_expanded = len(meant) < size and not passed_over
    return Expanded(len(free), len(passed_over), is_last=campaign.is_expanded)


async def _next_people(
    session: AsyncSession, campaign: Campaign, too_young: Select[int], now: datetime, size: int
) -> Sequence[int]:
    segment = Segment.model_validate(campaign.segment)
    is_written = exists().where(Delivery.person_id == Person.id, Delivery.reason == reason_of(campaign.id))
    meant = recipients(segment, too_young=too_young, now=now).where(Person.id > campaign.expanded_to, ~is_written)
    return (await session.scalars(meant.order_by(Person.id).limit(size))).all()


async def _free_of(session: AsyncSession, person_ids: Sequence[int]) -> Sequence[int]:
    """Lock these people against a turn of theirs (which may be a /stop); return those who were not locked."""
    query = select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id)
    return (await session.scalars(query.with_for_update(read=True, key_share=True, skip_locked=True))).all()


async def _write(session: AsyncSession, campaign: Campaign, person_ids: Sequence[int], now: datetime) -> None:
    if not person_ids:
        return
    common = {
        "kind": "campaign", "reason": reason_of(campaign.id), "source_id": campaign.id, "details": {}, "status": "due",
        "due_at": now, "stale_at": campaign.expires_at, "created_at": now,
    }  # fmt: skip
    statement = insert(Delivery).values([{"person_id": person_id, **common} for person_id in person_ids])
    await session.execute(statement.on_conflict_do_nothing())
