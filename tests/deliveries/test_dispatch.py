"""From what is due to messages of the outbox: rest, caps, order, language, and who is sent nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.formatting import MESSAGE_LIMIT, utf16_length
from bot.db.service import Sessions, transaction
from bot.deliveries.dispatch import PASSES
from bot.deliveries.models import KINDS, Delivery
from bot.deliveries.service import Composed, Push, Recipient, settle, stop_campaigns, stop_pushes
from bot.deliveries.tasks import dispatch_all
from bot.outbox.models import Lane
from bot.outbox.service import expire_calls
from bot.transcripts.service import read_conversation
from tests.deliveries.people import (
    ALL,
    EACH,
    MORNING,
    NIGHT,
    calls,
    dispatch,
    ledger,
    person,
    plan,
    somebody,
    statuses,
    tell_all,
)


def test_the_passes_are_the_kinds_in_their_order() -> None:
    assert tuple(kind for kinds in PASSES for kind in kinds) == KINDS


async def test_what_is_due_becomes_a_message_with_its_buttons_once(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "a", "b")
    await dispatch(session, now, ALL)
    await dispatch(session, now, ALL)
    (call,) = await calls(session)
    found = await ledger(session)
    assert call.params["text"] == "fr: a, b"
    assert call.params["reply_markup"]["inline_keyboard"][0][0]["text"] == "Stop"
    assert {call.id} == {one.outbox_id for one in found.values()}
    assert {("sending", 1)} == {(one.status, one.attempts) for one in found.values()}


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_has_its_lane_and_may_be_repeated_or_not(
    session: AsyncSession, now: datetime, kind: str
) -> None:
    await plan(session, await somebody(session, now), now, "a", kind=kind)
    await dispatch(session, now)
    (call,) = await calls(session)
    assert (Lane.BULK if kind in ("alert", "campaign") else Lane.TRANSACTIONAL) == call.lane
    assert (0 if kind == "campaign" else 5) == call.repeats


async def test_nothing_is_written_at_night_and_it_waits_for_the_morning(session: AsyncSession, now: datetime) -> None:
    await plan(session, await somebody(session, now), now, "a")
    await dispatch(session, NIGHT)
    assert await calls(session) == []
    assert (await ledger(session))["a"].due_at == MORNING
    await dispatch(session, MORNING)
    assert await statuses(session) == {"a": "sending"}


async def test_nothing_is_written_on_a_holiday(session: AsyncSession, now: datetime) -> None:
    christmas = datetime(2026, 12, 25, 10, 0, tzinfo=UTC)
    await plan(session, await somebody(session, now), now, "a", stale_at=christmas + timedelta(days=9))
    await dispatch(session, christmas)
    assert (await ledger(session))["a"].due_at == datetime(2026, 12, 26, 7, 0, tzinfo=UTC)


async def test_what_would_be_stale_when_it_may_come_is_dropped_at_once(session: AsyncSession, now: datetime) -> None:
    await plan(session, await somebody(session, now), now, "a", stale_at=MORNING - timedelta(hours=1))
    await dispatch(session, NIGHT)
    assert await statuses(session) == {"a": "dropped: stale"}


async def test_a_message_leaves_before_the_next_rest_or_not_at_all(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "a", kind="reminder")
    await dispatch(session, datetime(2026, 11, 23, 19, 50, tzinfo=UTC))
    await plan(session, who, now, "b", kind="reminder", stale_at=now + timedelta(hours=1))
    await plan(session, who, now, "c", kind="reminder")
    await dispatch(session, now)
    ends = [call.expires_at for call in await calls(session)]
    assert ends == [datetime(2026, 11, 23, 20, 0, tzinfo=UTC), now + timedelta(hours=1), now + timedelta(hours=6)]


async def test_what_expired_before_it_left_is_due_again_and_told_in_the_morning(
    session: AsyncSession, now: datetime
) -> None:
    await plan(session, await somebody(session, now), now, "a")
    await dispatch(session, NIGHT - timedelta(hours=2, minutes=35))
    await expire_calls(session, now=NIGHT)
    await settle(session, now=NIGHT)
    await dispatch(session, NIGHT)
    await dispatch(session, MORNING)
    found = (await ledger(session))["a"]
    assert (found.status, found.attempts) == ("sending", 2)
    assert [call.status for call in await calls(session)] == ["expired", "pending"]


async def test_the_cap_of_a_day_counts_messages_and_the_most_pressing_come_first(
    session: AsyncSession, now: datetime
) -> None:
    who = await somebody(session, now, most_a_day=2)
    await plan(session, who, now, "advert", kind="campaign")
    await plan(session, who, now, "new")
    await plan(session, who, now, "moved", kind="change")
    await dispatch(session, now)
    assert [call.params["text"] for call in await calls(session)] == ["moved", "new"]
    found = (await ledger(session))["advert"]
    assert (found.status, found.due_at) == ("due", MORNING)
    await session.execute(text("UPDATE outbox_call SET status = 'sent', sent_at = :now"), {"now": now})
    await settle(session, now=now)
    await dispatch(session, MORNING)
    assert (await ledger(session))["advert"].status == "sending"


async def test_a_digest_counts_as_one_message(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now, most_a_day=1)
    await plan(session, who, now, "a", "b", "c")
    await dispatch(session, now, ALL)
    assert {"sending"} == set((await statuses(session)).values())


async def test_what_is_urgent_may_be_one_over_the_cap(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now, most_a_day=1)
    await plan(session, who, now, "ordinary", kind="change")
    await plan(session, who, now, "last day", "last day too", kind="reminder", details={"urgent": True})
    await dispatch(session, now)
    found = await statuses(session)
    assert found == {"ordinary": "sending", "last day": "sending", "last day too": "due"}


async def test_messages_of_yesterday_do_not_count_today(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now, most_a_day=1)
    await plan(session, who, now, "yesterday", "today")
    await dispatch(session, now)
    await session.execute(text("UPDATE outbox_call SET status = 'sent', sent_at = :now"), {"now": now})
    await settle(session, now=now)
    await dispatch(session, MORNING)
    assert await statuses(session) == {"yesterday": "sent", "today": "sending"}


async def test_a_message_that_may_have_been_read_counts_too(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now, most_a_day=1)
    await plan(session, who, now, "a", "b")
    await dispatch(session, now)
    await session.execute(text("UPDATE outbox_call SET status = 'uncertain'"))
    await settle(session, now=now)
    assert (await statuses(session))["a"] == "uncertain: uncertain"
    await dispatch(session, now + timedelta(hours=1))
    assert len(await calls(session)) == 1


async def test_who_never_agreed_or_stopped_is_sent_nothing(session: AsyncSession, now: datetime) -> None:
    stopped = await somebody(session, now, 1)
    await stop_pushes(session, person_id=stopped, reason="asked", now=now)
    stranger = await somebody(session, now, 2)
    await session.execute(text("DELETE FROM push_preferences WHERE person_id = :who"), {"who": stranger})
    session.expire_all()
    await plan(session, stopped, now, "a")
    await plan(session, stranger, now, "b")
    await dispatch(session, now)
    assert await statuses(session) == {"a": "dropped: stopped", "b": "dropped: stopped"}
    assert await calls(session) == []


async def test_who_stopped_campaigns_still_gets_alerts(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await stop_campaigns(session, person_id=who, now=now)
    await plan(session, who, now, "advert", kind="campaign")
    await plan(session, who, now, "new")
    await dispatch(session, now)
    assert await statuses(session) == {"advert": "dropped: stopped", "new": "sending"}


async def test_who_cannot_be_reached_is_written_nothing(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    somebody_gone = await person(session, who)
    somebody_gone.unreachable_at, somebody_gone.unreachable_reason = now, "deactivated"
    await plan(session, who, now, "a")
    await dispatch(session, now)
    assert await statuses(session) == {"a": "blocked: deactivated"}


async def test_a_terminal_is_written_nothing(sessions: Sessions, now: datetime) -> None:
    async with transaction(sessions) as session:
        await plan(session, await somebody(session, now, channel="terminal"), now, "a", stale_at=now + timedelta(1))
    await dispatch_all(sessions, composers=EACH, clock=lambda: now)
    await dispatch_all(sessions, composers=EACH, clock=lambda: now + timedelta(days=1))
    async with sessions() as session:
        assert await calls(session) == []
        assert await statuses(session) == {"a": "dropped: stale"}


async def test_each_is_spoken_to_in_their_language_and_manner(session: AsyncSession, now: datetime) -> None:
    who = await person(session, await somebody(session, now, 1))
    who.language, who.is_plain = "ar", True
    await plan(session, who.id, now, "a")

    async def compose(_session: AsyncSession, recipient: Recipient, due: Sequence[Delivery]) -> Composed:
        assert (recipient.voice, recipient.voice.manners) == ("ar", ("plain",))
        return Composed([Push(due, "🔔 عرض جديد (Erasmus+ 2027)")])

    await dispatch(session, now, {"alert": compose})
    (call,) = await calls(session)
    assert "🔔" not in call.params["text"]
    assert "\u2068Erasmus+ 2027\u2069" in call.params["text"]


async def test_a_message_is_never_longer_than_telegram_takes(session: AsyncSession, now: datetime) -> None:
    await plan(session, await somebody(session, now), now, "a")

    async def compose(_session: AsyncSession, _recipient: Recipient, due: Sequence[Delivery]) -> Composed:
        return Composed([Push(due, "<b>" + "😀 mot &amp; " * 2000 + "</b>")])

    await dispatch(session, now, {"alert": compose})
    (call,) = await calls(session)
    assert 3900 < utf16_length(call.params["text"]) <= MESSAGE_LIMIT
    assert call.params["text"].endswith("</b>…")


async def test_what_is_told_is_logged_masked(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "a")

    async def compose(_session: AsyncSession, _recipient: Recipient, due: Sequence[Delivery]) -> Composed:
        return Composed([Push(due, "<b>Écris</b> à lea@exemple.fr")])

    await dispatch(session, now, {"alert": compose})
    (logged,) = await read_conversation(session, person_id=who)
    assert (logged.direction, logged.source, logged.update_id) == ("out", "push", None)
    assert logged.text.startswith("Écris à ")
    assert "lea@" not in logged.text


async def test_what_a_composer_drops_is_dropped_and_what_it_leaves_out_is_looked_at_again(
    session: AsyncSession, now: datetime
) -> None:
    await plan(session, await somebody(session, now), now, "told", "gone", "later")

    async def compose(_session: AsyncSession, _recipient: Recipient, due: Sequence[Delivery]) -> Composed:
        told, gone, _later = due
        return Composed([Push([told], "x"), Push([told], "the same again")], {"gone": [gone]})

    await dispatch(session, now, {"alert": compose})
    found = await ledger(session)
    assert await statuses(session) == {"told": "sending", "gone": "dropped: gone", "later": "due"}
    assert now < found["later"].due_at <= now + timedelta(hours=1)
    assert len(await calls(session)) == 1


async def test_a_composer_that_fails_harms_only_its_own_kind_of_that_person(
    session: AsyncSession, now: datetime
) -> None:
    unlucky, lucky = await somebody(session, now, 1), await somebody(session, now, 2)
    await plan(session, unlucky, now, "a")
    await plan(session, unlucky, now, "moved", kind="change")
    await plan(session, lucky, now, "b")

    async def compose(session: AsyncSession, recipient: Recipient, due: Sequence[Delivery]) -> Composed:
        if recipient.person.id == unlucky:
            await session.execute(text("SELECT 1 / 0"))
        return await tell_all(session, recipient, due)

    tally = await dispatch(session, now, {"alert": compose, "change": tell_all})
    assert await statuses(session) == {"a": "due", "moved": "sending", "b": "sending"}
    assert (await ledger(session))["a"].due_at > now
    assert tally["failed"] == 1


async def test_what_cannot_be_written_is_put_off_and_the_others_are_told(sessions: Sessions, now: datetime) -> None:
    async with transaction(sessions) as session:
        for chat in (1, 2, 3):
            await plan(session, await somebody(session, now, chat), now, f"new {chat}")

    async def compose(_session: AsyncSession, _recipient: Recipient, due: Sequence[Delivery]) -> Composed:
        (one,) = due
        return Composed([Push(due, one.reason + ("\x00" if one.reason == "new 2" else ""))])  # PostgreSQL takes no NUL

    tally = await dispatch_all(sessions, composers={"alert": compose}, clock=lambda: now)
    async with sessions() as session:
        assert await statuses(session) == {"new 1": "sending", "new 2": "due", "new 3": "sending"}
        assert (await ledger(session))["new 2"].due_at > now
    assert tally["failed"] == 1


async def test_what_has_no_composer_stays_due(session: AsyncSession, now: datetime) -> None:
    await plan(session, await somebody(session, now), now, "a")
    await dispatch(session, now, {})
    assert await statuses(session) == {"a": "due"}
