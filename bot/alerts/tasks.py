"""The jobs of alerts: offers meet saved searches, times of digests move on, whoever fell silent is asked or paused."""

from __future__ import annotations

import asyncio

import procrastinate
import structlog
from procrastinate import RetryStrategy

from bot.alerts.matching import BATCH, Matched, UnmatchedRevisionError, match_revisions
from bot.alerts.rhythm import roll_slots
from bot.alerts.silence import ask_silent, pause_silent, warn_silent
from bot.db.service import Sessions, is_worth_repeating, transaction
from bot.kit.clock import Clock

# Batches at once: a large import is matched sooner, and what is seldom more than a batch is matched by one.
LANES = 2
_SMALLER = 10
# More than that fail of something else than themselves.
_MOST_FAILED = 5
_log = structlog.get_logger(__name__)


def alerts_tasks(sessions: Sessions, *, clock: Clock) -> procrastinate.Blueprint:
    """Return the tasks of alerts, for a worker to register under "alerts".

    Run "match" every few seconds: it costs one look at an index when nothing is new, and goes on until nothing is left.
    Run "roll" every few minutes, "mind_silence" every day.
    """
    tasks = procrastinate.Blueprint()

    # Neither is tried again by itself: the scheduler's next run comes soon, and one that waited would hold it back.
    @tasks.task(name="match")
    async def match() -> None:
        done = await match_all(sessions, clock=clock)
        if done.revisions:
            _log.info("alerts_matched", **vars(done))

    @tasks.task(name="roll")
    async def roll() -> None:
        await _roll_all(sessions, clock)

    @tasks.task(name="mind_silence", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
    async def mind_silence() -> dict[str, int]:
        now = clock()
        async with transaction(sessions) as session:
            planned = {"asked": await ask_silent(session, now=now), "warned": await warn_silent(session, now=now)}
        return {**planned, "paused": await _pause_all(sessions, clock)}

    return tasks


async def match_all(sessions: Sessions, *, clock: Clock) -> Matched:
    """Match batches until none is left, each in a transaction of its own; return what all of them did.

    Times of digests move on first, so that what is found after a digest waits for the next one.
    """
    await _roll_all(sessions, clock)
    batches = [
        batch for lane in await asyncio.gather(*(_lane(sessions, clock) for _ in range(LANES))) for batch in lane
    ]
    return Matched(
        revisions=sum(batch.revisions for batch in batches),
        offers=sum(batch.offers for batch in batches),
        deliveries=sum(batch.deliveries for batch in batches),
    )


async def _roll_all(sessions: Sessions, clock: Clock) -> None:
    count = 1
    while count:
        async with transaction(sessions) as session:
            count = await roll_slots(session, now=clock())


async def _pause_all(sessions: Sessions, clock: Clock) -> int:
    total, last = 0, 1
    while last:  # each batch in a transaction of its own
        async with transaction(sessions) as session:
            last = await pause_silent(session, now=clock())
        total += last
    return total


async def _lane(sessions: Sessions, clock: Clock) -> list[Matched]:
    """Match until nothing is left; a batch that fails is tried in smaller ones, until the revision that fails is known.

    It stays for the next run, after all others, and this one ends as failed: somebody must look.
    """
    batches: list[Matched] = []
    failed: dict[tuple[int, int], Exception] = {}
    most = BATCH
    while len(failed) <= _MOST_FAILED:
        try:
            async with transaction(sessions) as session:
                batch = await match_revisions(session, now=clock(), most=most, but=failed)
        except UnmatchedRevisionError as error:
            _log.error("revision_not_matched", offer_id=error.key[0], error=type(error.__cause__).__name__)
            failed[error.key] = error
        except Exception as error:
            if most == 1 or is_worth_repeating(error):
                raise
            most //= _SMALLER
        else:
            if not batch.revisions:
                break
            batches.append(batch)
    if failed:
        raise next(iter(failed.values()))
    return batches
