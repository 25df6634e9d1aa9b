"""What people want of messages: stopped, taken up again, changed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries.preferences import MOST_A_DAY
from bot.deliveries.service import (
    agree,
    infer_zone,
    let_agree,
    preferences_of,
    resume_campaigns,
    resume_pushes,
    set_follows_kept,
    set_holidays_off,
    set_most_a_day,
    set_quiet_hours,
    set_zone,
    stop_campaigns,
    stop_pushes,
    stop_too_young,
    stop_unreachable,
)
from bot.kit.errors import UserError
from bot.profiles.service import move_chat, person_of_chat
from tests.deliveries.people import calls, dispatch, person, plan, preferences, somebody, statuses


async def test_who_agrees_gets_calm_preferences(session: AsyncSession, now: datetime) -> None:
    wants = await preferences(session, await somebody(session, now))
    assert (wants.time_zone, wants.quiet_from, wants.quiet_until) == ("Europe/Paris", 21, 8)
    assert (wants.holidays_off, wants.most_a_day, wants.follows_kept) == (True, 3, None)


async def test_a_stop_withdraws_what_is_due_and_what_waits_in_the_outbox(session: AsyncSession, now: datetime) -> None:
    who, other = await somebody(session, now, 1), await somebody(session, now, 2)
    await plan(session, who, now, "written")
    await plan(session, other, now, "theirs")
    await dispatch(session, now)
    await plan(session, who, now, "due")
    assert await stop_pushes(session, person_id=who, reason="asked", now=now) == 2
    assert await statuses(session) == {"written": "dropped: stopped", "due": "dropped: stopped", "theirs": "sending"}
    assert [call.status for call in await calls(session)] == ["cancelled", "pending"]


async def test_a_second_stop_keeps_the_first_reason(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await stop_pushes(session, person_id=who, reason="asked", now=now)
    await stop_pushes(session, person_id=who, reason="blocked", now=now + timedelta(days=1))
    wants = await preferences(session, who)
    assert (wants.stopped_at, wants.stop_reason) == (now, "asked")


async def test_who_is_too_young_is_sent_nothing_and_agrees_to_nothing_until_older(
    session: AsyncSession, now: datetime
) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "written")
    await dispatch(session, now)
    await plan(session, who, now, "due")
    assert await stop_too_young(session, person_id=who, now=now)
    assert await statuses(session) == {"written": "dropped: stopped", "due": "dropped: stopped"}
    for take_up in (agree, resume_pushes):
        with pytest.raises(UserError, match="too_young"):
            await take_up(session, person_id=who, now=now)
    assert (await preferences(session, who)).stopped_at == now
    await let_agree(session, person_id=who, now=now)
    assert (await preferences(session, who)).stopped_at == now  # nothing by itself
    assert await resume_pushes(session, person_id=who, now=now)


async def test_being_too_young_counts_for_more_than_a_stop_of_before(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await stop_pushes(session, person_id=who, reason="asked", now=now)
    assert not await stop_too_young(session, person_id=who, now=now + timedelta(days=1))
    with pytest.raises(UserError, match="too_young"):
        await agree(session, person_id=who, now=now)
    assert (await preferences(session, who)).stopped_at == now


async def test_who_never_agreed_gets_no_row_by_being_too_young(session: AsyncSession, now: datetime) -> None:
    stranger = await person_of_chat(session, channel="telegram", chat_id=1, telegram_language="fr", now=now)
    assert not await stop_too_young(session, person_id=stranger.id, now=now)
    await let_agree(session, person_id=stranger.id, now=now)
    assert await preferences_of(session, stranger.id) is None


async def test_what_was_stopped_is_taken_up_again_but_what_was_withdrawn_stays_so(
    session: AsyncSession, now: datetime
) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "before")
    await stop_pushes(session, person_id=who, reason="asked", now=now)
    assert await resume_pushes(session, person_id=who, now=now)
    await plan(session, who, now, "before", "after")
    await dispatch(session, now)
    assert await statuses(session) == {"before": "dropped: stopped", "after": "sending"}


async def test_who_never_agreed_is_not_taken_up_again(session: AsyncSession, now: datetime) -> None:
    stranger = await person_of_chat(session, channel="telegram", chat_id=1, telegram_language="fr", now=now)
    assert not await resume_pushes(session, person_id=stranger.id, now=now)
    assert await preferences_of(session, stranger.id) is None
    await set_most_a_day(session, person_id=stranger.id, most=1, now=now)
    assert await preferences_of(session, stranger.id) is None


async def test_campaigns_are_stopped_and_taken_up_apart(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "advert", kind="campaign")
    await plan(session, who, now, "new")
    assert await stop_campaigns(session, person_id=who, now=now) == 1
    assert await statuses(session) == {"advert": "dropped: stopped", "new": "due"}
    await resume_campaigns(session, person_id=who, now=now)
    await plan(session, who, now, "another", kind="campaign")
    await dispatch(session, now)
    assert (await statuses(session))["another"] == "sending"


@pytest.mark.parametrize("reason", ["blocked", "deactivated", "chat_not_found"])
async def test_who_cannot_be_reached_is_stopped_and_writing_again_takes_up_nothing(
    session: AsyncSession, now: datetime, reason: str
) -> None:
    who = await somebody(session, now, 5)
    await plan(session, who, now, "a")
    await stop_unreachable(session, channel="telegram", chat_id=5, reason=reason, now=now)
    assert await statuses(session) == {"a": "dropped: stopped"}
    back = await person_of_chat(session, channel="telegram", chat_id=5, telegram_language="fr", now=now)
    assert back.unreachable_at is None
    wants = await preferences(session, who)
    assert (wants.stopped_at, wants.stop_reason) == (now, reason)
    await plan(session, who, now, "b")
    await dispatch(session, now)
    assert await calls(session) == []


async def test_a_chat_that_nobody_is_known_in_is_no_trouble(session: AsyncSession, now: datetime) -> None:
    await stop_unreachable(session, channel="telegram", chat_id=404, reason="blocked", now=now)
    assert await statuses(session) == {}


async def test_a_moved_chat_is_written_to_where_it_is(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now, 5)
    await move_chat(session, channel="telegram", chat_id=5, new_chat_id=55)
    session.expire_all()
    await person(session, who)
    await plan(session, who, now, "a")
    await dispatch(session, now)
    (call,) = await calls(session)
    assert (call.chat_id, call.params["chat_id"]) == (55, 55)


async def test_a_told_zone_is_kept_over_an_inferred_one(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    assert await infer_zone(session, person_id=who, zone="America/Toronto", now=now)
    assert not await infer_zone(session, person_id=who, zone="America/Toronto", now=now)
    await set_zone(session, person_id=who, zone="Africa/Dakar", now=now)
    assert not await infer_zone(session, person_id=who, zone="Asia/Beirut", now=now)
    wants = await preferences(session, who)
    assert (wants.time_zone, wants.zone_from) == ("Africa/Dakar", "told")


async def test_what_waits_is_decided_anew_for_the_clock_of_where_they_live(
    session: AsyncSession, now: datetime
) -> None:
    who = await somebody(session, now)
    await plan(session, who, now, "written for the afternoon in Paris")
    await dispatch(session, now)
    assert await infer_zone(session, person_id=who, zone="America/Toronto", now=now)  # five in the morning there
    await dispatch(session, now)
    assert [call.status for call in await calls(session)] == ["cancelled"]
    assert (await statuses(session)).popitem()[1] == "due"


async def test_each_preference_is_kept(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await set_quiet_hours(session, person_id=who, start=22, end=7, now=now)
    await set_holidays_off(session, person_id=who, is_off=False, now=now)
    await set_follows_kept(session, person_id=who, is_wanted=True, now=now)
    assert await set_most_a_day(session, person_id=who, most=5, now=now) == 5
    wants = await preferences(session, who)
    assert (wants.quiet_from, wants.quiet_until, wants.holidays_off) == (22, 7, False)
    assert (wants.follows_kept, wants.most_a_day) == (True, 5)


async def test_what_makes_no_sense_is_refused(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    with pytest.raises(ValueError, match="Mars"):
        await set_zone(session, person_id=who, zone="Mars/Phobos", now=now)
    with pytest.raises(ValueError, match="24"):
        await set_quiet_hours(session, person_id=who, start=24, end=7, now=now)
    assert await set_most_a_day(session, person_id=who, most=0, now=now) == 1
    assert await set_most_a_day(session, person_id=who, most=99, now=now) == MOST_A_DAY


async def test_agreeing_again_forgets_the_stop(session: AsyncSession, now: datetime) -> None:
    who = await somebody(session, now)
    await stop_pushes(session, person_id=who, reason="asked", now=now)
    wants = await agree(session, person_id=who, now=now)
    assert (wants.stopped_at, wants.stop_reason) == (None, None)
