"""Signs of life: each process writes one every few seconds, and `/readyz` and `escale doctor` read them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import Sessions, transaction
from bot.kit.clock import Clock
from bot.queue.models import ProcessHeartbeat

BEAT_SECONDS = 5.0
FRESH = timedelta(seconds=15)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sign:
    """The last sign of life of a part, and what it said of itself."""

    at: datetime
    detail: str


async def beat(session: AsyncSession, name: str, *, now: datetime, detail: str) -> None:
    """Write one sign of life."""
    statement = insert(ProcessHeartbeat).values(name=name, at=now, detail=detail)
    await session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"at": now, "detail": detail}))


async def beat_until(
    stop: asyncio.Event, sessions: Sessions, name: str, *, clock: Clock, detail: Callable[[], str]
) -> None:
    """Write a sign of life every 5 seconds until `stop` is set; a database that is away silences it, no more."""
    while not stop.is_set():
        try:
            async with transaction(sessions) as session:
                await beat(session, name, now=clock(), detail=detail())
        except Exception as error:
            _log.debug("heartbeat_lost", name=name, error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), BEAT_SECONDS)


async def read_signs(session: AsyncSession) -> dict[str, Sign]:
    """Return the last sign of each part, by name."""
    rows = await session.scalars(select(ProcessHeartbeat))
    return {row.name: Sign(row.at, row.detail) for row in rows}
