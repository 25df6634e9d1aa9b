"""Enqueues jobs inside the caller's transaction, and opens the application that workers run.

A job carries identities only, never texts: its arguments stay in a table. Jobs with the same `lock` run one after
the other, in the order in which they were enqueued.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import procrastinate
from procrastinate.types import JSONValue
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.liveness import check_idle
from bot.db.service import driver_connection, psycopg_url


def open_queue(url: str, *, max_connections: int = 6) -> procrastinate.App:
    """Return procrastinate's application on the database at `url`; features add their tasks as blueprints.

    Enqueueing through `enqueue` needs no connection of its own; running a worker does (`async with app.open_async()`).
    """
    connector = procrastinate.PsycopgConnector(
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
    at: datetime | None = None,
    **arguments: JSONValue,
) -> None:
    """Enqueue `task` in the transaction of `session`: it exists only if that transaction commits.

    Args:
        task: the task's registered name, such as "inbox:answer".
        lock: jobs that share it run one at a time, in order.
        queueing_lock: at most one waiting job may hold it; `procrastinate.exceptions.AlreadyEnqueued` is raised.
        at: not before this moment.
        **arguments: identities, JSON-able.
    """
    deferrer = queue.configure_task(
        task,
        allow_unknown=True,
        lock=lock,
        queueing_lock=queueing_lock,
        schedule_at=at,
        task_kwargs=dict(arguments),
        connection=await driver_connection(session),
    )
    await deferrer.defer_async()
