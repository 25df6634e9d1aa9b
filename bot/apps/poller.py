"""Polling: getUpdates in a loop, for a machine that Telegram cannot reach.

The offset lives in the database and moves once the updates are stored: what Telegram forgets after the next call is
safe by then, and what comes twice after a crash is known by its `update_id`.
"""

from __future__ import annotations

import asyncio
import contextlib

import procrastinate
import psycopg
import structlog
from telegram import Bot
from telegram._utils.types import JSONDict
from telegram.error import Conflict, RetryAfter, TelegramError

from bot.apps.ingress import ALLOWED_UPDATES, store_update
from bot.db.service import Sessions, is_connection_fault, psycopg_url, transaction
from bot.inbox.service import move_offset, next_offset, read_envelope
from bot.kit.clock import Clock

LONG_POLL_SECONDS = 25
# After a week of silence Telegram goes on from a random identity, and an old offset above it would confirm what nobody
# has seen. Without an offset everything unconfirmed comes, and what is known already has no effect.
FRESH_SECONDS = 3600.0
_log = structlog.get_logger(__name__)


async def poll_until(
    stop: asyncio.Event, bot: Bot, sessions: Sessions, queue: procrastinate.App, *, database_url: str, clock: Clock
) -> None:
    """Poll until `stop` is set; one poller a bot, by advisory lock, and a second one waits."""
    while not stop.is_set():
        try:
            async with await psycopg.AsyncConnection.connect(
                psycopg_url(database_url), autocommit=True, connect_timeout=3
            ) as guard:
                await _poll_as_owner(stop, guard, bot, sessions, queue, clock=clock)
        except Exception as error:
            pause = _pause_after(error)
            _log.warning("polling_interrupted", error=type(error).__name__, pause=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)


async def _poll_as_owner(
    stop: asyncio.Event,
    guard: psycopg.AsyncConnection[tuple[object, ...]],
    bot: Bot,
    sessions: Sessions,
    queue: procrastinate.App,
    *,
    clock: Clock,
) -> None:
    bot_id = int(bot.token.partition(":")[0])
    while not stop.is_set():
        row = await (
            await guard.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [f"escale.poller:{bot_id}"])
        ).fetchone()
        if row and row[0]:
            break
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1.0)
    loop, fresh_until = asyncio.get_running_loop(), 0.0
    while not stop.is_set():
        await guard.execute("SELECT 1")  # without this connection the lock is gone
        async with transaction(sessions) as session:
            offset = await next_offset(session, bot_id=bot_id) if loop.time() < fresh_until else 0
        updates = await _updates_or_stop(stop, bot, offset)
        if updates:
            await _store(sessions, queue, updates, bot_id=bot_id, clock=clock)
            fresh_until = loop.time() + FRESH_SECONDS


async def _updates_or_stop(stop: asyncio.Event, bot: Bot, offset: int) -> list[JSONDict]:
    """Return the next batch as decoded JSON, or nothing when `stop` is set first."""
    # The library's own decoding would drop the whole batch for one update that it cannot read.
    request = asyncio.create_task(
        bot._post(
            "getUpdates",
            {"offset": offset, "timeout": LONG_POLL_SECONDS, "allowed_updates": list(ALLOWED_UPDATES)},
            read_timeout=LONG_POLL_SECONDS + 10,
        )
    )
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({request, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not request.done():
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
        return []
    result = request.result()
    return [update for update in result if isinstance(update, dict)] if isinstance(result, list) else []


async def _store(
    sessions: Sessions, queue: procrastinate.App, updates: list[JSONDict], *, bot_id: int, clock: Clock
) -> None:
    for update in updates:
        await store_update(sessions, queue, update, clock=clock)
    envelopes = [envelope for update in updates if (envelope := read_envelope(update)) is not None]
    if envelopes:
        async with transaction(sessions) as session:
            await move_offset(session, bot_id=bot_id, offset=max(envelope.update_id for envelope in envelopes) + 1)


def _pause_after(error: Exception) -> float:
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return wait if isinstance(wait, int | float) else wait.total_seconds()
    if isinstance(error, Conflict):
        return 5.0  # another program polls with this token
    if isinstance(error, TelegramError) or is_connection_fault(error):
        return 2.0
    return 5.0
