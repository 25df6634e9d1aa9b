"""The ledger's chores: dispatch what is due, forget what is old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import procrastinate
import structlog

from bot.db.service import Sessions, is_worth_repeating, transaction
from bot.deliveries.composing import Compose
from bot.deliveries.dispatch import MOST_WAITING, PASSES, PRESSING, count_waiting, dispatch_batch, people_due, put_off
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
    async def dispatch() -> dict[str, int]:
        return dict(await dispatch_all(sessions, composers=composers, clock=clock))

    @tasks.task(name="forget")
    async def forget() -> dict[str, int]:
        async with transaction(sessions) as session:
            now = clock()
            return {
                "stale": await drop_stale(session, now=now, is_held_too=True),
                "emptied": await forget_details(session, now=now),
                "forgotten": await forget_settled(session, now=now),
            }

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
                if kinds != PRESSING and await count_waiting(session, now=clock()) >= MOST_WAITING:
                    break
                people = await people_due(session, kinds, after=after, now=clock())
            if not people:
                break
            tally += await _dispatch_page(sessions, people, kinds, composers=composers, clock=clock)
            after = people[-1]
    return +tally


async def _dispatch_page(
    sessions: Sessions, people: Sequence[int], kinds: Sequence[str], *, composers: Mapping[str, Compose], clock: Clock
) -> Counter[str]:
    """Dispatch some people in one transaction; when that fails, each alone, and whose own fails is put off."""
    try:
        async with transaction(sessions) as session:
            return await dispatch_batch(session, people, kinds, composers=composers, now=clock())
    except Exception as error:
        if is_worth_repeating(error):
            raise
        _log.error("dispatch_failed", people=len(people), error=type(error).__name__)  # its message may quote a row
    tally: Counter[str] = Counter()
    for person_id in people if len(people) > 1 else ():
        tally += await _dispatch_page(sessions, [person_id], kinds, composers=composers, clock=clock)
    if len(people) == 1:
        async with transaction(sessions) as session:
            tally["failed"] += await put_off(session, people[0], kinds, now=clock())
    return tally
