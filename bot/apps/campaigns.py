"""The commands about campaigns, each in one transaction on the database at a URL."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.apps.scheduler import enqueue_chore
from bot.apps.sessions import do_on, session_on
from bot.campaigns import service as campaigns
from bot.campaigns.models import Campaign
from bot.campaigns.service import Preview
from bot.campaigns.tasks import EXPAND_TASK
from bot.conversation.queries import people_younger_than
from bot.db.service import open_engine, sessions_of
from bot.deliveries.service import YOUNGEST
from bot.kit.clock import TOWN_ZONE, utc_now
from bot.kit.errors import InputError
from bot.kit.settings import Settings
from bot.locales.service import say
from bot.queue.service import open_queue

NOW = "now"


@dataclass(frozen=True)
class Audience:
    """Whom a campaign is for at this moment.

    Attributes:
        name: the campaign's.
        people: how many are meant, by language.
        texts: the languages that it has a text in; the others read the French one.
    """

    name: str
    people: dict[str, int]
    texts: frozenset[str]


def too_young() -> Select[int]:
    """Return the query of the people who told the assistant that they are too young for campaigns."""
    return people_younger_than(YOUNGEST)


async def new_campaign(database_url: str, file: Path, *, by: str) -> tuple[int, Audience]:
    """Write the campaign of a file as a draft; return its number and whom it is for.

    Raises:
        InputError: something in the file is wrong; nothing was written.
    """
    draft = campaigns.read_campaign(file)
    async with session_on(database_url) as session:
        campaign = await campaigns.create_campaign(session, draft, by=by, now=utc_now())
        return campaign.id, await _audience(session, campaign)


async def list_campaigns(database_url: str, *, limit: int) -> list[dict[str, Any]]:
    """Return the campaigns, the last written first, ready to print."""
    async with session_on(database_url) as session:
        return [_listed(campaign) for campaign in await campaigns.list_campaigns(session, limit=limit)]


async def preview_campaign(settings: Settings, database_url: str, campaign_id: int) -> Preview:
    """Return how many people a campaign is for, and how it reads; raises InputError when there is none."""
    async with session_on(database_url) as session:
        return await campaigns.preview_campaign(
            session, campaign_id, operator=settings.operator_name, too_young=too_young(), now=utc_now()
        )


async def send_test(settings: Settings, database_url: str, campaign_id: int, *, person_id: int) -> None:
    """Send a campaign's message to one person, at once; raises InputError when it cannot be."""
    async with session_on(database_url) as session:
        await campaigns.send_test(
            session, campaign_id, person_id=person_id, operator=settings.operator_name, now=utc_now()
        )


async def foresee_schedule(database_url: str, campaign_id: int, *, at: str) -> tuple[datetime, Audience]:
    """Return when a campaign would begin, and whom it would be for; refuses what `schedule_campaign` would."""
    async with session_on(database_url) as session:
        begins, campaign = await _schedule(session, campaign_id, at)
        audience = await _audience(session, campaign)
        await session.rollback()  # only looked at
        return begins, audience


async def schedule_campaign(database_url: str, campaign_id: int, *, at: str) -> datetime:
    """Let a campaign begin at a moment of the town's time, such as "2027-01-15 09:00", or now; return the moment.

    Raises:
        InputError: the moment is none or has passed, or the campaign cannot be scheduled.
    """
    async with session_on(database_url) as session:
        begins, _ = await _schedule(session, campaign_id, at)
    if begins <= utc_now():
        await _begin_soon(database_url)
    return begins


async def _schedule(session: AsyncSession, campaign_id: int, at: str) -> tuple[datetime, Campaign]:
    now = utc_now()
    moment = now if at == NOW else read_moment(at)
    campaign = await campaigns.schedule_campaign(session, campaign_id, at=moment, now=now)
    return (campaign.scheduled_at or now).astimezone(TOWN_ZONE), campaign


async def _audience(session: AsyncSession, campaign: Campaign) -> Audience:
    people = await campaigns.count_people(session, campaign, too_young=too_young(), now=utc_now())
    return Audience(campaign.name, people, frozenset(campaign.texts))


def read_moment(written: str) -> datetime:
    """Return a moment written as a day and an hour of the town's time.

    Raises:
        InputError: it is none.
    """
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=TOWN_ZONE)).astimezone(TOWN_ZONE)
    except (ValueError, OverflowError):
        raise InputError([say("campaigns.moment_wrong", "fr", written=written)]) from None


async def pause_campaign(database_url: str, campaign_id: int) -> int:
    """Hold what has not left; return how many messages; raises InputError when the campaign is not on its way."""
    return await do_on(database_url, partial(campaigns.pause_campaign, campaign_id=campaign_id, now=utc_now()))


async def resume_campaign(database_url: str, campaign_id: int) -> str:
    """Let a paused campaign go on; return its name; raises InputError when it is not paused, or over."""
    resume = partial(campaigns.resume_campaign, campaign_id=campaign_id, now=utc_now())
    name = (await do_on(database_url, resume)).name
    await _begin_soon(database_url)
    return name


async def cancel_campaign(database_url: str, campaign_id: int) -> int:
    """End a campaign; return how many messages that withdraws; raises InputError when it has ended."""
    return await do_on(database_url, partial(campaigns.cancel_campaign, campaign_id=campaign_id, now=utc_now()))


async def report_campaign(database_url: str, campaign_id: int) -> dict[str, Any]:
    """Return what became of a campaign, ready to print; raises InputError when there is none."""
    async with session_on(database_url) as session:
        return asdict(await campaigns.report_campaign(session, campaign_id))


async def _begin_soon(database_url: str) -> None:
    """Bring forward the chore that begins campaigns, which the scheduler enqueues every 15 s by itself.

    Never for a moment to come: a job that waits for its date keeps back all later ones of its lock.
    """
    engine = open_engine(database_url, pool_size=1)
    try:
        await enqueue_chore(sessions_of(engine), open_queue(database_url), EXPAND_TASK)
    finally:
        await engine.dispose()


def _listed(campaign: Campaign) -> dict[str, Any]:
    names = ("id", "name", "status", "scheduled_at", "expires_at", "created_by", "created_at")
    return {name: getattr(campaign, name) for name in names} | {"languages": sorted(campaign.texts)}
