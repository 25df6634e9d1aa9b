"""The webhook: Telegram's updates become rows and jobs before the 200 that lets Telegram forget them."""

from __future__ import annotations

import hmac
import json
from typing import Any

import procrastinate
import structlog
from fastapi import APIRouter, Request, Response
from prometheus_client import Counter

from bot.db.service import Sessions, is_connection_fault, transaction
from bot.inbox.service import accept_update
from bot.kit.clock import Clock

# What Telegram is asked to send; anything else that comes is stored and ends as "nothing to answer".
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
LARGEST_BODY = 1_000_000
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
_log = structlog.get_logger(__name__)
_updates = Counter("escale_updates_total", "Updates received by the webhook", ["outcome"])


def webhook_router(sessions: Sessions, queue: procrastinate.App, *, secret: str, clock: Clock) -> APIRouter:
    """Return the route POST /telegram/webhook.

    It answers 403 without the secret, 413 over 1 MB, 503 when the database is away (Telegram tries again), and 200 for
    everything else: a malformed update would come back for ever.
    """
    router = APIRouter()

    @router.post("/telegram/webhook")
    async def receive(request: Request) -> Response:
        given = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            _updates.labels("forbidden").inc()
            return Response(status_code=403)
        body = await _body_within_limit(request)
        if body is None:
            return Response(status_code=413)
        update = _decode(body)
        if update is None:
            _updates.labels("malformed").inc()
            return Response(status_code=200)
        try:
            inbox_id = await store_update(sessions, queue, update, clock=clock)
        except Exception as error:
            # Whatever stopped the storing, the update is still Telegram's to repeat.
            _updates.labels("refused").inc()
            _log.error("update_not_stored", error=type(error).__name__)
            return Response(status_code=503, headers={"Retry-After": "2"})
        _updates.labels("accepted" if inbox_id is not None else "repeated").inc()
        return Response(status_code=200)

    return router


async def store_update(
    sessions: Sessions, queue: procrastinate.App, update: dict[str, Any], *, clock: Clock
) -> int | None:
    """Store one Telegram update and its job; what PostgreSQL cannot hold is stored without its content, never refused.

    Raises:
        Exception: the database is away, full, or refuses even the bare row; Telegram must keep the update.
    """
    try:
        async with transaction(sessions) as session:
            return await accept_update(session, queue, update, channel="telegram", now=clock())
    except Exception as error:
        if is_connection_fault(error):
            raise
        _log.error("update_stored_bare", error=type(error).__name__)
    async with transaction(sessions) as session:
        bare = {"update_id": update.get("update_id")}
        return await accept_update(session, queue, bare, channel="telegram", now=clock())


async def _body_within_limit(request: Request) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


def _decode(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return update if isinstance(update, dict) else None
