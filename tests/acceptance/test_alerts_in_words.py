"""Alerts managed by words alone with Rasa running, in four languages: what the model hears is not enough by itself."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from bot.conversation.models import Conversation
from bot.db.service import transaction
from tests.acceptance.house import House
from tests.acceptance.test_alerts_on_telegram import preferences, searches
from tests.acceptance.test_search_on_telegram import met, tells

pytestmark = pytest.mark.rasa

# A search, the wish to be told, then what is said of the alert and what it must have become.
MANAGED: dict[str, tuple[str, str, tuple[tuple[str, dict[str, Any]], ...]]] = {
    "fr": (
        "un stage en Espagne", "tu peux me prévenir tous les jours à 8h ?",
        (
            ("une fois par semaine ça suffit", {"rhythm": "weekly", "hour": 8}),
            ("plutôt le vendredi", {"weekday": 4}),
            ("plutôt à 20h", {"hour": 20, "weekday": 4}),
            ("tous les jours", {"rhythm": "daily"}),
            ("des qu'il y en a une", {"rhythm": "at_once"}),
            ("tu m'envoies trop de messages", {"rhythm": "daily"}),
            ("appelle-la Berlin", {"name": "Berlin"}),
            ("mets la en pause", {"is_paused": True}),
            ("reprends l'alerte 1", {"is_paused": False}),
        ),
    ),
    "en": (
        "an internship in Spain", "notify me once a week",
        (
            ("on friday instead", {"weekday": 4}),
            ("mondays at 9am", {"weekday": 0, "hour": 9}),
            ("every day", {"rhythm": "daily"}),
            ("as soon as there is one", {"rhythm": "at_once"}),
            ("less often", {"rhythm": "daily"}),
            ("call it Berlin", {"name": "Berlin"}),
            ("pause the first one", {"is_paused": True}),
            ("resume my alerts", {"is_paused": False}),
        ),
    ),
    "es": (
        "prácticas en España", "avísame una vez por semana",
        (
            ("mejor el viernes", {"weekday": 4}),
            ("los lunes a las 9", {"weekday": 0, "hour": 9}),
            ("todos los días", {"rhythm": "daily"}),
            ("en cuanto salga una", {"rhythm": "at_once"}),
            ("menos a menudo", {"rhythm": "daily"}),
            ("llámala Berlín", {"name": "Berlín"}),
            ("pausa la primera", {"is_paused": True}),
            ("reanuda la primera", {"is_paused": False}),
        ),
    ),
    "ar": (
        "تدريب في إسبانيا", "أخبرني مرة في الأسبوع",
        (
            ("الأفضل يوم الجمعة", {"weekday": 4}),
            ("كل اثنين على الساعة 9", {"weekday": 0, "hour": 9}),
            ("كل يوم", {"rhythm": "daily"}),
            ("سمه برلين", {"name": "برلين"}),
            ("أوقف الأول مؤقتا", {"is_paused": True}),
            ("استأنف الأول", {"is_paused": False}),
        ),
    ),
}  # fmt: skip
DELETED = {"fr": "supprime la", "en": "delete it", "es": "borra la alerta 1", "ar": "احذف التنبيه 1"}


@pytest.mark.parametrize("language", MANAGED)
async def test_an_alert_is_kept_changed_and_deleted_by_words_alone(house: House, language: str) -> None:
    search, wish, said = MANAGED[language]
    user = await met(house, 1, language)
    await tells(user, search)
    await tells(user, wish)
    for words, expected in said:
        await tells(user, words)
        kept = (await searches(house))[0]
        assert {name: getattr(kept, name) for name in expected} == expected, words
    await tells(user, DELETED[language])
    assert await searches(house) == []


@pytest.mark.parametrize(
    "words",
    [
        "je ne veux plus recevoir d'alertes", "arrête de m'envoyer des messages", "stop everything",
        "stop sending me messages", "deja de enviarme mensajes", "para las alertas", "أوقف التنبيهات",
        "بركا من الميساجات",
    ],
)  # fmt: skip
async def test_wanting_no_more_messages_stops_them(house: House, words: str) -> None:
    user = await met(house, 2)
    await tells(user, "un stage en Espagne")
    await tells(user, "préviens-moi si tu trouves")
    await tells(user, words)
    assert (await preferences(house)).stop_reason == "asked"


@pytest.mark.parametrize(("answer", "kept"), [("oui", 1), ("oui une fois par semaine", 1), ("non merci", 0)])
async def test_a_yes_to_being_told_saves_the_search_and_a_no_does_not(house: House, answer: str, kept: int) -> None:
    user = await met(house, 3)
    await tells(user, "un stage en Espagne")
    async with transaction(house.collaborators.sessions) as session:
        await session.execute(update(Conversation).values(pending_question="confirm_alerts"))
    await tells(user, answer)
    assert len(await searches(house)) == kept


async def test_the_town_where_one_lives_sets_the_clock_once_alerts_are_talked_of(house: House) -> None:
    user = await met(house, 4)
    await tells(user, "un stage en Espagne")
    await tells(user, "oui préviens moi")
    assert "heure de Toronto" in (await tells(user, "je vis à Montréal")).text
    assert (await preferences(house)).time_zone == "America/Toronto"


async def test_la_reunion_is_where_one_lives_and_a_meeting_is_not(house: House) -> None:
    user = await met(house, 42)
    await tells(user, "un stage en Espagne")
    await tells(user, "préviens-moi")
    await tells(user, "j'ai une réunion demain")
    assert (await preferences(house)).time_zone == "Europe/Paris"
    await tells(user, "je vis à la réunion")
    assert (await preferences(house)).time_zone == "Indian/Reunion"


@pytest.mark.parametrize(
    "words", ["ma sœur a 12 ans", "my sister is 12", "mi hermano tiene 12 años", "أختي عمرها 12 سنة"]
)
async def test_the_age_of_somebody_else_stops_nothing(house: House, words: str) -> None:
    user = await met(house, 41)
    await tells(user, "un stage en Espagne")
    await tells(user, "préviens-moi")
    await tells(user, words)
    assert (await preferences(house)).stopped_at is None
    await tells(user, "j'ai 12 ans")
    assert (await preferences(house)).stop_reason == "too_young"


@pytest.mark.parametrize("words", ["plutôt en Italie", "plutôt en juillet", "la suite", "merci", "un job"])
async def test_what_is_not_of_alerts_stays_what_it_was_just_after_one(house: House, words: str) -> None:
    user = await met(house, 5)
    await tells(user, "un stage en Espagne")
    await tells(user, "préviens-moi")
    before = (await searches(house))[0]
    await tells(user, words)
    after = (await searches(house))[0]
    assert (after.rhythm, after.hour, after.weekday) == (before.rhythm, before.hour, before.weekday)
    assert len(await searches(house)) == 1


# A search, the wish to be told, then what people write of rhythms that there are not, and of when not to come.
REFUSED: dict[str, tuple[str, str, tuple[str, str, str, str, str]]] = {
    "fr": (
        "un volontariat en Allemagne", "préviens-moi",
        ("une fois par mois", "que le weekend", "pas le matin", "pk tu menvoi ca ?", "je veux pas de pub"),
    ),
    "en": (
        "volunteering in Germany", "notify me",
        ("once a month is enough", "only on weekends", "not in the morning please", "why are you sending me this?",
         "i dont want messages from the advisers"),
    ),
    "es": (
        "un voluntariado en Alemania", "avísame",
        ("cada 15 días", "solo los fines de semana", "por la mañana no", "por qué me mandas esto?",
         "no quiero publicidad, solo las alertas"),
    ),
    "ar": (
        "تطوع في ألمانيا", "نبهني",
        ("مرة بالشهر", "بس بعطلة نهاية الأسبوع", "مو الصبح", "ليش عم تبعتلي هاد؟", "لا أريد رسائل المستشارين"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", REFUSED)
async def test_what_must_not_come_and_why_something_came_are_heard_as_people_write(house: House, language: str) -> None:
    search, wish, (seldom, weekend, morning, why, adverts) = REFUSED[language]
    user = await met(house, 5, language)
    await tells(user, search)
    await tells(user, wish)
    await tells(user, seldom)
    assert (await searches(house))[0].rhythm == "weekly"
    await tells(user, weekend)
    assert (await searches(house))[0].weekday == 5
    await tells(user, morning)
    kept, alert = await preferences(house), (await searches(house))[0]
    assert (kept.quiet_from, kept.quiet_until, alert.hour) == (21, 12, 18)
    assert "/stop" in (await tells(user, why)).text
    await tells(user, adverts)
    kept = await preferences(house)
    assert (kept.stopped_at, kept.campaigns_stopped_at is not None) == (None, True)
    async with transaction(house.collaborators.sessions) as session:
        told = (await session.scalars(select(Conversation))).one().situation or {}
    assert "age" not in told  # "cada 15 días" is nobody's age


async def test_who_found_a_place_elsewhere_is_congratulated_and_may_stop_everything(house: House) -> None:
    user = await met(house, 6)
    await tells(user, "un volontariat en Allemagne")
    await tells(user, "préviens-moi")
    glad = await tells(user, "on ma pris ailleurs")
    assert "Félicitations" in glad.text
    assert "🔕 Tout arrêter" in glad.labels
    assert "3114" not in glad.text


async def test_reminders_are_asked_for_on_a_card_and_refused_later_by_words(house: House) -> None:
    user = await met(house, 7)
    await tells(user, "un stage en Espagne")
    await tells(user, "préviens-moi")
    await tells(user, "la 1")  # of the offers: no number of an alert was shown since
    agreed = await tells(user, "rappelle moi avant la date limite")
    assert "L'offre est gardée aussi" in agreed.text
    assert (await preferences(house)).follows_kept is True
    await tells(user, "plus de rappels")
    assert (await preferences(house)).follows_kept is False
    assert (await preferences(house)).stopped_at is None


async def test_hours_refused_bring_settings_and_no_help_lines(house: House) -> None:
    user = await met(house, 8, "en")
    await tells(user, "volunteering in Germany")
    await tells(user, "notify me")
    assert "3114" not in (await tells(user, "dont text me after 8pm")).text
    assert (await preferences(house)).quiet_from == 20
