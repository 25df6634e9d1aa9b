"""What the ledger forgets, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.erasure import erase_person
from bot.deliveries.ledger import drop_due, drop_stale
from bot.deliveries.models import Delivery, PushPreferences
from bot.deliveries.retention import forget_details, forget_settled
from tests.deliveries.people import dispatch, ledger, plan, somebody, statuses


async def test_details_go_after_a_month_and_rows_after_a_year_once_settled(
    session: AsyncSession, now: datetime
) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "settled", "waiting", details={"score": 0.7}, stale_at=now + timedelta(days=900))
    await drop_due(session, Delivery.reason == "settled", error="gone", now=now)
    assert await forget_details(session, now=now + timedelta(days=29)) == 0
    assert await forget_details(session, now=now + timedelta(days=31)) == 1
    assert await forget_details(session, now=now + timedelta(days=31)) == 0
    assert {k: v.details for k, v in (await ledger(session)).items()} == {"settled": {}, "waiting": {"score": 0.7}}
    assert await forget_settled(session, now=now + timedelta(days=364)) == 0
    assert await forget_settled(session, now=now + timedelta(days=366)) == 1
    assert list(await ledger(session)) == ["waiting"]


async def test_what_is_held_becomes_stale_too(session: AsyncSession, now: datetime) -> None:
    await plan(session, await somebody(session, now), now, "held", kind="campaign", stale_at=now + timedelta(days=1))
    (await ledger(session))["held"].is_held = True
    await session.flush()
    assert await drop_stale(session, now=now + timedelta(days=2)) == 0
    assert await drop_stale(session, now=now + timedelta(days=2), is_held_too=True) == 1
    assert await statuses(session) == {"held": "dropped: stale"}


async def test_erasing_a_person_erases_their_ledger(session: AsyncSession, now: datetime) -> None:
    who, other = await somebody(session, now, 1), await somebody(session, now, 2)
    await plan(session, who, now, "a", "b")
    await plan(session, other, now, "c")
    await dispatch(session, now)
    session.expunge_all()
    assert await erase_person(session, person_id=who)
    assert list(await ledger(session)) == ["c"]
    assert await session.scalar(select(func.count()).select_from(PushPreferences)) == 1
