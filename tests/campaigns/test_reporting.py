"""How a campaign reads, to whom it is tried, and what its report tells."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.campaigns.life import (
    schedule_campaign,
)
from bot.campaigns.reporting import preview_campaign, report_campaign
from bot.campaigns.testing import send_test
from bot.db.service import Sessions, transaction
from bot.deliveries.models import Delivery
from bot.deliveries.service import settle, stop_campaigns
from bot.kit.errors import InputError
from bot.outbox.models import Lane
from bot.profiles.models import Person
from tests.campaigns.acts import calls, dispatch, leaves, ledger, run, scheduled
from tests.campaigns.people import campaign, nobody, person, status


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
