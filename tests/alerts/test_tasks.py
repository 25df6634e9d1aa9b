"""The jobs of alerts, run by a worker as the scheduler enqueues them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, text

from bot.alerts.models import SavedSearch
from bot.alerts.tasks import alerts_tasks
from bot.catalogue.criteria import Criteria
from bot.catalogue.models import OfferRevision
from bot.deliveries.models import Delivery
from bot.queue.service import enqueue, open_queue
from tests.catalogue.conftest import draft


async def _run(session, sessions, database_url, task, *, clock) -> None:
    queue = open_queue(database_url)
    queue.add_tasks_from(alerts_tasks(sessions, clock=clock), namespace="alerts")
    await enqueue(session, queue, task, lock=task, queueing_lock=task)  # as the scheduler does
    await session.commit()
    async with queue.open_async():
        await queue.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False)


async def test_matching_goes_on_until_nothing_is_left(session, sessions, database_url, publish, save) -> None:
    now = (await save(Criteria(kind="internship"))).created_at
    await publish(*(draft(f"o{number}") for number in range(3)))
    await _run(session, sessions, database_url, "alerts:match", clock=lambda: now)
    assert await session.scalar(select(func.count()).select_from(Delivery)) == 3
    left = select(func.count()).select_from(OfferRevision).where(OfferRevision.matched_at.is_(None))
    assert await session.scalar(left) == 0


async def test_the_times_of_digests_move_on(session, sessions, database_url, now, save) -> None:
    search = await save(Criteria(), rhythm="daily", hour=18)
    first = search.next_at
    later = now + timedelta(days=1)
    await _run(session, sessions, database_url, "alerts:roll", clock=lambda: later)
    session.expire_all()
    assert await session.scalar(select(SavedSearch.next_at)) == first + timedelta(days=1)


async def test_what_is_found_after_a_digest_waits_for_the_next_one(
    session, sessions, database_url, publish, save
) -> None:
    search = await save(Criteria(), rhythm="daily", hour=12)
    passed = search.next_at
    await publish(draft("a"))
    await _run(session, sessions, database_url, "alerts:match", clock=lambda: passed + timedelta(minutes=4))
    assert await session.scalar(select(Delivery.due_at)) == passed + timedelta(days=1)


async def test_a_run_that_failed_holds_back_no_later_one(session, sessions, database_url, publish, save) -> None:
    now = (await save(Criteria(kind="internship"))).created_at
    await publish(draft("a"))
    await session.execute(text("ALTER TABLE search_key RENAME TO away"))
    for _ in range(3):
        await _run(session, sessions, database_url, "alerts:match", clock=lambda: now)
    assert await session.scalar(select(func.count()).select_from(Delivery)) == 0
    await session.execute(text("ALTER TABLE away RENAME TO search_key"))
    await _run(session, sessions, database_url, "alerts:match", clock=lambda: now)
    assert await session.scalar(select(func.count()).select_from(Delivery)) == 1


async def test_one_revision_that_cannot_be_matched_holds_up_no_other(
    session, sessions, database_url, publish, save
) -> None:
    now = (await save(Criteria(kind="internship"))).created_at
    await publish(*(draft(f"o{number}") for number in range(12)))
    await session.execute(
        text("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
             " IF NEW.offer_id = (SELECT min(id) FROM offer) THEN RAISE 'no'; END IF; RETURN NEW; END $$")
    )  # fmt: skip
    await session.execute(
        text("CREATE TRIGGER refuse BEFORE INSERT ON delivery FOR EACH ROW EXECUTE FUNCTION refuse()")
    )
    await _run(session, sessions, database_url, "alerts:match", clock=lambda: now)
    assert await session.scalar(select(func.count()).select_from(Delivery)) == 11
    left = select(func.count()).select_from(OfferRevision).where(OfferRevision.matched_at.is_(None))
    assert await session.scalar(left) == 1
    await session.execute(text("DROP TRIGGER refuse ON delivery"))
    await _run(session, sessions, database_url, "alerts:match", clock=lambda: now)
    assert await session.scalar(select(func.count()).select_from(Delivery)) == 12
