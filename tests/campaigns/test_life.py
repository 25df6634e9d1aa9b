"""From a draft to its end: scheduled, expanded, dispatched, paused, resumed, cancelled, reported; with real rows."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any

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
from bot.campaigns.tasks import run_campaigns
from bot.campaigns.testing import send_test
from bot.db.service import Sessions, transaction
from bot.deliveries.dispatch import dispatch_batch
from bot.deliveries.models import Delivery, PushPreferences
from bot.deliveries.service import settle, stop_campaigns
from bot.deliveries.tasks import dispatch_all
from bot.kit.errors import InputError
from bot.outbox.models import Lane, OutboxCall
from bot.outbox.service import expire_calls
from bot.profiles.models import Person
from tests.campaigns.people import campaign, deliveries, nobody, person, status

COMPOSERS = {"campaign": partial(compose_campaigns, operator="la Maison & l'emploi", too_young=nobody())}


async def scheduled(sessions: Sessions, now: datetime, *, people: int = 3, **more: Any) -> int:
    """Write a campaign for some people and schedule it at once."""
    async with transaction(sessions) as session:
        for chat_id in range(1, people + 1):
            await person(session, chat_id, now, language="en" if chat_id == people else "fr")
        number = await campaign(session, now, **more)
        await schedule_campaign(session, number, at=now, now=now)
    return number


async def run(sessions: Sessions, now: datetime) -> None:
    await run_campaigns(sessions, too_young=nobody(), clock=lambda: now)


async def dispatch(sessions: Sessions, now: datetime) -> None:
    await dispatch_all(sessions, composers=COMPOSERS, clock=lambda: now)


async def calls(sessions: Sessions) -> list[OutboxCall]:
    async with sessions() as session:
        return list(await session.scalars(select(OutboxCall).order_by(OutboxCall.id)))


async def leaves(sessions: Sessions, now: datetime, *outcomes: str) -> None:
    """Let the sender say what came of the first waiting calls, as it does."""
    async with transaction(sessions) as session:
        waiting = select(OutboxCall).where(OutboxCall.status == "pending").order_by(OutboxCall.id)
        for call, outcome in zip(await session.scalars(waiting), outcomes, strict=False):
            call.status, call.sent_at = outcome, now


async def ledger(sessions: Sessions, number: int) -> Counter[str]:
    async with sessions() as session:
        return Counter(one.status for one in await deliveries(session, number))


async def test_everybody_meant_gets_the_message_once_in_their_language(sessions: Sessions, now: datetime) -> None:
    number = await scheduled(sessions, now, link="https://example.org/forum", link_labels={"fr": "Programme"})
    for _ in range(2):
        await run(sessions, now)
        await dispatch(sessions, now)
    written = await calls(sessions)
    assert [call.params["text"] for call in written] == [
        *["Viens au <b>forum</b> !\n\n— la Maison &amp; l&#x27;emploi"] * 2,
        "Come to the fair!\n\n— la Maison &amp; l&#x27;emploi",
    ]
    assert {(call.lane, call.repeats, call.status) for call in written} == {(int(Lane.BULK), 0, "pending")}
    buttons = [[row[0]["text"] for row in call.params["reply_markup"]["inline_keyboard"]] for call in written]
    assert buttons == [*[["Programme", "Ne plus recevoir ces messages"]] * 2, ["Find out more", "Stop these messages"]]
    await leaves(sessions, now, "sent", "sent", "sent")
    await dispatch(sessions, now)
    await run(sessions, now)
    async with sessions() as session:
        assert await status(session, number) == "done"


async def test_a_language_without_a_text_reads_french_signature_and_buttons_too(
    sessions: Sessions, now: datetime
) -> None:
    async with transaction(sessions) as session:
        await person(session, 1, now, language="ar")
        number = await campaign(session, now)
        await schedule_campaign(session, number, at=now, now=now)
    await run(sessions, now)
    await dispatch(sessions, now)
    (call,) = await calls(sessions)
    assert "forum" in call.params["text"]
    ((button,),) = call.params["reply_markup"]["inline_keyboard"]
    assert "Ne plus recevoir ces messages" in button["text"]


async def test_nothing_is_written_before_its_moment(sessions: Sessions, now: datetime) -> None:
    async with transaction(sessions) as session:
        await person(session, 1, now)
        number = await campaign(session, now)
        await schedule_campaign(session, number, at=now + timedelta(hours=1), now=now)
    await run(sessions, now + timedelta(minutes=59))
    assert await ledger(sessions, number) == {}
    await run(sessions, now + timedelta(hours=1))
    assert await ledger(sessions, number) == {"due": 1}


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


async def test_the_preview_counts_people_by_language_and_shows_every_text(session: AsyncSession, now: datetime) -> None:
    for chat_id, language in enumerate(("fr", "fr", "ar", None)):
        await person(session, chat_id, now, language=language)
    number = await campaign(session, now, link="https://example.org/a")
    shown = await preview_campaign(session, number, operator="la ville", too_young=nobody(), now=now)
    assert shown.people == {"ar": 1, "fr": 3}
    assert shown.messages["fr"] == (
        "Viens au <b>forum</b> !\n\n— la ville", ("En savoir plus", "Ne plus recevoir ces messages"),
    )  # fmt: skip
    assert set(shown.messages) == {"fr", "en"}


async def test_a_test_leaves_at_once_and_does_not_count(sessions: Sessions, now: datetime) -> None:
    night = now.replace(hour=23)
    async with transaction(sessions) as session:
        adviser = await person(session, 1, now)
        number = await campaign(session, now)
        await send_test(session, number, person_id=adviser, operator="la ville", now=night)
    (call,) = await calls(sessions)
    assert (call.chat_id, call.lane, call.status) == (1, int(Lane.TRANSACTIONAL), "pending")
    assert call.expires_at > night
    assert await ledger(sessions, number) == {}
    async with sessions() as session:
        assert (await report_campaign(session, number)).total == 0


@pytest.mark.parametrize(
    "somebody",
    [{"agreed": False}, {"stopped_at": True}, {"campaigns_stopped_at": True}, {"unreachable_at": True}, None],
)
async def test_a_test_is_sent_to_nobody_who_gets_no_campaign(
    session: AsyncSession, now: datetime, somebody: dict[str, Any] | None
) -> None:
    more = {name: now if name.endswith("_at") else value for name, value in (somebody or {}).items()}
    number = await campaign(session, now)
    who = 4_000 if somebody is None else await person(session, 1, now, **more)
    with pytest.raises(InputError, match=f"n° {who}"):
        await send_test(session, number, person_id=who, operator="la ville", now=now)


async def test_the_report_tells_each_outcome_over_all_and_by_language(sessions: Sessions, now: datetime) -> None:
    number = await scheduled(sessions, now, people=7)
    await run(sessions, now)
    await dispatch(sessions, now)
    await leaves(sessions, now, "sent", "blocked", "failed", "uncertain", "expired")
    async with transaction(sessions) as session:
        sixth = (await session.scalars(select(Person.id).where(Person.chat_id == 6))).one()
        await stop_campaigns(session, person_id=sixth, now=now)
        await session.execute(update(Delivery).where(Delivery.source_id == number).values(stale_at=now))
        await settle(session, now=now)
    async with sessions() as session:
        report = await report_campaign(session, number)
    french = {"sent": 1, "blocked": 1, "failed": 1, "expired": 1, "uncertain": 1, "stopped": 1, "cancelled": 0}
    assert report.languages == {"fr": french | {"waiting": 0}, "en": dict.fromkeys(french, 0) | {"waiting": 1}}
    assert report.outcomes == french | {"waiting": 1}
    assert (report.total, report.is_whole, report.status) == (7, True, "running")


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
