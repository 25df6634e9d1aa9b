"""What is withdrawn, decided anew, or settled, while the sender has it in its hands."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries.models import Delivery
from bot.deliveries.service import drop_due, set_quiet_hours, settle, stop_pushes
from bot.outbox.models import OutboxCall
from bot.outbox.service import due_calls, expire_calls, mark_sending
from tests.deliveries.people import ALL, MORNING, calls, dispatch, figures_of, ledger, plan, somebody, statuses


async def take_in_hand(session: AsyncSession, now: datetime) -> OutboxCall:
    (call,) = await due_calls(session, now=now)
    await mark_sending(session, [call.id])
    return call


async def give_back(session: AsyncSession, call: OutboxCall, **values: object) -> None:
    """What the sender records when Telegram did not take a call."""
    row = await session.get_one(OutboxCall, call.id, populate_existing=True)
    row.status = "pending"
    for name, value in values.items():
        setattr(row, name, value)
    await session.flush()


async def test_planning_again_changes_nothing(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "a")
    await dispatch(session, now)
    await plan(session, who, now + timedelta(days=1), "a")
    assert await statuses(session) == {"a": "sending"}


async def test_what_was_leaving_at_a_stop_and_did_not_leave_never_does(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "a")
    await dispatch(session, now)
    call = await take_in_hand(session, now)
    await stop_pushes(session, person_id=who, reason="asked", now=now)
    assert await statuses(session) == {"a": "sending: stopped"}
    await give_back(session, call)  # a 5xx, a 429, or a sender that died
    await expire_calls(session, now=now)
    await settle(session, now=now)
    assert await statuses(session) == {"a": "dropped: stopped"}


async def test_what_was_leaving_at_a_stop_and_left_counts_as_sent(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "a")
    await dispatch(session, now)
    await take_in_hand(session, now)
    await stop_pushes(session, person_id=who, reason="asked", now=now)
    await session.execute(text("UPDATE outbox_call SET status = 'sent', sent_at = :now"), {"now": now})
    await settle(session, now=now)
    assert await statuses(session) == {"a": "sent"}


async def muted_while_leaving(session: AsyncSession, now: datetime) -> int:
    """Mute half of a digest that is in the sender's hands and comes back; return its person."""
    who = await somebody(session, now)
    await plan(session, who, now, "muted", source_id=1)
    await plan(session, who, now, "wanted", source_id=2)
    await dispatch(session, now, ALL)
    call = await take_in_hand(session, now)
    await drop_due(session, Delivery.source_id == 1, error="muted", now=now)
    await give_back(session, call)
    return who


async def test_of_a_digest_that_was_leaving_only_what_was_muted_is_dropped(
    session: AsyncSession, now: datetime
) -> None:
    await muted_while_leaving(session, now)
    await expire_calls(session, now=now)
    await settle(session, now=now)
    assert await statuses(session) == {"muted": "dropped: muted", "wanted": "due"}


async def test_new_quiet_hours_hold_for_what_was_written_before_them(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "a")
    await dispatch(session, now)
    await set_quiet_hours(session, person_id=who, start=9, end=18, now=now)  # it is 11 in Paris
    assert await statuses(session) == {"a": "due"}
    await dispatch(session, now)
    assert [call.status for call in await calls(session)] == ["cancelled"]
    assert (await ledger(session))["a"].due_at == now + timedelta(hours=7)


async def test_what_was_muted_while_it_was_leaving_stays_so_at_other_hours(
    session: AsyncSession, now: datetime
) -> None:
    who = await muted_while_leaving(session, now)
    await set_quiet_hours(session, person_id=who, start=22, end=7, now=now)
    assert await statuses(session) == {"muted": "dropped: muted", "wanted": "due"}


async def test_what_expired_in_doubt_is_told_again_and_counted(session: AsyncSession, now: datetime) -> None:
    await plan(session, await somebody(session, now), now, "a")
    await dispatch(session, now)
    await give_back(session, await take_in_hand(session, now), doubts=1)
    await expire_calls(session, now=MORNING)
    await settle(session, now=MORNING)
    assert (await figures_of(session)).repeated == 0
    await dispatch(session, MORNING)
    await session.execute(text("UPDATE outbox_call SET status = 'sent', sent_at = :now WHERE status = 'pending'"),
                          {"now": MORNING})  # fmt: skip
    await settle(session, now=MORNING)
    figures = await figures_of(session)
    assert (figures.sent, figures.repeated) == (1, 1)


async def test_settling_twice_changes_nothing(session: AsyncSession, now: datetime) -> None:
    await plan(session, await somebody(session, now), now, "a")
    await dispatch(session, now)
    await session.execute(text("UPDATE outbox_call SET status = 'failed', error = 'too strange'"))
    assert await settle(session, now=now) == {"failed": 1}
    before = (await session.execute(select(Delivery.status, Delivery.error, Delivery.settled_at))).all()
    assert await settle(session, now=now + timedelta(hours=1)) == {}
    assert before == (await session.execute(select(Delivery.status, Delivery.error, Delivery.settled_at))).all()
