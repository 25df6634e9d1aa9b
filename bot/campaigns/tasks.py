"""The job that starts campaigns, writes them into the ledger and notes their end."""

from __future__ import annotations

import asyncio

import procrastinate
import structlog
from sqlalchemy import Select

from bot.campaigns.expanding import expand_batch
from bot.campaigns.life import begin_campaigns, end_campaigns, hold_returned
from bot.db.service import Sessions, transaction
from bot.kit.clock import Clock

EXPAND_TASK = "campaigns:expand"
# People who are being answered are free again after a turn; whoever is not waits for the next run.
_TRIES, _PAUSE = 10, 0.3
_log = structlog.get_logger(__name__)


def campaigns_tasks(sessions: Sessions, *, too_young: Select[int], clock: Clock) -> procrastinate.Blueprint:
    """Return the tasks of campaigns, for a worker to register under "campaigns"; run "expand" every 15 s."""
    tasks = procrastinate.Blueprint()

    @tasks.task(name="expand")
    async def expand() -> dict[str, int]:
        return await run_campaigns(sessions, too_young=too_young, clock=clock)

    return tasks


async def run_campaigns(sessions: Sessions, *, too_young: Select[int], clock: Clock) -> dict[str, int]:
    """Begin what is due, write everybody meant into the ledger, and note what has ended; return the numbers of each."""
    async with transaction(sessions) as session:
        unfinished = await begin_campaigns(session, now=clock())
    people = 0
    for campaign_id in unfinished:
        written = await _expand(sessions, campaign_id, too_young=too_young, clock=clock)
        _log.info("campaign_expanded", campaign_id=campaign_id, people=written)
        people += written
    async with transaction(sessions) as session:
        withdrawn = await hold_returned(session, now=clock())
        ended = await end_campaigns(session, now=clock())
    return {"campaigns": len(unfinished), "people": people, "withdrawn": withdrawn, "ended": ended}


async def _expand(sessions: Sessions, campaign_id: int, *, too_young: Select[int], clock: Clock) -> int:
    """Write batches until nobody is left, or only people who are being answered; return how many were written."""
    count, tries = 0, 0
    while tries < _TRIES:
        async with transaction(sessions) as session:
            batch = await expand_batch(session, campaign_id, too_young=too_young, now=clock())
        count += batch.written
        if batch.is_last:
            break
        if not batch.written:
            tries += 1
            await asyncio.sleep(_PAUSE)
    return count
