"""The jobs of alerts: offers are compared with saved searches every few seconds, times of digests move on."""

from __future__ import annotations

import procrastinate
import structlog
from procrastinate import RetryStrategy

from bot.alerts.matching import match_revisions
from bot.alerts.rhythm import roll_slots
from bot.db.service import Sessions, transaction
from bot.kit.clock import Clock

_log = structlog.get_logger(__name__)


def alerts_tasks(sessions: Sessions, *, clock: Clock) -> procrastinate.Blueprint:
    """Return the tasks of alerts, for a worker to register under "alerts".

    Run "match" every few seconds: it costs one look at an index when nothing is new, and goes on until nothing is left.
    Run "roll" every few minutes.
    """
    tasks = procrastinate.Blueprint()

    @tasks.task(name="match", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
    async def match() -> None:
        while True:
            async with transaction(sessions) as session:
                done = await match_revisions(session, now=clock())
            if not done.revisions:
                return
            _log.info("alerts_matched", **vars(done))

    @tasks.task(name="roll", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
    async def roll() -> None:
        count = 1
        while count:
            async with transaction(sessions) as session:
                count = await roll_slots(session, now=clock())

    return tasks
