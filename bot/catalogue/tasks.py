"""The catalogue's nightly job: offers that are over leave the search, and its words are counted again."""

from __future__ import annotations

import procrastinate
import structlog
from procrastinate import RetryStrategy

from bot.catalogue.indexing import count_lexemes
from bot.catalogue.life import expire_offers
from bot.db.service import Sessions, transaction
from bot.kit.clock import Clock

_log = structlog.get_logger(__name__)


def catalogue_tasks(sessions: Sessions, *, clock: Clock) -> procrastinate.Blueprint:
    """Return the tasks of the catalogue, for a worker to register under "catalogue"; run "expire" once a day."""
    tasks = procrastinate.Blueprint()

    @tasks.task(name="expire", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
    async def expire() -> dict[str, int]:
        async with transaction(sessions) as session:
            number = await expire_offers(session, now=clock())
            await count_lexemes(session)
        _log.info("catalogue.expired", offers=number)
        return {"expired": number}

    return tasks
