"""One message tells all that is due to a person: varied, with reasons, with a way to mute and to stop."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.alerts.digests import compose_alerts
from bot.alerts.service import pause_search
from bot.catalogue.criteria import Criteria
from bot.catalogue.models import Offer
from bot.catalogue.service import close_offer
from bot.chat.formatting import visible_length
from bot.deliveries.models import Delivery
from bot.deliveries.service import Recipient, agree
from bot.locales.service import LANGUAGES, Voice
from bot.profiles.models import Person
from tests.catalogue.conftest import TODAY, draft


@pytest.fixture
def digest(session, now, told):
    """Matches, and composes what is due to somebody."""

    async def compose(person_id: int, language: str = "fr"):
        await told()
        person = await session.get_one(Person, person_id)
        preferences = await agree(session, person_id=person_id, now=now)
        to = Recipient(person=person, preferences=preferences, voice=Voice(language), now=now, today=TODAY)
        query = select(Delivery).where(Delivery.person_id == person_id, Delivery.status == "due").order_by(Delivery.id)
        return await compose_alerts(session, to, list(await session.scalars(query)))

    return compose


def _verbs(push):
    return [[(button.verb, button.arguments) for button in row] for row in push.rows]


async def _ids(session):
    return {offer.external_id: offer.id for offer in await session.scalars(select(Offer))}


async def test_an_alert_says_what_for_and_why_with_mute_and_stop(session, publish, save, digest) -> None:
    await publish(draft("before", title="Accueillir les voyageurs", places=[{"country": "DE"}]))
    search = await save(Criteria(kind="internship", countries=("ES",), words="accueillir des voyageurs"))
    await publish(draft("a"))
    composed = await digest(search.person_id)
    (push,) = composed.pushes
    assert push.text.startswith("🔔 <b>1 nouvelle offre</b> : stages · en Espagne · « accueillir voyageurs »")
    assert "✓ en Espagne · « accueillir », « voyageurs »" in push.text
    identity = (await _ids(session))["a"]
    assert _verbs(push) == [
        [("show_offer", {"offer_id": identity})],
        [("alert_mute", {"search_id": search.id}), ("pushes_stop", {})],
    ]
    assert [delivery.offer_id for delivery in push.covers] == [identity]
    assert composed.dropped == {}


async def test_a_deadline_that_is_near_is_told_with_its_offer(publish, save, digest) -> None:
    search = await save(Criteria(kind="internship"))
    await publish(
        draft("near", title="Stage proche", deadline=TODAY + timedelta(days=5)),
        draft("edge", title="Stage du bord", deadline=TODAY + timedelta(days=21)),
        draft("far", title="Stage lointain", deadline=TODAY + timedelta(days=22)),
    )
    (push,) = (await digest(search.person_id)).pushes
    assert "⏳ jusqu&#x27;au 28 novembre" in push.text
    assert "⏳ jusqu&#x27;au 14 décembre" in push.text
    assert push.text.count("⏳") == 2


async def test_a_search_of_mere_words_is_called_by_them(publish, save, digest) -> None:
    search = await save(Criteria(words="l'auberge du <Port>"))
    await publish(draft("a"))
    (push,) = (await digest(search.person_id)).pushes
    assert push.text.startswith("🔔 <b>1 nouvelle offre</b> : « l&#x27;auberge du &lt;Port&gt; »")


async def test_a_digest_is_varied_and_counts_the_others(publish, save, digest) -> None:
    search = await save(Criteria(kind="internship"))
    await publish(
        *(draft(f"port-{number}", title=f"Stage numéro {number} au port") for number in range(6)),
        *(draft(f"o{number}", organisation=f"Organisme {'ABC'[number]}") for number in range(3)),
    )
    (push,) = (await digest(search.person_id)).pushes
    assert len(push.covers) == 9
    assert sum(f"Stage numéro {number} au port" in push.text for number in range(6)) == 2
    assert len(push.rows[0]) == 5
    assert push.text.endswith("… et 4 autres.")
    verb, arguments = _verbs(push)[1][0]
    assert (verb, arguments["search_id"]) == ("alert_open", search.id)
    assert arguments["delivery_ids"] == [delivery.id for delivery in push.covers]


async def test_offers_come_under_the_search_that_found_them(publish, save, digest, person) -> None:
    who = await person()
    spain = await save(Criteria(countries=("ES",)), person_id=who)
    jobs = await save(Criteria(kind="job", countries=("PT",)), person_id=who)
    jobs.name = "Mon été <3"
    await publish(draft("a"), draft("b", kind="job", places=[{"country": "PT"}], title="Serveur à Porto"))
    (push,) = (await digest(who)).pushes
    assert push.text.startswith("🔔 <b>2 nouvelles offres</b>\n\n")
    assert push.text.index("Mon été &lt;3</i>") < push.text.index("Serveur à Porto")
    assert push.text.index("en Espagne</i>") < push.text.index("Stage d&#x27;accueil")
    mutes = [arguments for row in _verbs(push) for verb, arguments in row if verb == "alert_mute"]
    assert sorted(mute["search_id"] for mute in mutes) == [spain.id, jobs.id]


async def test_the_closest_offer_comes_first(publish, save, digest) -> None:
    search = await save(Criteria(countries=("ES",), words="réparer des vélos"))
    await publish(
        draft("trains", title="Réparer des trains anciens", field="crafts", organisation="Le Rail"),
        draft("bikes", title="Réparer des vélos dans un atelier", field="crafts", organisation="La Roue",
              deadline=TODAY + timedelta(days=5)),
    )  # fmt: skip
    (push,) = (await digest(search.person_id)).pushes
    assert "<b>1. Réparer des vélos" in push.text


async def test_what_is_gone_or_muted_is_dropped_and_the_rest_is_told(session, embedder, publish, save, digest) -> None:
    spain = await save(Criteria(countries=("ES",)))
    who, at = spain.person_id, spain.created_at
    portugal = await save(Criteria(countries=("PT",)), person_id=who)
    await publish(draft("told"), draft("gone"), draft("muted", places=[{"country": "PT"}]))
    await digest(who)
    ids = await _ids(session)
    await close_offer(session, ids["gone"], embedder=embedder, now=at)
    portugal.is_paused = True
    await session.flush()
    composed = await digest(who)
    (push,) = composed.pushes
    assert [delivery.offer_id for delivery in push.covers] == [ids["told"]]
    dropped = {error: [one.offer_id for one in some] for error, some in composed.dropped.items()}
    assert dropped == {"gone": [ids["gone"]], "muted": [ids["muted"]]}
    await pause_search(session, spain, now=at)
    assert not (await digest(who)).pushes


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_digest_is_short_in_every_language(publish, save, digest, person, language) -> None:
    who = await person()
    titles = "Assistant polyvalent de projets culturels et d'accueil du public dans une grande ville"
    for country in ("ES", "PT", "DE"):
        wanted = Criteria(kind="internship", countries=(country,), fields=("culture", "tourism"), duration_max=6.0)
        await save(wanted, person_id=who)
        await publish(
            *(
                draft(f"{country}-{number}", title=f"{titles} {number}", organisation=f"Organisme {country} {number}",
                      places=[{"country": country}], duration_min=2, duration_max=6)
                for number in range(4)
            )
        )  # fmt: skip
    (push,) = (await digest(who, language)).pushes
    assert len(push.rows[0]) >= 4
    assert visible_length(push.text) <= 600
