"""What a person does with an offer that they keep: told of it or not, the application, the departure."""

from __future__ import annotations

from datetime import timedelta

from icalendar import Calendar
from sqlalchemy import select, update

from bot.catalogue.models import Offer, OfferSearch
from bot.catalogue.wording import day as day_words
from bot.db.service import transaction
from bot.deliveries.models import PushPreferences
from bot.followups.models import DeparturePlan, DepartureStep, SavedOffer
from bot.kit.clock import local_day
from tests.acceptance.house import House, house_now
from tests.fixtures.bot_api.client import FakeUser, Seen


async def keeps_the_first(house: House, chat_id: int, *, starts_in: int = 200) -> tuple[FakeUser, list[Seen]]:
    """Search, open the first card and keep it; the offer begins in so many days. Returns what was read last."""
    user = house.telegram.user(chat_id)
    await user.starts()
    await user.reads(timeout=10)
    await user.says("je cherche un stage en Espagne")
    await user.reads(timeout=10)
    await user.presses("1")
    await user.reads(timeout=10)
    first_day = local_day(house_now()) + timedelta(days=starts_in)
    async with transaction(house.collaborators.sessions) as session:
        days = {"start_from": first_day, "start_until": first_day + timedelta(days=30)}
        for table in (Offer, OfferSearch):
            await session.execute(update(table).values(**days))
    await user.presses("♥ Garder")
    return user, await user.reads(timeout=10)


async def test_the_first_offer_kept_asks_once_whether_to_be_told_and_yes_is_kept(simple_house: House) -> None:
    user, read = await keeps_the_first(simple_house, 1)
    question = read[-1]
    assert "Je te préviens avant la date limite" in question.text
    assert "♡ Ne plus garder" in read[0].labels
    await user.says("oui")
    assert "Je te préviens avant la date limite" in (await user.reads(timeout=10))[-1].text
    async with simple_house.collaborators.sessions() as session:
        (preferences,) = (await session.scalars(select(PushPreferences))).all()
    assert (preferences.follows_kept, preferences.stopped_at) == (True, None)
    await user.says("je cherche un stage en Espagne")
    await user.reads(timeout=10)
    await user.presses("2")
    await user.reads(timeout=10)
    await user.presses("♥ Garder")
    assert not any("Je te préviens" in seen.text for seen in await user.reads(timeout=10))


async def test_no_is_kept_and_changed_in_the_kept_list(simple_house: House) -> None:
    user, _ = await keeps_the_first(simple_house, 2)
    await user.presses("Non merci")
    assert "aucun message" in (await user.reads(timeout=10))[-1].text
    async with simple_house.collaborators.sessions() as session:
        (preferences,) = (await session.scalars(select(PushPreferences))).all()
    assert preferences.follows_kept is False
    assert preferences.stopped_at is not None  # nothing else is sent to somebody who only said no
    await user.says("mes offres")
    kept = (await user.reads(timeout=10))[-1]
    assert "🔔 Me prévenir" in kept.labels
    await user.presses("🔔 Me prévenir")
    assert "C'est noté" in (await user.reads(timeout=10))[-1].text
    await user.says("mes offres")
    assert "🔕 Ne plus me prévenir" in (await user.reads(timeout=10))[-1].labels


async def test_somebody_under_fifteen_is_never_asked(simple_house: House) -> None:
    user = simple_house.telegram.user(3)
    await user.starts()
    await user.reads(timeout=10)
    await user.says("j'ai 14 ans, je cherche un volontariat")
    await user.reads(timeout=10)
    await user.says("volontariat en Italie")
    await user.reads(timeout=10)
    async with simple_house.collaborators.sessions() as session:
        offer_id = await session.scalar(select(Offer.id).where(Offer.status == "published").limit(1))
    await user.starts(f"offer_{offer_id}")
    await user.reads(timeout=10)
    await user.presses("♥ Garder")
    assert not any("Je te préviens" in seen.text for seen in await user.reads(timeout=10))
    await user.says("mes offres")
    labels = (await user.reads(timeout=10))[-1].labels
    assert labels
    assert not {"🔔 Me prévenir", "🔕 Ne plus me prévenir"} & set(labels)


async def test_steps_of_the_departure_are_ticked_and_unticked_by_words(simple_house: House) -> None:
    user, read = await keeps_the_first(simple_house, 41)
    await user.presses("🧳 Préparer mon départ", message_id=read[0].message_id)
    await user.reads(timeout=10)
    await user.says("ça y est j'ai fait mon passeport")
    plan = (await user.reads(timeout=10))[-1]
    assert plan.text.endswith("✅ Passeport ou carte d'identité : fait")
    await user.says("assurance c'est bon")
    assert "✅ Assurance et rapatriement : fait" in (await user.reads(timeout=10))[-1].text
    await user.says("en fait j'ai pas encore l'assurance")
    assert "✅ Assurance et rapatriement : fait" not in (await user.reads(timeout=10))[-1].text
    await user.says("c'est fait")
    assert "Qu'est-ce qui est fait ?" in (await user.reads(timeout=10))[-1].text
    async with simple_house.collaborators.sessions() as session:
        done = list(await session.scalars(select(DepartureStep.step).where(DepartureStep.done_at.is_not(None))))
    assert done == ["passport"]


async def test_the_departure_is_planned_ticked_and_put_in_a_calendar(simple_house: House) -> None:
    user, read = await keeps_the_first(simple_house, 4)
    await user.presses("🧳 Préparer mon départ", message_id=read[0].message_id)
    plan = (await user.reads(timeout=10))[-1]
    assert "Préparer le départ" in plan.text
    assert "Carte européenne de santé (CEAM)" in plan.text
    assert "Visa" not in plan.text  # Spain
    assert len([label for label in plan.labels if label.startswith("C'est fait")]) == 3
    while "C'est fait : Carte européenne de santé (CEAM)" not in plan.labels:
        await user.presses("➡️ Cocher d'autres étapes", message_id=plan.message_id)
        plan = (await user.reads(timeout=10))[-1]
    await user.presses("C'est fait : Carte européenne de santé (CEAM)")
    assert "✅ Carte européenne de santé (CEAM) : fait" in (await user.reads(timeout=10))[-1].text
    await user.presses("📅 Dans mon agenda")
    file = (await user.reads(timeout=10))[-1]
    assert file.document is not None
    assert file.document["filename"] == "escale.ics"
    events = list(Calendar.from_ical(file.document["content"]).walk("VEVENT"))
    titles = {str(event["summary"]) for event in events}
    assert "Passeport ou carte d'identité" in titles
    assert "Carte européenne de santé (CEAM)" not in titles  # it is done
    async with simple_house.collaborators.sessions() as session:
        departs_on = await session.scalar(select(DeparturePlan.departs_on))
        done = list(await session.scalars(select(DepartureStep.step).where(DepartureStep.done_at.is_not(None))))
    assert max(event["dtstart"].dt for event in events) == departs_on
    assert min(event["dtstart"].dt for event in events) >= local_day(house_now())
    assert done == ["health_card"]


async def test_a_departure_without_a_day_is_asked_and_a_day_in_words_answers(simple_house: House) -> None:
    user, _ = await keeps_the_first(simple_house, 5, starts_in=-3)
    await user.says("prépare mon départ")
    asked = (await user.reads(timeout=10))[-1]
    assert "Tu pars quand ?" in asked.text
    assert len(asked.labels) == 6
    day = day_words(local_day(house_now()) + timedelta(days=230), "fr")
    await user.says(f"le {day}")
    plan = (await user.reads(timeout=10))[-1]
    assert f"Départ le {day}" in plan.text


async def test_an_application_is_told_by_words_and_by_button_and_the_kept_list_shows_it(simple_house: House) -> None:
    user, _ = await keeps_the_first(simple_house, 6)
    await user.says("Ça y est, j'ai postulé !")
    assert "Bravo, c'est parti" in (await user.reads(timeout=10))[-1].text
    await user.says("mes offres")
    kept = (await user.reads(timeout=10))[-1]
    assert "Candidature : envoyée" in kept.text
    await user.presses("1")
    card = (await user.reads(timeout=10))[-1]
    await user.presses("✍️ Candidature : envoyée", message_id=card.message_id)
    asked = (await user.reads(timeout=10))[-1]
    await user.presses("🎉 Je suis pris·e", message_id=asked.message_id)
    answer = (await user.reads(timeout=10))[-1]
    assert "Félicitations" in answer.text
    assert "🧳 Préparer mon départ" in answer.labels
    async with simple_house.collaborators.sessions() as session:
        assert await session.scalar(select(SavedOffer.application)) == "accepted"


async def test_words_about_an_application_steal_no_search(simple_house: House) -> None:
    user, _ = await keeps_the_first(simple_house, 7)
    await user.says("j'ai postulé à un volontariat en Italie mais je cherche autre chose")
    await user.reads(timeout=10)
    async with simple_house.collaborators.sessions() as session:
        assert await session.scalar(select(SavedOffer.application)) is None


async def test_news_told_by_somebody_who_keeps_nothing_is_answered_warmly(simple_house: House) -> None:
    user = simple_house.telegram.user(8)
    await user.starts()
    await user.reads(timeout=10)
    told = {
        "ils m'ont refusé": "Un refus ne dit rien de ta valeur",
        "ils m'ont dit non": "Un refus ne dit rien de ta valeur",
        "j'ai été prise !!": "Félicitations",
        "j'ai postulé": "Bravo",
        "j'ai un entretien demain": "un entretien",
    }
    for said, wanted in told.items():
        await user.says(said)
        answer = (await user.reads(timeout=10))[-1]
        assert wanted in answer.text
        assert {"🔎 Chercher d'autres offres", "🤝 Un conseiller"} <= set(answer.labels)


async def test_news_is_noted_for_the_only_kept_offer_though_its_card_is_not_open(simple_house: House) -> None:
    user, _ = await keeps_the_first(simple_house, 9)
    await user.says("je cherche un volontariat en Italie")
    await user.reads(timeout=10)
    await user.says("ils m'ont refusé")
    assert "Un refus ne dit rien de ta valeur" in (await user.reads(timeout=10))[-1].text
    async with simple_house.collaborators.sessions() as session:
        assert await session.scalar(select(SavedOffer.application)) == "refused"
    await user.says("mes candidatures")
    assert "Candidature : refusée" in (await user.reads(timeout=10))[-1].text


async def test_news_that_may_be_of_several_kept_offers_asks_which_of_them(simple_house: House) -> None:
    user, _ = await keeps_the_first(simple_house, 10)
    await user.says("je cherche un stage en Espagne")
    await user.reads(timeout=10)
    await user.presses("2")
    await user.reads(timeout=10)
    await user.presses("♥ Garder")
    await user.reads(timeout=10)
    await user.says("je cherche un volontariat en Italie")
    await user.reads(timeout=10)
    for said in ("j'ai postulé à la 2", "ils m'ont pris"):
        await user.says(said)
        asked = (await user.reads(timeout=10))[-1]
        assert "Pour quelle offre ?" in asked.text
        assert len(asked.labels) == 2
    await user.presses(asked.labels[0], message_id=asked.message_id)
    assert "Félicitations" in (await user.reads(timeout=10))[-1].text
    async with simple_house.collaborators.sessions() as session:
        assert sorted(str(one) for one in await session.scalars(select(SavedOffer.application))) == ["None", "accepted"]
    await user.says("mes offres")
    await user.reads(timeout=10)
    await user.says("j'ai postulé à la 2")
    assert "Bravo, c'est parti" in (await user.reads(timeout=10))[-1].text
