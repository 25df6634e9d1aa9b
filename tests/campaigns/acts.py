"""What happens to a campaign, as the worker, the dispatcher and the sender do it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from bot.campaigns.composing import compose_campaigns
from bot.campaigns.life import (
    schedule_campaign,
)
from bot.campaigns.tasks import run_campaigns
from bot.db.service import Sessions, transaction
from bot.deliveries.tasks import dispatch_all
from bot.outbox.models import OutboxCall
from tests.campaigns.people import campaign, deliveries, nobody, person

COMPOSERS = {"campaign": partial(compose_campaigns, operator="la Maison & l'emploi", too_young=nobody())}


async def scheduled(sessions: Sessions, now: datetime, *, people: int = 3, **more: Any) -> int:
    """Write a campaign for some people and schedule it at once."""
    async with transaction(sessions) as session:
        for chat_id in range(1, people + 1):
            await person(session, chat_id, now, language="en" if chat_id == people else "fr")
        number = await campaign(session, now, **more)
        await schedule_campaign(session, number, at=now, now=now)
    return number


async def run(sessions: Sessions, now: datetime) -> None:
    await run_campaigns(sessions, too_young=nobody(), clock=lambda: now)


async def dispatch(sessions: Sessions, now: datetime) -> None:
    await dispatch_all(sessions, composers=COMPOSERS, clock=lambda: now)


async def calls(sessions: Sessions) -> list[OutboxCall]:
    async with sessions() as session:
        return list(await session.scalars(select(OutboxCall).order_by(OutboxCall.id)))


async def leaves(sessions: Sessions, now: datetime, *outcomes: str) -> None:
    """Let the sender say what came of the first waiting calls, as it does."""
    async with transaction(sessions) as session:
        waiting = select(OutboxCall).where(OutboxCall.status == "pending").order_by(OutboxCall.id)
        for call, outcome in zip(await session.scalars(waiting), outcomes, strict=False):
            call.status, call.sent_at = outcome, now


async def ledger(sessions: Sessions, number: int) -> Counter[str]:
    async with sessions() as session:
        return Counter(one.status for one in await deliveries(session, number))
