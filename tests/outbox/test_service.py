"""Which calls are due, and which wait for their next try."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.outbox.service import due_calls, enqueue_call, waiting_calls


async def test_only_what_was_tried_waits_for_the_clock_that_was_set_back(session: AsyncSession, now: datetime) -> None:
    chat = {"channel": "telegram", "chat_id": 1, "method": "send_message", "params": {}, "now": now}
    fresh, tried = await enqueue_call(session, **chat), await enqueue_call(session, **chat)
    tried.error = "http_429"
    await session.flush()
    earlier = now - timedelta(hours=1)
    assert [call.id for call in await due_calls(session, now=earlier)] == [fresh.id]
    assert [call.id for call in await waiting_calls(session, now=earlier)] == [tried.id]
