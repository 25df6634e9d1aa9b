"""From a change of an offer to the message: announced, planned and dispatched by the chores themselves, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from bot.db.service import Sessions
from bot.deliveries.models import Delivery
from bot.deliveries.tasks import dispatch_all
from bot.followups.service import compose_changes, compose_reminders
from bot.followups.tasks import followups_tasks
from bot.outbox.models import OutboxCall
from tests.followups.conftest import Keeping

DEADLINE = date(2026, 12, 1)

_COMPOSERS = {"change": compose_changes, "reminder": compose_reminders}


async def run(sessions: Sessions, now: datetime) -> list[str]:
    """Run both chores and the dispatcher; return the texts of every message written so far."""
    tasks = followups_tasks(sessions, clock=lambda: now).tasks
    for name in ("announce", "plan"):
        await tasks[name].func()
    await dispatch_all(sessions, composers=_COMPOSERS, clock=lambda: now)
    async with sessions() as session:
        calls = await session.scalars(select(OutboxCall).order_by(OutboxCall.id))
        return [call.params["text"] for call in calls]


async def test_a_change_and_a_reminder_become_one_message_each_however_often_the_chores_run(
    keeping: Keeping, sessions: Sessions
) -> None:
    await keeping.person(await keeping.offer(deadline=date(2026, 11, 30)))
    await keeping.offer(at=keeping.start + timedelta(days=1), deadline=DEADLINE)
    await keeping.session.commit()
    at = datetime(2026, 11, 24, 9, 10, tzinfo=UTC)
    for minutes in (0, 1, 60):
        texts = await run(sessions, at + timedelta(minutes=minutes))
    assert len(texts) == 2
    assert texts[0].startswith("✏️ Cette offre gardée a changé")
    assert texts[1].startswith("⏳ Une offre gardée se termine bientôt")
    async with sessions() as session:
        statuses = await session.scalars(select(Delivery.status).where(Delivery.outbox_id.is_not(None)))
        assert list(statuses) == ["sending", "sending"]


async def test_what_comes_due_at_night_waits_for_the_morning_and_is_merged_there(
    keeping: Keeping, sessions: Sessions
) -> None:
    await keeping.person(await keeping.offer(deadline=date(2027, 3, 1)))
    night = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    for hour, deadline in enumerate((date(2027, 3, 5), date(2027, 3, 15))):
        await keeping.offer(at=night + timedelta(hours=hour), deadline=deadline)
        await keeping.session.commit()
        assert await run(sessions, night + timedelta(hours=hour)) == []
    (text,) = await run(sessions, datetime(2026, 11, 24, 7, 0, tzinfo=UTC))
    assert text.endswith("Date limite : 1er mars 2027 → 15 mars 2027")


async def test_the_eve_of_a_deadline_goes_beyond_the_messages_of_a_day(keeping: Keeping, sessions: Sessions) -> None:
    await keeping.person(await keeping.offer(deadline=DEADLINE))
    await keeping.session.commit()
    await run(sessions, datetime(2026, 11, 30, 7, 0, tzinfo=UTC))  # planned two hours ahead
    async with sessions() as session:
        (eve,) = await session.scalars(select(Delivery).where(Delivery.reason.like("deadline:1:%")))
    assert eve.details == {"urgent": True}
