"""People who agreed to be written to, and campaigns for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.models import SavedSearch
from bot.campaigns.files import CampaignDraft
from bot.campaigns.life import create_campaign
from bot.campaigns.models import Campaign
from bot.deliveries.models import Delivery, PushPreferences
from bot.profiles.models import Person


def nobody() -> Select[int]:
    """The people whom nobody knows to be too young."""
    return select(Person.id).where(Person.id < 0)


async def person(
    session: AsyncSession, chat_id: int, now: datetime, *, language: str | None = "fr", agreed: bool = True, **more: Any
) -> int:
    """Register somebody; `more` changes their preferences, or who they are."""
    preferences = {name: more.pop(name) for name in ("stopped_at", "campaigns_stopped_at") if name in more}
    known = {"channel": "telegram", "first_seen_at": now, "last_seen_at": now} | more
    one = Person(chat_id=chat_id, language=language, **known)
    session.add(one)
    await session.flush()
    if agreed:
        session.add(PushPreferences(person_id=one.id, agreed_at=now, updated_at=now, **preferences))
        await session.flush()
    return one.id


async def search(session: AsyncSession, person_id: int, now: datetime, **criteria: Any) -> None:
    """Let somebody save a search, its columns as saving fills them."""
    columns = {name: criteria[name] for name in ("kind", "countries", "fields", "age") if name in criteria}
    is_paused = criteria.pop("is_paused", False)
    saved = SavedSearch(
        person_id=person_id,
        criteria=criteria,
        criteria_key=str(sorted(criteria.items())),
        met_by="criteria",
        rhythm="daily",
        seen_offer_ids=[],
        created_at=now,
        updated_at=now,
        is_paused=is_paused,
        **columns,
    )  # fmt: skip
    session.add(saved)
    await session.flush()


async def campaign(session: AsyncSession, now: datetime, *, segment: dict[str, Any] | None = None, **more: Any) -> int:
    """Write a campaign as a draft."""
    written = {"name": "Forum", "texts": {"fr": "Viens au <b>forum</b> !", "en": "Come to the fair!"}, **more}
    draft = CampaignDraft.model_validate({**written, "segment": segment or {}})
    return (await create_campaign(session, draft, by="test", now=now)).id


async def deliveries(session: AsyncSession, campaign_id: int) -> list[Delivery]:
    """Return the ledger of a campaign, by person."""
    query = select(Delivery).where(Delivery.source_id == campaign_id).order_by(Delivery.person_id)
    return list(await session.scalars(query.execution_options(populate_existing=True)))


async def status(session: AsyncSession, campaign_id: int) -> str:
    return (await session.get_one(Campaign, campaign_id, populate_existing=True)).status
