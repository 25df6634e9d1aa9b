"""What became of what was to be told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.apps.deliveries import read_report
from bot.db.service import Sessions, transaction
from bot.deliveries.models import Delivery
from bot.deliveries.report import report_by_day, report_by_language
from bot.deliveries.service import drop_due, settle
from tests.deliveries.people import dispatch, figures_of, plan, somebody

OUTCOMES = ("sent", "sent", "blocked", "failed", "uncertain", "expired", "pending")


async def a_run(session: AsyncSession, now: datetime) -> None:
    """Let a campaign (source 7) end in every way: one person each."""
    for number, outcome in enumerate(OUTCOMES):
        who = await somebody(session, now, number + 1)
        await plan(session, who, now, "campaign:7", kind="campaign", source_id=7, stale_at=now + timedelta(hours=2))
        await dispatch(session, now)
        await session.execute(
            text("UPDATE outbox_call SET status = :outcome WHERE chat_id = :chat"),
            {"outcome": outcome, "chat": number + 1},
        )
    await session.execute(text("UPDATE outbox_call SET doubts = 1 WHERE chat_id = 2"))
    await plan(session, await somebody(session, now, 90), now, "campaign:7", kind="campaign", source_id=7)
    await plan(session, await somebody(session, now, 91), now, "campaign:8", kind="campaign", source_id=8)
    await settle(session, now=now + timedelta(hours=3))
    await drop_due(session, Delivery.source_id == 8, error="cancelled", now=now)
    await session.flush()


async def test_a_run_is_reported_with_each_way_it_ended(session: AsyncSession, now: datetime) -> None:
    await a_run(session, now)
    assert (await figures_of(session, Delivery.source_id == 7)).as_json() == {
        "due": 1, "sending": 1, "sent": 2, "repeated": 1, "blocked": 1, "failed": 1, "expired": 1, "uncertain": 1,
        "dropped": {}, "total": 8,
    }  # fmt: skip


async def test_languages_are_told_apart(session: AsyncSession, now: datetime) -> None:
    await a_run(session, now)
    language = "CASE chat_id WHEN 1 THEN 'ar' WHEN 91 THEN 'es' END"
    await session.execute(text(f"UPDATE person SET language = {language}"))
    found = await report_by_language(session)
    assert {language: figures.total for language, figures in found.items()} == {"ar": 1, "es": 1, "fr": 7}
    assert found["es"].dropped == {"cancelled": 1}


async def test_days_are_those_of_the_town(session: AsyncSession, now: datetime) -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # half past midnight in the town
    who = await somebody(session, now)
    await plan(session, who, now, "a")
    await plan(session, who, late, "b", "c", kind="step")
    report = await report_by_day(session, since=now, until=late + timedelta(hours=1))
    assert {(date(2026, 11, 23), "alert"): 1, (date(2026, 11, 24), "step"): 2} == {
        key: figures.due for key, figures in report.items()
    }
    assert list(await report_by_day(session, since=late, until=late + timedelta(hours=1))) == [
        (date(2026, 11, 24), "step")
    ]


async def test_the_command_prints_a_row_a_day_and_kind(sessions: Sessions, database_url: str, now: datetime) -> None:
    async with transaction(sessions) as session:
        await a_run(session, now)
        await plan(session, await somebody(session, now, 1), now, "a")
    rows = await read_report(database_url, days=7, kind=None, now=now + timedelta(hours=1))
    assert [(row["kind"], row["total"]) for row in rows] == [("alert", 1), ("campaign", 9)]
    only = await read_report(database_url, days=7, kind="campaign", now=now + timedelta(hours=1))
    assert [row["dropped"] for row in only] == [{"cancelled": 1}]
