"""Enqueues jobs inside the caller's transaction, and opens the application that workers run.

A job carries identities only, never texts: its arguments stay in a table. Jobs with the same `lock` run one after
the other, in the order in which they were enqueued.
"""

from __future__ import annotations

import asyncio
from typing import Any, LiteralString

import procrastinate
from procrastinate import sql
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from procrastinate.types import JSONValue
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.liveness import check_idle
from bot.db.service import driver_connection, is_connection_fault, psycopg_url

# The queue of people's updates, and that of chores: a worker each, so that no chore delays an answer.
ANSWERS, BATCH = "default", "batch"
_OUTCOMES = frozenset({sql.queries["finish_job"], sql.queries["retry_job"]})
_PAUSES = (0.1, 0.3, 1.0, 2.0, 4.0)


class PersistentConnector(procrastinate.PsycopgConnector):
    """procrastinate's connector, which says what came of a job until it is heard.

    A worker outlives a short restart of PostgreSQL. A job that ended in that moment would stay "doing" under a living
    worker, where no sweep finds it, and block its chat for ever.

    The same would become of a chore that is to be tried again, by its own wish or because its worker was killed, while
    the scheduler's next one waits already. Only one may wait: the one that waits takes its place.
    """

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Run a statement; the end of a job, again and again for 7 s while the database is away."""
        try:
            await self._execute_until_heard(query, **arguments)
        except UniqueViolation:
            if query != sql.queries["retry_job"]:
                raise
            ended = {"job_id": arguments["job_id"], "status": Status.FAILED.value, "delete_job": True}
            await self._execute_until_heard(sql.queries["finish_job"], **ended)

    async def _execute_until_heard(self, query: LiteralString, **arguments: Any) -> None:
        for pause in _PAUSES if query in _OUTCOMES else ():
            try:
                await super().execute_query_async(query, **arguments)
            except ConnectorException as error:
                if not is_connection_fault(error.__cause__ or error):
                    raise
                await asyncio.sleep(pause)
            else:
                return
        await super().execute_query_async(query, **arguments)


def open_queue(url: str, *, max_connections: int = 6) -> procrastinate.App:
    """Return procrastinate's application on the database at `url`; features add their tasks as blueprints.

    Enqueueing through `enqueue` needs no connection of its own; running a worker does (`async with app.open_async()`).
    """
    connector = PersistentConnector(
        pool_factory=_open_pool,
        conninfo=psycopg_url(url),
        min_size=1,
        max_size=max_connections,
        timeout=5,
        kwargs={"connect_timeout": 3},
    )
    return procrastinate.App(connector=connector)


def _open_pool(**options: Any) -> AsyncConnectionPool:
    return AsyncConnectionPool(**{**options, "check": check_idle, "configure": _autocommit})


async def _autocommit(connection: AsyncConnection[Any]) -> None:
    """Each call of procrastinate's is one statement: a transaction around it would only be two round trips more."""
    await connection.set_autocommit(True)


async def enqueue(
    session: AsyncSession,
    queue: procrastinate.App,
    task: str,
    *,
    lock: str | None = None,
    queueing_lock: str | None = None,
    queue_name: str = ANSWERS,
    **arguments: JSONValue,
) -> None:
    """Enqueue `task` in the transaction of `session`: it exists only if that transaction commits.

    Args:
        task: the task's registered name, such as "inbox:answer".
        lock: jobs that share it run one at a time, in order.
        queueing_lock: at most one waiting job may hold it; `procrastinate.exceptions.AlreadyEnqueued` is raised.
        queue_name: which workers take it, those of `ANSWERS` or of `BATCH`.
        **arguments: identities, JSON-able.
    """
    deferrer = queue.configure_task(
        task,
        allow_unknown=True,
        lock=lock,
        queueing_lock=queueing_lock,
        queue=queue_name,
        task_kwargs=dict(arguments),
        connection=await driver_connection(session),
    )
    await deferrer.defer_async()
