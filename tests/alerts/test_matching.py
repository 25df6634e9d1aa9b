"""New and changed offers meet all saved searches at once, and only those that the search itself would have found."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from benchmarks.matching_loop import Plain, fits
from bot.alerts.matching import match_revisions
from bot.alerts.models import SavedSearch
from bot.alerts.service import pause_search
from bot.catalogue.criteria import CityChoice, Criteria
from bot.catalogue.filters import filter_values, passes
from bot.catalogue.models import Offer, OfferPlace, OfferRevision, OfferSearch
from bot.catalogue.queries import SETTINGS
from bot.catalogue.service import change_status, expire_offers, save_offers
from bot.db.service import transaction
from bot.deliveries.models import Delivery
from bot.deliveries.service import stop_pushes
from bot.profiles.models import Person
from bot.vocabulary.levels import LEVELS
from tests.catalogue.conftest import TODAY, draft

VALENCIA = CityChoice("valencia", "Valencia", "ES")
BERLIN = CityChoice("berlin", "Berlin", "DE")
_KINDS = ("internship", "job", "volunteering")
_FIELDS = ("tourism", "hospitality", "digital", "environment")
_PLACES = (("ES", "Valence"), ("ES", "Madrid"), ("ES", None), ("PT", None), ("DE", "Berlin"), ("SN", "Dakar"))
_PROGRAMMES = (None, "erasmus-stage", "ces")
_ORGANISATIONS = ("Auberge du Port", "Ferme des Tilleuls", "Association Horizon", "Horta Viva")


def _some(chance, values, share=0.5, most=2):
    return tuple(chance.sample(values, chance.randint(1, most))) if chance.random() < share else ()


def _random_offer(chance, number):
    start = TODAY + timedelta(days=chance.randrange(-20, 300)) if chance.random() < 0.7 else None
    low = chance.choice([None, 0.5, 2, 3, 6])
    age_min, minors = chance.choice([(None, True), (16, True), (18, False), (None, False)])
    return draft(
        f"o{number}", kind=chance.choice(_KINDS), field=chance.choice(_FIELDS),
        organisation=chance.choice(_ORGANISATIONS),
        places=[{"country": country, "city": city} for country, city in chance.sample(_PLACES, chance.randint(1, 3))],
        start_from=start, start_until=start and start + timedelta(days=chance.choice([0, 30, 90])),
        duration_min=low, duration_max=low and low * chance.choice([1, 2]), age_min=age_min,
        age_max=chance.choice([None, 25, 30]), open_to_minors=minors, levels=list(_some(chance, LEVELS[:5], 0.4)),
        deadline=chance.choice([None, TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=40)]),
        programme=chance.choice(_PROGRAMMES),
    )  # fmt: skip


def _random_criteria(chance, *, has_organisation):
    start = TODAY + timedelta(days=chance.randrange(0, 300)) if chance.random() < 0.3 else None
    short = chance.choice([None, None, 1.0, 3.0])
    return Criteria(
        kind=chance.choice((None, *_KINDS)), fields=_some(chance, _FIELDS, 0.4),
        countries=_some(chance, ("ES", "PT", "SN"), 0.4),
        regions=_some(chance, ("europe", "west-africa", "atlantis"), 0.2, 1),
        cities=_some(chance, (VALENCIA, BERLIN), 0.25), excluded_countries=_some(chance, ("ES", "DE"), 0.2),
        excluded_cities=_some(chance, ("madrid", "valencia"), 0.2), excluded_fields=_some(chance, _FIELDS, 0.15),
        excluded_kinds=_some(chance, _KINDS, 0.15), excluded_programmes=_some(chance, _PROGRAMMES[1:], 0.15),
        duration_min=short, duration_max=short and short * chance.choice([1, 2]), start_from=start,
        start_until=start and start + timedelta(days=chance.choice([10, 60])),
        age=chance.choice([None, None, 16, 17, 22, 28]), level=chance.choice([None, None, *LEVELS[:4]]),
        programmes=_some(chance, ("erasmus", "ces"), 0.2),
        organisation=chance.choice(["Horizon", "auberge port", "Orta Viva"]) if has_organisation else None,
    )  # fmt: skip


async def _found_by_the_search(session, criteria):
    query = text(f"SELECT s.offer_id FROM offer_search s WHERE {passes()}")
    return set(await session.scalars(query, filter_values(criteria, TODAY)))


async def _plain_offers(session):
    places = {}
    for place in await session.scalars(select(OfferPlace).order_by(OfferPlace.rank)):
        places.setdefault(place.offer_id, []).append((place.country, place.city_key))
    names = [name for name in Plain.__dataclass_fields__ if name != "places"]
    rows = await session.scalars(select(OfferSearch))
    return [Plain(**{name: getattr(row, name) for name in names}, places=places[row.offer_id]) for row in rows]


@pytest.mark.parametrize("seed", [1, 2])
async def test_matching_is_the_search_itself_the_other_way_round(session, publish, save, told, seed) -> None:
    chance = random.Random(seed)
    await publish(*(_random_offer(chance, number) for number in range(60)))
    asked = [_random_criteria(chance, has_organisation=number % 10 == 0) for number in range(150)]
    searches = [(criteria, await save(criteria)) for criteria in asked]
    await told()
    await session.execute(SETTINGS)
    offers = await _plain_offers(session)
    matches = 0
    for criteria, search in searches:
        rows = await session.scalars(select(Delivery.offer_id).where(Delivery.source_id == search.id))
        mine = set(rows)
        assert mine == await _found_by_the_search(session, criteria), criteria
        if criteria.organisation is None:
            assert mine == {offer.offer_id for offer in offers if fits(offer, vars(search), TODAY)}
        matches += len(mine)
    assert matches >= 300, "too few pairs fit for the comparison to say anything"


async def test_an_offer_is_told_once_to_a_person_whatever_fits_it(session, publish, save, told, person) -> None:
    who = await person()
    for criteria in (Criteria(kind="internship"), Criteria(countries=("ES",)), Criteria()):
        await save(criteria, person_id=who)
    await publish(draft("a"))
    assert await told() == {who: {"a"}}
    assert await session.scalar(select(func.count()).select_from(Delivery)) == 1


async def test_a_draft_is_told_when_it_is_published_and_never_again(session, embedder, now, save, told) -> None:
    search = await save(Criteria(kind="internship"))
    await save_offers(session, [draft("a")], source="test", embedder=embedder, now=now)
    assert await told() == {}
    identity = await session.scalar(select(Offer.id))
    for status in ("published", "closed", "published"):
        await change_status(session, identity, status, embedder=embedder, now=now)
        await told()
    assert await told() == {search.person_id: {"a"}}
    assert await session.scalar(select(func.count()).select_from(Delivery)) == 1


async def test_what_is_being_told_or_was_told_is_never_told_again(session, embedder, now, save, told) -> None:
    later, statuses = now + timedelta(hours=1), ("sending", "sent", "uncertain")
    weekly = await save(Criteria(kind="internship"), rhythm="weekly", weekday=3, hour=9)
    drafts = [draft(status) for status in statuses]
    await save_offers(session, drafts, source="test", embedder=embedder, now=now, publish=True)
    assert await told() == {weekly.person_id: set(statuses)}
    left = dict(zip(statuses, await session.scalars(select(Delivery).order_by(Delivery.offer_id)), strict=True))
    for status, delivery in left.items():
        delivery.status, delivery.settled_at = status, None if status == "sending" else now
    await session.flush()
    await save(Criteria(countries=("ES",)), person_id=weekly.person_id)  # it would tell them sooner
    for delivery in left.values():
        for status in ("closed", "published"):
            await change_status(session, delivery.offer_id, status, embedder=embedder, now=later)
    await told(at=later)
    for status, delivery in left.items():
        await session.refresh(delivery)
        assert (delivery.status, delivery.source_id, delivery.due_at) == (status, weekly.id, weekly.next_at)
        assert delivery.settled_at == (None if status == "sending" else now)


async def test_a_change_is_news_to_those_whom_the_offer_did_not_fit_before(publish, save, told) -> None:
    await publish(draft("a"), draft("b"))
    await told()
    portugal, everything = await save(Criteria(countries=("PT",))), await save(Criteria(kind="internship"))
    await publish(draft("a", places=[{"country": "PT"}]), draft("b", title="Un titre corrigé"))
    assert await told() == {portugal.person_id: {"a"}}
    await publish(draft("c", places=[{"country": "PT"}]))
    assert await told() == {portugal.person_id: {"a", "c"}, everything.person_id: {"c"}}


@pytest.mark.parametrize(
    "case",
    [
        ({"deadline": TODAY - timedelta(days=1)}, {"deadline": TODAY + timedelta(days=9)}, Criteria()),
        ({"duration_min": 6}, {"duration_min": "2.5"}, Criteria(duration_max=3.0)),
        ({}, {"open_to_minors": True}, Criteria(age=16)),
        ({"levels": ["bac+5"]}, {"levels": []}, Criteria(level="bac")),
        ({}, {"organisation": "Association Horizon"}, Criteria(organisation="Horizon")),
        ({}, {"field": "digital"}, Criteria(excluded_fields=("tourism",))),
    ],
)
async def test_each_field_that_filters_read_may_make_news(session, publish, save, told, case) -> None:
    before, after, criteria = case
    await publish(draft("a", **before))
    # An offer whose last day has passed stays published until the night.
    await session.execute(update(Offer).values(status="published"))
    session.expire_all()
    await publish(draft("a", **before))
    await told()
    fitting = await save(criteria)
    assert await told() == {}
    await publish(draft("a", **after))
    assert await told() == {fitting.person_id: {"a"}}


async def test_nobody_is_told_who_stopped_paused_left_or_has_seen_it(session, now, publish, save, told) -> None:
    stopped, paused, left, reader = [await save(Criteria()) for _ in range(4)]
    await stop_pushes(session, person_id=stopped.person_id, reason="asked", now=now)
    await pause_search(session, paused, now=now)
    await session.execute(update(Person).where(Person.id == left.person_id).values(unreachable_at=now))
    await publish(draft("a"))
    await session.execute(update(SavedSearch).where(SavedSearch.id == reader.id).values(
        seen_offer_ids=[await session.scalar(select(Offer.id))]
    ))  # fmt: skip
    assert await told() == {}


async def test_an_offer_over_or_closed_meanwhile_is_told_to_nobody(session, embedder, publish, told, save) -> None:
    search = await save(Criteria())
    now = search.created_at
    await publish(draft("over", deadline=TODAY), draft("closed"))
    identity = await session.scalar(select(Offer.id).where(Offer.external_id == "closed"))
    await change_status(session, identity, "closed", embedder=embedder, now=now)
    later = now + timedelta(days=1)
    await expire_offers(session, now=later)
    assert await told(at=later) == {}
    left = select(func.count()).select_from(OfferRevision).where(OfferRevision.matched_at.is_(None))
    assert await session.scalar(left) == 0


async def test_words_bring_what_is_close_in_meaning_or_shares_their_names(publish, save, told) -> None:
    await publish(draft("before", title="Les chevaux de la ferme", places=[{"country": "DE"}]))
    await told()
    horses, port, spain = [
        await save(criteria)
        for criteria in (
            Criteria(words="m'occuper de chevaux"),
            Criteria(words="l'auberge du Port"),
            Criteria(kind="internship", countries=("ES",), words="un stage pour soigner des chevaux en Espagne"),
        )
    ]
    stable = {"title": "Soigner les chevaux d'un centre équestre", "description": "Tu nourris et tu panses les poneys."}
    await publish(
        draft("horses", **stable, organisation="Centre équestre", field="agriculture"),
        draft("inn"),
        draft("books", title="Comptable", organisation="Banque Nova", field="finance",
              description="Tu tiens les comptes des clients de la banque."),
    )  # fmt: skip
    assert await told() == {
        horses.person_id: {"horses"}, port.person_id: {"inn"}, spain.person_id: {"horses"}
    }  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        "slt je cherche un stage en espagne", "bjr jveux un stage en espagne", "wesh frr un stage en espagne vite",
        "madame avance un stage en espagne", "slt non finalement espagne", "yo bruv gimme internship spain",
        "holi tronco unas prácticas en españa", "اهلين خويا تدريب في اسبانيا", "tkt gros un stage espagne zebi",
    ],
)  # fmt: skip
async def test_greetings_and_fillers_beside_criteria_silence_no_alert(publish, save, told, words) -> None:
    search = await save(Criteria(kind="internship", countries=("ES",), words=words))
    await publish(draft("a"))
    assert search.words is None
    assert await told() == {search.person_id: {"a"}}


async def test_a_digest_is_due_at_the_time_of_its_search_and_stale_after_the_last_day(
    session, now, publish, save, told
) -> None:
    at_once = await save(Criteria())
    weekly = await save(Criteria(), rhythm="weekly", weekday=0, hour=9)
    await publish(draft("a", deadline=TODAY + timedelta(days=3)), draft("b"))
    await told()
    rows = {(row.source_id, row.offer_id): row for row in await session.scalars(select(Delivery).order_by(Delivery.id))}
    first, second = await session.scalars(select(Offer.id).order_by(Offer.external_id))
    assert rows[at_once.id, first].due_at == now
    assert rows[at_once.id, first].stale_at == datetime(2026, 11, 26, 23, tzinfo=UTC)
    assert rows[at_once.id, second].stale_at == now + timedelta(days=14)
    assert rows[weekly.id, second].due_at == weekly.next_at
    assert weekly.next_at == datetime(2026, 11, 30, 8, tzinfo=UTC)


async def test_two_that_match_at_once_write_each_alert_once(sessions, session, now, publish, save) -> None:
    for _ in range(5):
        await save(Criteria(kind="internship"))
    await publish(*(draft(f"o{number}") for number in range(40)))
    await session.commit()

    async def match() -> int:
        count = 0
        while True:
            async with transaction(sessions) as own:
                done = await match_revisions(own, now=now, most=7)
            count += done.deliveries
            if not done.revisions:
                return count

    assert sum(await asyncio.gather(match(), match(), match())) == 200
    assert await session.scalar(select(func.count()).select_from(Delivery)) == 200


async def test_what_was_not_committed_is_matched_again(sessions, session, now, publish, save) -> None:
    await save(Criteria())
    await publish(draft("a"))
    await session.commit()
    async with sessions() as killed:
        assert (await match_revisions(killed, now=now)).deliveries == 1
    async with transaction(sessions) as after:
        assert (await match_revisions(after, now=now)).deliveries == 1
