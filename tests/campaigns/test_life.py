"""From a draft to its end: scheduled, expanded, dispatched, paused, resumed, cancelled, reported; with real rows."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.campaigns.composing import compose_campaigns
from bot.campaigns.life import (
    TRANSITIONS,
    begin_campaigns,
    campaign_of,
    cancel_campaign,
    end_campaigns,
    hold_returned,
    pause_campaign,
    resume_campaign,
    schedule_campaign,
)
from bot.campaigns.models import Campaign
from bot.campaigns.reporting import preview_campaign, report_campaign
from bot.db.service import Sessions, transaction
from bot.deliveries.dispatch import dispatch_batch
from bot.deliveries.models import Delivery, PushPreferences
from bot.deliveries.service import stop_campaigns
from bot.deliveries.tasks import dispatch_all
from bot.kit.errors import InputError
from bot.outbox.models import OutboxCall
from bot.outbox.service import expire_calls
from bot.profiles.models import Person
from tests.campaigns.acts import COMPOSERS, calls, dispatch, leaves, ledger, run, scheduled
from tests.campaigns.people import campaign, deliveries, nobody, person, status


async def test_nothing_is_written_before_its_moment(sessions: Sessions, now: datetime) -> None:
    async with transaction(sessions) as session:
        await person(session, 1, now)
        number = await campaign(session, now)
        await schedule_campaign(session, number, at=now + timedelta(hours=1), now=now)
    await run(sessions, now + timedelta(minutes=59))
    assert await ledger(sessions, number) == {}
    await run(sessions, now + timedelta(hours=1))
    assert await ledger(sessions, number) == {"due": 1}


async def test_without_a_last_day_it_may_be_put_off_and_has_a_week_from_its_beginning(
    sessions: Sessions, now: datetime
) -> None:
    number, begin = await scheduled(sessions, now), now + timedelta(days=20)
    async with transaction(sessions) as session:
        await schedule_campaign(session, number, at=begin, now=now)
    await run(sessions, begin)
    async with sessions() as session:
        assert (await campaign_of(session, number)).expires_at == begin + timedelta(days=7)
        assert {one.stale_at for one in await deliveries(session, number)} == {begin + timedelta(days=7)}


async def test_a_pause_holds_what_waits_in_the_outbox_and_a_resumption_sends_it_once(
    sessions: Sessions, now: datetime
) -> None:
    number = await scheduled(sessions, now, people=5)
    await run(sessions, now)
    await dispatch(sessions, now)
    await leaves(sessions, now, "sent", "sending")
    async with transaction(sessions) as session:
        assert await pause_campaign(session, number, now=now) == 3
    assert Counter(call.status for call in await calls(sessions)) == {"sent": 1, "sending": 1, "cancelled": 3}
    await dispatch(sessions, now)
    await run(sessions, now)
    assert await ledger(sessions, number) == {"sent": 1, "sending": 1, "due": 3}
    async with transaction(sessions) as session:
        await resume_campaign(session, number, now=now)
    await dispatch(sessions, now)
    left = [call.chat_id for call in await calls(sessions) if call.status != "cancelled"]
    assert sorted(left) == [1, 2, 3, 4, 5]


async def test_a_pause_waits_for_the_messages_that_are_being_written_and_withdraws_them(
    sessions: Sessions, now: datetime
) -> None:
    number = await scheduled(sessions, now)
    await run(sessions, now)

    async def pause() -> int:
        async with transaction(sessions) as session:
            return await pause_campaign(session, number, now=now)

    async with transaction(sessions) as session:
        people = list(await session.scalars(select(Person.id)))
        await dispatch_batch(session, people, ["campaign"], composers=COMPOSERS, now=now)
        pausing = asyncio.create_task(pause())
        await asyncio.sleep(0.3)
        assert not pausing.done()
    assert await pausing == 3
    assert {call.status for call in await calls(sessions)} == {"cancelled"}


async def test_nothing_is_written_while_a_pause_is_under_way(sessions: Sessions, now: datetime) -> None:
    number = await scheduled(sessions, now)
    await run(sessions, now)
    async with transaction(sessions) as session:
        await session.execute(select(Campaign).where(Campaign.id == number).with_for_update())
        await asyncio.wait_for(dispatch(sessions, now), 5)
    assert await calls(sessions) == []
    assert await ledger(sessions, number) == {"due": 3}


async def test_what_was_leaving_at_the_pause_and_came_back_is_held_too(sessions: Sessions, now: datetime) -> None:
    number = await scheduled(sessions, now, people=2)
    await run(sessions, now)
    await dispatch(sessions, now)
    await leaves(sessions, now, "sending", "sending")
    async with transaction(sessions) as session:
        assert await pause_campaign(session, number, now=now) == 0
    async with transaction(sessions) as session:
        written = (await session.scalars(select(OutboxCall))).all()
        assert {call.expires_at for call in written} == {now}  # Telegram answers 502: they do not leave again
        await session.execute(update(OutboxCall).values(status="pending"))
        await expire_calls(session, now=now)
    await dispatch(sessions, now)
    async with transaction(sessions) as session:
        assert await hold_returned(session, now=now) == 2
        assert await hold_returned(session, now=now) == 0
        assert {one.is_held for one in await deliveries(session, number)} == {True}


async def test_a_cancellation_midway_withdraws_the_rest_for_good(sessions: Sessions, now: datetime) -> None:
    number = await scheduled(sessions, now, people=5)
    await run(sessions, now)
    await dispatch(sessions, now)
    await leaves(sessions, now, "sent", "sent")
    async with transaction(sessions) as session:
        assert await cancel_campaign(session, number, now=now) == 3
    await dispatch(sessions, now)
    await run(sessions, now)
    assert Counter(call.status for call in await calls(sessions)) == {"sent": 2, "cancelled": 3}
    async with sessions() as session:
        report = await report_campaign(session, number)
    assert (report.status, report.outcomes["sent"], report.outcomes["cancelled"]) == ("cancelled", 2, 3)


async def test_a_paused_campaign_can_be_cancelled_and_what_is_held_goes(sessions: Sessions, now: datetime) -> None:
    number = await scheduled(sessions, now)
    await run(sessions, now)
    async with transaction(sessions) as session:
        await pause_campaign(session, number, now=now)
        assert await cancel_campaign(session, number, now=now) == 3
    assert await ledger(sessions, number) == {"dropped": 3}


async def test_whoever_stops_campaigns_gets_none_and_their_alerts_go_on(sessions: Sessions, now: datetime) -> None:
    number = await scheduled(sessions, now)
    await run(sessions, now)
    await dispatch(sessions, now)
    async with transaction(sessions) as session:
        one = (await session.scalars(select(Person).where(Person.chat_id == 2))).one()
        alert = Delivery(
            person_id=one.id, kind="alert", reason="alert", details={}, due_at=now, stale_at=now + timedelta(days=1),
            created_at=now,
        )  # fmt: skip
        session.add(alert)
        await stop_campaigns(session, person_id=one.id, now=now)
    async with sessions() as session:
        left = {call.chat_id: call.status for call in await session.scalars(select(OutboxCall))}
        assert left == {1: "pending", 2: "cancelled", 3: "pending"}
        assert (await session.get_one(Delivery, alert.id)).status == "due"
        preferences = await session.get_one(PushPreferences, one.id)
        assert (preferences.stopped_at, preferences.campaigns_stopped_at) == (None, now)
        report = await report_campaign(session, number)
    assert report.outcomes["stopped"] == 1
    async with transaction(sessions) as session:
        again = await campaign(session, now)
        shown = await preview_campaign(session, again, operator="la ville", too_young=nobody(), now=now)
    assert shown.people == {"en": 1, "fr": 1}


async def test_who_becomes_known_as_too_young_is_dropped_before_it_leaves(sessions: Sessions, now: datetime) -> None:
    number = await scheduled(sessions, now, people=2)
    await run(sessions, now)
    child = select(Person.id).where(Person.chat_id == 1)
    composers = {"campaign": partial(compose_campaigns, operator="x", too_young=child)}
    await dispatch_all(sessions, composers=composers, clock=lambda: now)
    assert [call.chat_id for call in await calls(sessions)] == [2]
    assert await ledger(sessions, number) == {"dropped": 1, "sending": 1}


async def test_a_campaign_that_expired_before_it_was_expanded_writes_to_nobody(
    sessions: Sessions, now: datetime
) -> None:
    number = await scheduled(sessions, now, expires=(now + timedelta(hours=1)).isoformat())
    await run(sessions, now + timedelta(hours=2))
    async with sessions() as session:
        assert await deliveries(session, number) == []
        assert await status(session, number) == "done"


async def test_each_step_is_refused_where_the_life_does_not_lead(session: AsyncSession, now: datetime) -> None:
    steps = {
        "scheduled": partial(schedule_campaign, session, at=now, now=now),
        "paused": partial(pause_campaign, session, now=now),
        "running": partial(resume_campaign, session, now=now),
        "cancelled": partial(cancel_campaign, session, now=now),
    }
    for old, possible in TRANSITIONS.items():
        for new, step in steps.items():
            number = await campaign(session, now)
            (await campaign_of(session, number)).status = old
            if old == "paused" and new == "scheduled":
                with pytest.raises(InputError, match="en pause"):
                    await step(campaign_id=number)
            elif new not in possible or (new == "running" and old != "paused"):
                with pytest.raises(InputError, match=f"n° {number} est « {old} »"):
                    await step(campaign_id=number)
            else:
                await step(campaign_id=number)


async def test_what_cannot_be_is_refused_in_words(session: AsyncSession, now: datetime) -> None:
    with pytest.raises(InputError, match="pas de campagne n° 404"):
        await pause_campaign(session, 404, now=now)
    with pytest.raises(InputError, match="est passée"):
        await campaign(session, now, expires="2026-11-22")
    with pytest.raises(InputError, match="pas d'offre n° 404"):
        await campaign(session, now, segment={"kept_offer": 404})
    number = await campaign(session, now, expires="2026-11-24")
    with pytest.raises(InputError, match="expire avant de commencer"):
        await schedule_campaign(session, number, at=now + timedelta(days=3), now=now)
    with pytest.raises(InputError, match="2026-11-23 10:54 est passé : il est 2026-11-23 11:00"):
        await schedule_campaign(session, number, at=now - timedelta(minutes=6), now=now)
    await schedule_campaign(session, number, at=now - timedelta(minutes=4), now=now)  # the time it takes to type it


async def test_it_ends_only_when_nothing_waits(session: AsyncSession, now: datetime) -> None:
    somebody = await person(session, 1, now)
    number = await campaign(session, now)
    await schedule_campaign(session, number, at=now, now=now)
    assert await begin_campaigns(session, now=now) == [number]
    assert await end_campaigns(session, now=now) == 0  # not everybody is in the ledger
    (await campaign_of(session, number)).is_expanded = True
    waiting = Delivery(
        person_id=somebody, kind="campaign", reason=f"campaign:{number}", source_id=number, details={}, due_at=now,
        stale_at=now + timedelta(days=1), created_at=now, status="sending",
    )  # fmt: skip
    session.add(waiting)
    await session.flush()
    assert await end_campaigns(session, now=now) == 0
    waiting.status = "sent"
    await session.flush()
    assert await end_campaigns(session, now=now) == 1
