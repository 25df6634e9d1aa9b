"""Searches are saved once, at most twenty, with their rhythm in the person's own time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.alerts.matching import match_revisions
from bot.alerts.models import SearchKey
from bot.alerts.rhythm import roll_slots
from bot.alerts.service import (
    MOST_SEARCHES,
    change_rhythm,
    delete_search,
    find_search,
    list_searches,
    move_slots,
    pause_search,
    rename_search,
    resume_search,
)
from bot.catalogue.criteria import CityChoice, Criteria
from bot.catalogue.models import Offer
from bot.catalogue.service import save_offers
from bot.db.service import transaction
from bot.deliveries.models import Delivery
from bot.deliveries.service import preferences_of, set_zone, stop_pushes
from bot.kit.errors import UserError
from tests.catalogue.conftest import draft


async def _deliveries(session):
    rows = await session.scalars(select(Delivery).execution_options(populate_existing=True))
    return {row.source_id: row for row in rows}


async def test_saving_agrees_to_be_written_to_even_after_a_stop(session, now, save, person) -> None:
    who = await person()
    assert await preferences_of(session, who) is None
    await save(Criteria(), person_id=who)
    await stop_pushes(session, person_id=who, reason="asked", now=now)
    await save(Criteria(kind="job"), person_id=who)
    session.expire_all()
    preferences = await preferences_of(session, who)
    assert preferences is not None
    assert preferences.stopped_at is None


async def test_the_same_search_is_saved_once_and_goes_on(session, now, publish, save, person) -> None:
    await publish(draft("sea", title="Stage à la plage"), draft("peaks", title="Stage en montagne"))
    who = await person()
    first = await save(
        Criteria(kind="job", countries=("ES",), words="un job en Espagne à la plage"), person_id=who, rhythm="daily",
        seen_offer_ids=[3, 1],
    )  # fmt: skip
    await pause_search(session, first, now=now)
    again = await save(
        Criteria(kind="job", countries=("ES",), words="Plage ! un boulot"), person_id=who, seen_offer_ids=[2]
    )
    assert again.id == first.id
    assert (again.is_paused, again.rhythm, again.seen_offer_ids) == (False, "daily", [1, 2, 3])
    await save(Criteria(kind="job", countries=("ES",), words="montagne"), person_id=who)
    assert len(await list_searches(session, person_id=who)) == 2


async def test_beside_criteria_only_words_that_name_offers_are_required(publish, save) -> None:
    await publish(draft("sea", title="Stage à la plage", description="Avec l'équipe des maîtres nageurs."))
    spain = Criteria(kind="job", countries=("ES",), words="zut un job à la Plage, nageur quoi")
    first = await save(spain)
    assert first.words == "Plage"
    assert len(first.word_queries) == 1
    again = await save(Criteria(kind="job", countries=("ES",), words="plage"), person_id=first.person_id)
    assert again.id == first.id


async def test_a_search_that_words_alone_tell_apart_requires_them(publish, save) -> None:
    await publish(draft("sea", title="Stage à la plage"))
    assert (await save(Criteria(words="scaphandrier"))).words == "scaphandrier"
    assert (await save(Criteria(kind="job", words="un job de scaphandrier"))).words == "scaphandrier"
    assert (await save(Criteria(kind="job", words="un job de scaphandrier plage"))).words == "plage"


async def test_a_paused_search_saved_again_waits_for_its_next_time(session, now, save) -> None:
    first = await save(Criteria(), rhythm="daily", hour=12)
    await pause_search(session, first, now=now)
    await save(Criteria(), person_id=first.person_id, now=now + timedelta(days=3))
    assert first.next_at == datetime(2026, 11, 26, 11, tzinfo=UTC)


async def test_a_person_has_twenty_searches_at_the_most(save, person) -> None:
    who = await person()
    for number in range(MOST_SEARCHES):
        await save(Criteria(duration_min=float(number + 1)), person_id=who)
    with pytest.raises(UserError, match=r"alerts\.refused_too_many"):
        await save(Criteria(), person_id=who)
    await save(Criteria(duration_min=1.0), person_id=who)
    await save(Criteria())


async def test_before_fifteen_nothing_is_saved(session, save, person) -> None:
    who = await person()
    with pytest.raises(UserError, match=r"alerting\.too_young"):
        await save(Criteria(age=14), person_id=who)
    assert await preferences_of(session, who) is None
    await save(Criteria(age=15), person_id=who)


async def test_only_its_owner_finds_a_search(session, save, person) -> None:
    search = await save(Criteria())
    assert await find_search(session, search.id, person_id=search.person_id) is search
    assert await find_search(session, search.id, person_id=await person()) is None
    assert await find_search(session, 0, person_id=search.person_id) is None


async def test_a_name_is_kept_short_and_may_be_taken_back(session, now, save) -> None:
    search = await save(Criteria())
    await rename_search(session, search, name="  Mon \n été ", now=now)
    assert search.name == "Mon été"
    await rename_search(session, search, name="é" * 99, now=now)
    assert search.name == "é" * 40
    await rename_search(session, search, name=" ", now=now)
    assert search.name is None


@pytest.mark.parametrize(
    ("rhythm", "expected"),
    [
        ({"rhythm": "at_once"}, None),
        ({"rhythm": "daily", "hour": 18}, datetime(2026, 11, 23, 17, tzinfo=UTC)),
        ({"rhythm": "daily", "hour": 9}, datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ({"rhythm": "weekly", "weekday": 2, "hour": 12}, datetime(2026, 11, 25, 11, tzinfo=UTC)),
        ({"rhythm": "weekly"}, datetime(2026, 11, 25, 17, tzinfo=UTC)),
    ],
)
async def test_the_first_digest_comes_at_the_next_time_of_its_rhythm(save, rhythm, expected) -> None:
    assert (await save(Criteria(), **rhythm)).next_at == expected


@pytest.mark.parametrize(
    "wrong", [{"rhythm": "hourly"}, {"rhythm": "daily", "hour": 24}, {"rhythm": "weekly", "weekday": 7}]
)
async def test_a_rhythm_that_does_not_exist_is_refused(save, wrong) -> None:
    with pytest.raises(ValueError, match="no such rhythm"):
        await save(Criteria(), **wrong)


async def test_times_that_have_passed_move_to_the_next(session, now, save) -> None:
    daily = await save(Criteria(), rhythm="daily", hour=12)
    weekly = await save(Criteria(), rhythm="weekly", weekday=0, hour=12)
    paused = await save(Criteria(), rhythm="daily", hour=12)
    await pause_search(session, paused, now=now)
    assert await roll_slots(session, now=now) == 0
    later = now + timedelta(hours=2)
    assert await roll_slots(session, now=later) == 2
    assert await roll_slots(session, now=later) == 0
    assert daily.next_at == datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert weekly.next_at == datetime(2026, 11, 30, 11, tzinfo=UTC)
    await resume_search(session, paused, now=later)
    assert paused.next_at == daily.next_at


async def test_another_time_zone_moves_the_digests_and_what_waits_for_them(session, now, publish, save, told) -> None:
    search = await save(Criteria(), rhythm="daily", hour=18)
    await publish(draft("a"))
    await told()
    await set_zone(session, person_id=search.person_id, zone="America/Toronto", now=now)
    assert await move_slots(session, person_id=search.person_id, now=now) == 1
    assert search.next_at == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert (await _deliveries(session))[search.id].due_at == datetime(2026, 11, 23, 23, tzinfo=UTC)


async def test_another_rhythm_moves_what_waits(session, now, publish, save, told) -> None:
    search = await save(Criteria(), rhythm="weekly", weekday=4, hour=18)
    await publish(draft("a"))
    await told()
    await change_rhythm(session, search, rhythm="daily", now=now)
    assert (search.weekday, search.hour, search.next_at) == (None, 18, datetime(2026, 11, 23, 17, tzinfo=UTC))
    await change_rhythm(session, search, rhythm="at_once", now=now)
    assert (await _deliveries(session))[search.id].due_at == now


@pytest.mark.parametrize("end", [pause_search, delete_search])
async def test_what_a_search_found_and_has_not_told_goes_with_it(session, publish, save, told, end) -> None:
    ended = await save(Criteria(countries=("ES",)))
    other = await save(Criteria(countries=("PT",)), person_id=ended.person_id)
    await publish(draft("a"), draft("b", places=[{"country": "PT"}]))
    await told()
    identity = ended.id
    assert await end(session, ended, now=ended.created_at) == 1
    rows = await _deliveries(session)
    assert (rows[identity].status, rows[identity].error) == ("dropped", "muted")
    assert rows[other.id].status == "due"


async def test_a_deleted_search_leaves_no_key(session, now, save) -> None:
    search = await save(Criteria(kind="job", countries=("ES", "PT")))
    keys = select(SearchKey.key).where(SearchKey.search_id == search.id)
    assert sorted(await session.scalars(keys)) == ["kind=job|place=ES", "kind=job|place=PT"]
    await delete_search(session, search, now=now)
    assert await session.scalar(select(func.count()).select_from(SearchKey)) == 0


@pytest.mark.parametrize(
    ("criteria", "number"),
    [
        (Criteria(), 1),
        (Criteria(kind="job", regions=("europe",), fields=("tourism",), programmes=("ces",)), 2),
        (Criteria(regions=("atlantis",)), 0),
        (Criteria(cities=(CityChoice("berlin", "Berlin", "DE"),), age=16), 1),
    ],
)
async def test_a_search_has_few_keys(session, save, criteria, number) -> None:
    search = await save(criteria)
    count = select(func.count()).where(SearchKey.search_id == search.id)
    assert await session.scalar(count) == number


async def test_what_was_published_after_the_list_was_shown_and_before_the_tap_is_told(
    session, embedder, publish, save, told
) -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    later = now + timedelta(hours=5)
    await publish(draft("shown"))
    fresh = [draft("fresh"), draft("elsewhere", places=[{"country": "PT"}])]
    await save_offers(session, fresh, source="test", embedder=embedder, now=later - timedelta(hours=1), publish=True)
    assert await told(at=later) == {}
    (shown,) = await session.scalars(select(Offer.id).where(Offer.external_id == "shown"))
    search = await save(Criteria(countries=("ES",)), seen_offer_ids=[shown], seen_at=now, now=later)
    assert await told(at=later) == {search.person_id: {"fresh"}}


async def test_what_is_being_matched_while_a_search_is_saved_is_told_too(
    session, sessions, embedder, save, told
) -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    later = now + timedelta(hours=5)
    await save_offers(session, [draft("a")], source="test", embedder=embedder, now=later, publish=True)
    await session.commit()
    async with transaction(sessions) as matching:
        assert (await match_revisions(matching, now=later)).offers == 1
        search = await save(Criteria(countries=("ES",)), seen_at=now, now=later)
        await session.commit()
    assert await told(at=later) == {search.person_id: {"a"}}
