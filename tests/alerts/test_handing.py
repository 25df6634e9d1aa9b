"""An offer that fits two searches of a person is told once: by the one that is left, or tells sooner."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.alerts.matching import match_revisions
from bot.alerts.service import change_rhythm, compose_alerts, delete_search, find_search, pause_search, save_search
from bot.catalogue.criteria import Criteria
from bot.catalogue.models import Offer
from bot.catalogue.service import save_offers
from bot.db.service import transaction
from bot.deliveries.dispatch import dispatch_batch
from bot.deliveries.models import Delivery
from bot.deliveries.service import settle
from bot.outbox.models import OutboxCall
from bot.profiles.models import Person
from bot.profiles.service import person_of_chat
from tests.alerts.test_matching import _random_criteria, _random_offer
from tests.catalogue.conftest import draft

SPAIN, INTERNSHIP, PORTUGAL = Criteria(countries=("ES",)), Criteria(kind="internship"), Criteria(countries=("PT",))
WEEKLY = {"rhythm": "weekly", "weekday": 4, "hour": 18}
FRIDAY = datetime(2026, 11, 27, 17, tzinfo=UTC)
TONIGHT = datetime(2026, 11, 23, 17, tzinfo=UTC)


@pytest.fixture
def news(publish, told):
    """Publishes offers, or changes them, and matches them; then the same again, which changes nothing."""

    async def write(*drafts):
        await publish(*drafts)
        await told()
        return await told()

    return write


async def dispatch(session, person_id, at):
    """Send what is due of alerts to one person."""
    return await dispatch_batch(session, [person_id], ["alert"], composers={"alert": compose_alerts}, now=at)


async def row(session):
    """Return the only row of the ledger as the database has it."""
    return (await session.scalars(select(Delivery).execution_options(populate_existing=True))).one()


async def calls(session):
    """Return the states of the messages written, the oldest first."""
    query = select(OutboxCall).order_by(OutboxCall.id).execution_options(populate_existing=True)
    return [call.status for call in await session.scalars(query)]


@pytest.mark.parametrize("end", [pause_search, delete_search])
async def test_what_an_ended_search_found_is_told_once_by_the_other_at_its_own_rhythm(
    session, now, save, news, end
) -> None:
    ended = await save(SPAIN, rhythm="daily", hour=18)
    who = ended.person_id
    left = await save(INTERNSHIP, person_id=who, **WEEKLY)
    await news(draft("a"))
    assert (await row(session)).source_id == ended.id
    assert await end(session, ended, now=now) == 0
    waiting = await row(session)
    assert (waiting.status, waiting.source_id, waiting.due_at) == ("due", left.id, FRIDAY)
    await dispatch(session, who, TONIGHT)
    assert await calls(session) == []
    for at in (FRIDAY, FRIDAY + timedelta(minutes=1)):
        await dispatch(session, who, at)
    assert await calls(session) == ["pending"]
    assert (await row(session)).status == "sending"


@pytest.mark.parametrize(
    "other",
    [
        {"criteria": PORTUGAL},
        {"criteria": INTERNSHIP, "is_paused": True},
        {"criteria": INTERNSHIP, "has_seen": True},
        {"criteria": INTERNSHIP, "is_somebody_else": True},
    ],
)
async def test_no_search_that_is_silent_does_not_fit_has_shown_it_or_is_another_persons_takes_it_over(
    session, now, save, news, other
) -> None:
    ended = await save(SPAIN)
    who = None if other.get("is_somebody_else") else ended.person_id
    left = await save(other["criteria"], person_id=who, **WEEKLY)
    await news(draft("a"))
    left.is_paused = other.get("is_paused", False)
    left.seen_offer_ids = list(await session.scalars(select(Offer.id))) if other.get("has_seen") else []
    assert await pause_search(session, ended, now=now) == 1
    mine = select(Delivery).where(Delivery.person_id == ended.person_id).execution_options(populate_existing=True)
    gone = (await session.scalars(mine)).one()
    assert (gone.status, gone.error, gone.source_id) == ("dropped", "muted", ended.id)


async def test_what_was_withdrawn_with_a_pause_of_last_week_does_not_come_back_with_a_deletion(
    session, now, save, news
) -> None:
    ended = await save(SPAIN)
    await news(draft("a"))
    await pause_search(session, ended, now=now)
    await save(INTERNSHIP, person_id=ended.person_id)
    await delete_search(session, ended, now=now + timedelta(days=7))
    assert (await row(session)).status == "dropped"


async def test_with_every_alert_paused_nothing_is_left_to_tell(session, now, save, news) -> None:
    first = await save(SPAIN)
    second = await save(INTERNSHIP, person_id=first.person_id)
    await news(draft("a"))
    for search in (first, second):
        await pause_search(session, search, now=now)
    await dispatch(session, first.person_id, now)
    assert ((await row(session)).status, await calls(session)) == ("dropped", [])


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_an_offer_that_fits_a_weekly_search_and_one_told_at_once_comes_at_once(
    session, save, news, order
) -> None:
    given = [(SPAIN, WEEKLY), (INTERNSHIP, {"rhythm": "at_once"})]
    first, second = (given[rank] for rank in order)
    search = await save(first[0], **first[1])
    who, now = search.person_id, search.created_at
    await save(second[0], person_id=who, **second[1])
    await news(draft("a"))
    await dispatch(session, who, now)
    assert await calls(session) == ["pending"]


async def test_a_weekly_search_that_found_an_offer_first_does_not_delay_one_that_tells_at_once(
    session, now, save, news
) -> None:
    weekly = await save(INTERNSHIP, **WEEKLY)
    at_once = await save(PORTUGAL, person_id=weekly.person_id)
    await news(draft("a"))
    assert (await row(session)).due_at == FRIDAY
    await news(draft("a", places=[{"country": "PT"}]))
    waiting = await row(session)
    assert (waiting.source_id, waiting.due_at) == (at_once.id, now)
    await dispatch(session, weekly.person_id, now)
    await news(draft("a", places=[{"country": "ES"}]))
    await news(draft("a", places=[{"country": "PT"}]))
    await dispatch(session, weekly.person_id, FRIDAY)
    assert await calls(session) == ["pending"]


async def test_a_search_that_finds_an_offer_later_than_another_tells_it_leaves_it_there(session, save, news) -> None:
    daily = await save(INTERNSHIP, rhythm="daily", hour=18)
    await save(PORTUGAL, person_id=daily.person_id, **WEEKLY)
    await news(draft("a"))
    await news(draft("a", places=[{"country": "PT"}]))
    waiting = await row(session)
    assert (waiting.source_id, waiting.due_at) == (daily.id, TONIGHT)


async def test_a_slower_or_faster_rhythm_leaves_an_offer_to_whichever_search_tells_it_sooner(
    session, now, save, news
) -> None:
    slowed = await save(SPAIN)
    daily = await save(INTERNSHIP, person_id=slowed.person_id, rhythm="daily", hour=18)
    await news(draft("a"))
    await change_rhythm(session, slowed, rhythm="weekly", weekday=4, hour=18, now=now)
    waiting = await row(session)
    assert (waiting.source_id, waiting.due_at) == (daily.id, TONIGHT)
    await change_rhythm(session, slowed, rhythm="at_once", now=now)
    waiting = await row(session)
    assert (waiting.source_id, waiting.due_at) == (slowed.id, now)


async def test_a_digest_that_waits_to_leave_is_taken_back_and_told_by_the_other_search(
    session, now, save, news
) -> None:
    ended = await save(SPAIN)
    who = ended.person_id
    await save(INTERNSHIP, person_id=who, rhythm="daily", hour=18)
    await news(draft("a"))
    await dispatch(session, who, now)
    assert await pause_search(session, ended, now=now) == 0
    assert ((await row(session)).status, await calls(session)) == ("due", ["cancelled"])
    await dispatch(session, who, TONIGHT)
    assert ((await row(session)).status, await calls(session)) == ("sending", ["cancelled", "pending"])


@pytest.mark.parametrize(("outcome", "states"), [("sent", ["sent"]), ("expired", ["expired", "pending"])])
async def test_what_the_sender_has_in_its_hands_is_told_by_the_other_search_only_if_it_does_not_leave(
    session, save, news, outcome, states
) -> None:
    ended = await save(SPAIN)
    who, now = ended.person_id, ended.created_at
    await save(INTERNSHIP, person_id=who, rhythm="daily", hour=18)
    await news(draft("a"))
    await dispatch(session, who, now)
    await session.execute(update(OutboxCall).values(status="sending"))
    await pause_search(session, ended, now=now)
    assert (await row(session)).status == "sending"
    await session.execute(update(OutboxCall).values(status=outcome, sent_at=now if outcome == "sent" else None))
    for at in (now, TONIGHT):
        await settle(session, now=at)
        await row(session)
        await dispatch(session, who, at)
    assert await calls(session) == states


@pytest.mark.parametrize("end", [pause_search, delete_search])
async def test_what_was_told_is_told_by_no_other_search(session, now, save, news, end) -> None:
    ended = await save(SPAIN)
    await save(INTERNSHIP, person_id=ended.person_id)
    await news(draft("a"))
    await dispatch(session, ended.person_id, now)
    await session.execute(update(OutboxCall).values(status="sent", sent_at=now))
    await settle(session, now=now)
    await end(session, ended, now=now)
    await dispatch(session, ended.person_id, TONIGHT)
    assert ((await row(session)).status, await calls(session)) == ("sent", ["sent"])


@pytest.mark.parametrize("is_weekly", [False, True])
async def test_what_was_found_while_its_search_was_being_paused_is_handed_over_when_it_is_told(
    session, now, save, news, is_weekly
) -> None:
    ended = await save(SPAIN)
    who, left = ended.person_id, await save(INTERNSHIP, person_id=ended.person_id, **(WEEKLY if is_weekly else {}))
    await news(draft("a"))
    # Matching read the search as it was before the pause, and wrote its row after it.
    ended.is_paused = True
    await session.flush()
    await session.execute(update(Delivery).values(source_id=ended.id, due_at=now))
    await dispatch(session, who, now)
    handed = await row(session)
    assert handed.source_id == left.id
    if is_weekly:
        assert (handed.status, handed.due_at, await calls(session)) == ("due", FRIDAY, [])
    else:
        assert (handed.status, await calls(session)) == ("sending", ["pending"])


@pytest.mark.parametrize("end", [pause_search, delete_search])
async def test_whoever_pauses_during_a_dispatch_is_told_by_the_other_search_only(sessions, embedder, now, end) -> None:
    given = {"embedder": embedder, "now": now}
    async with transaction(sessions) as session:
        who = (await person_of_chat(session, channel="telegram", chat_id=5, telegram_language="fr", now=now)).id
        ended = (await save_search(session, person_id=who, criteria=SPAIN, rhythm="at_once", **given)).id
        await save_search(session, person_id=who, criteria=INTERNSHIP, rhythm="daily", hour=18, **given)
        await save_offers(session, [draft("a")], source="test", embedder=embedder, now=now, publish=True)
        await match_revisions(session, now=now)

    async def turn() -> None:
        async with transaction(sessions) as session:
            await session.scalars(select(Person).where(Person.id == who).with_for_update(key_share=True))
            search = await find_search(session, ended, person_id=who)
            await end(session, search, now=now)

    async with transaction(sessions) as session:
        await dispatch(session, who, now)
        pausing = asyncio.create_task(turn())
        await asyncio.sleep(0.2)
        assert not pausing.done()
    await pausing
    async with transaction(sessions) as session:
        assert ((await row(session)).status, await calls(session)) == ("due", ["cancelled"])
        await dispatch(session, who, TONIGHT)
    async with sessions() as session:
        assert ((await row(session)).status, await calls(session)) == ("sending", ["cancelled", "pending"])


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_search_takes_over_exactly_what_it_would_have_found(session, now, save, news, seed) -> None:
    chance = random.Random(seed)
    words = ["soigner des chevaux", "l'auberge du Port", "m'occuper d'enfants"]
    asked = [_random_criteria(chance, has_organisation=number % 10 == 0) for number in range(40)]
    asked += [Criteria(words=one) for one in words] + [Criteria(countries=("ES",), words=one) for one in words]
    pairs = []
    for criteria in asked:
        everything, same = await save(Criteria()), await save(criteria)
        await save(criteria, person_id=everything.person_id, **WEEKLY)
        pairs.append((everything, same))
    titles = ("Accueil à l'auberge du Port", "Soigner les chevaux", "Animer un centre de loisirs", "Comptable")
    offers = [_random_offer(chance, number) for number in range(40)]
    found = await news(*(one.model_copy(update={"title": chance.choice(titles)}) for one in offers))
    taken_over = 0
    for everything, same in pairs:
        who = everything.person_id
        await delete_search(session, everything, now=now)
        query = select(Offer.external_id).join(Delivery, Delivery.offer_id == Offer.id)
        mine = set(await session.scalars(query.where(Delivery.person_id == who, Delivery.status == "due")))
        assert mine == found.get(same.person_id, set()), same.criteria
        taken_over += len(mine)
    assert taken_over >= 100
