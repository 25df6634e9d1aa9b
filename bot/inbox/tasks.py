"""The job that answers one update: one transaction, tried again when a part of the system was away."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable

import procrastinate
import structlog
from procrastinate import RetryStrategy
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import Sessions, is_worth_repeating, transaction
from bot.inbox.models import InboxUpdate
from bot.inbox.service import MOST_INTERRUPTIONS, bury_update, claim_update, finish_update, next_waiting
from bot.kit.clock import Clock

Answer = Callable[[AsyncSession, InboxUpdate], Awaitable[None]]
Apologise = Callable[[AsyncSession, InboxUpdate, str], Awaitable[None]]

MOST_IN_A_ROW = 30

_log = structlog.get_logger(__name__)


class TransientFaultError(Exception):
    """The database went away in the middle, or the worker stops: procrastinate tries the job again."""


class InterruptedTooOftenError(Exception):
    """Each worker that took this update died: it may be what kills them."""


def inbox_tasks(sessions: Sessions, *, answer: Answer, apologise: Apologise, clock: Clock) -> procrastinate.Blueprint:
    """Return the tasks of the inbox, for a worker to register under "inbox".

    Args:
        sessions: where transactions are opened.
        answer: writes state and outgoing calls for one update, in the given transaction.
        apologise: writes a neutral sentence with an incident number, after an error nobody foresaw.
        clock: tells the time.
    """
    tasks = procrastinate.Blueprint()

    @tasks.task(name="answer", retry=RetryStrategy(wait=1, retry_exceptions=[TransientFaultError]))
    async def answer_update(inbox_id: int) -> None:
        try:
            await _answer_in_a_row(sessions, inbox_id, answer=answer, apologise=apologise, clock=clock)
        except asyncio.CancelledError:
            # The worker stops and its grace is over. Cancelled, the job would count as done with.
            raise TransientFaultError("stopping") from None
        except Exception as error:
            if is_worth_repeating(error):
                raise TransientFaultError(type(error).__name__) from None
            raise

    return tasks


async def _answer_in_a_row(
    sessions: Sessions, inbox_id: int, *, answer: Answer, apologise: Apologise, clock: Clock
) -> None:
    """Answer an update, and then those that wait behind it in its chat.

    procrastinate looks for a chat's next job only when it polls, not when the one before ends: somebody who writes two
    messages would wait. The jobs of the updates answered here find nothing left to do. An update already answered ends
    the row at once, so that one that kills workers is always met by its own job.
    """
    following: int | None = inbox_id
    for _ in range(MOST_IN_A_ROW):
        if following is None:
            return
        was_waiting = await answer_once(sessions, following, answer=answer, apologise=apologise, clock=clock)
        if not was_waiting:
            return
        async with sessions() as session:
            following = await next_waiting(session, following)


async def answer_once(sessions: Sessions, inbox_id: int, *, answer: Answer, apologise: Apologise, clock: Clock) -> bool:
    """Answer a stored update if nobody did, and say whether it was waiting.

    Its state, its answers and its end are one transaction.

    An unforeseen error is rolled back; the update is then buried with an incident number that the person also reads.
    A connection fault is raised, for the job to be tried again.
    """
    try:
        async with transaction(sessions) as session:
            row = await claim_update(session, inbox_id)
            if row is None:
                return False
            if row.attempts >= MOST_INTERRUPTIONS:
                raise InterruptedTooOftenError
            await answer(session, row)
            finish_update(row, now=clock())
    except Exception as error:
        if is_worth_repeating(error):
            raise
        await _bury(sessions, inbox_id, error, apologise=apologise, clock=clock)
    return True


async def _bury(sessions: Sessions, inbox_id: int, error: Exception, *, apologise: Apologise, clock: Clock) -> None:
    incident = secrets.token_hex(3).upper()
    # The traceback's last frames say where; the message could quote what somebody wrote, so it is not logged.
    _log.error("update_buried", inbox_id=inbox_id, incident=incident, error=type(error).__name__, where=_where(error))
    async with transaction(sessions) as session:
        row = await claim_update(session, inbox_id)
        if row is None:
            return
        try:
            async with session.begin_nested():
                await apologise(session, row, incident)
        except Exception as second:
            if is_worth_repeating(second):
                raise
            _log.error("apology_failed", inbox_id=inbox_id, incident=incident, error=type(second).__name__)
        bury_update(row, reason=f"{incident} {type(error).__name__} at {_where(error)}", now=clock())


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "unknown"
