"""The ledger's chores: dispatch what is due, forget what is old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import procrastinate
import structlog

from bot.db.service import Sessions, transaction
from bot.deliveries.composing import Compose
from bot.deliveries.dispatch import MOST_WAITING, PASSES, PRESSING, count_waiting, dispatch_batch, people_due
from bot.deliveries.ledger import drop_stale, settle
from bot.deliveries.retention import forget_details, forget_settled
from bot.kit.clock import Clock

_log = structlog.get_logger(__name__)


def deliveries_tasks(sessions: Sessions, *, composers: Mapping[str, Compose], clock: Clock) -> procrastinate.Blueprint:
    """Return the tasks of the ledger, for a worker to register under "deliveries".

    Args:
        sessions: where transactions are opened.
        composers: who writes the messages of each kind.
        clock: tells the time.
    """
    tasks = procrastinate.Blueprint()

    @tasks.task(name="dispatch")
    async def dispatch() -> None:
        await dispatch_all(sessions, composers=composers, clock=clock)

    @tasks.task(name="forget")
    async def forget() -> None:
        async with transaction(sessions) as session:
            await drop_stale(session, now=clock(), is_held_too=True)
            await forget_details(session, now=clock())
            await forget_settled(session, now=clock())

    return tasks


async def dispatch_all(sessions: Sessions, *, composers: Mapping[str, Compose], clock: Clock) -> Counter[str]:
    """Settle what left, then dispatch until nothing is due or enough waits in the outbox; return what was done.

    Each batch is a transaction of its own: killed at any moment, the next run goes on where this one stood.
    """
    async with transaction(sessions) as session:
        tally = Counter({f"settled_{status}": count for status, count in (await settle(session, now=clock())).items()})
        tally["dropped"] += await drop_stale(session, now=clock())
    for kinds in PASSES:
        after = 0
        while True:
            async with transaction(sessions) as session:
                if kinds != PRESSING and await count_waiting(session) >= MOST_WAITING:
                    break
                people = await people_due(session, kinds, after=after, now=clock())
                if not people:
                    break
                tally += await dispatch_batch(session, people, kinds, composers=composers, now=clock())
            after = people[-1]
    if tally:
        _log.info("dispatched", **{name: count for name, count in tally.items() if count})
    return tally
