"""Notices dead connections before they are used, without asking the server anything.

A living server says nothing on an idle connection, and one that stopped, or was killed, has left its farewell or the
end of the stream to be read: looking costs a microsecond, where asking `SELECT 1` costs a round trip a transaction.
What looking cannot see, a server that vanished without a word, the first statement meets, as it would after any ping.
"""

from __future__ import annotations

import select
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine


def has_news(socket: int) -> bool:
    """Whether something waits to be read, or the other side is gone."""
    poller = select.poll()
    poller.register(socket, select.POLLIN)
    return bool(poller.poll(0))


def watch_pool(engine: AsyncEngine) -> None:
    """Have the engine's pool replace its connections when the one about to be used is dead."""

    @event.listens_for(engine.sync_engine, "checkout")
    def check(connection: Any, _record: Any, _holder: Any) -> None:
        if not has_news(connection.driver_connection.fileno()):
            return
        try:
            is_alive = engine.dialect.do_ping(connection)  # the news may be a changed setting of the server
        except Exception:
            is_alive = False
        if not is_alive:
            raise InvalidatePoolError


async def check_idle(connection: psycopg.AsyncConnection[Any]) -> None:
    """Raise for a dead connection of a psycopg pool, which then opens another one."""
    if has_news(connection.fileno()):
        await AsyncConnectionPool.check_connection(connection)
