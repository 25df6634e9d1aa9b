"""Which messages are about alerts where the conversation stands, who may have some, and what a digest told to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.service import MOST_SEARCHES, list_searches
from bot.catalogue.criteria import Criteria
from bot.conversation import alerting, following, managing, preferring
from bot.conversation.alert_context import (
    AWAY,
    LIMIT,
    LIVE,
    MANAGE,
    NO_CAMPAIGNS,
    RESUME,
    STOP,
    SUBSCRIBE,
    WHY,
    alert_step,
    limits_alone,
    stops_alone,
)
from bot.conversation.alert_steps import take_alert_step
from bot.conversation.explaining import explain
from bot.conversation.offers import show_offer
from bot.conversation.queries import conversation_of, told_offers
from bot.conversation.replies import Turn
from bot.conversation.rhythms import Rhythm
from bot.conversation.searching import bell_button
from bot.conversation.sequels import step_in_context
from bot.conversation.telling import is_too_young
from bot.deliveries.models import Delivery, PushPreferences
from bot.deliveries.service import agree, preferences_of
from bot.kit.clock import local_day
from bot.kit.embedding import SentenceEmbedder
from bot.kit.errors import UserError
from bot.profiles.service import person_of_chat
from bot.understanding.models import Entity, Intent, Parse
from bot.understanding.service import EMERGENCY
from tests.catalogue.conftest import draft, publish

__all__ = ["publish"]

OPEN = {"subject": ["alerts", "3"]}
NUMBERED = {"subject": ["alerts", "list"]}
MONTREAL = Entity("city", "Montréal", 0, 8, norm={"city": "Montréal", "country": "CA"})
SPAIN = Criteria(kind="internship", countries=("ES",))


async def turn_of(session: AsyncSession, now: datetime, *, chat_id: int = 1, **state: Any) -> Turn:
    person = await person_of_chat(session, channel="telegram", chat_id=chat_id, telegram_language="fr", now=now)
    conversation = await conversation_of(session, person_id=person.id, now=now)
    for name, value in state.items():
        setattr(conversation, name, value)
    return Turn(
        session=session, person=person, conversation=conversation, language="fr", now=now, today=local_day(now),
        inbox_id=1, received_at=now,
    )  # fmt: skip


async def wants(turn: Turn) -> PushPreferences:
    kept = await preferences_of(turn.session, turn.person.id)
    assert kept is not None
    await turn.session.flush()
    await turn.session.refresh(kept)
    return kept


@pytest.fixture
async def turn(session: AsyncSession, now: datetime) -> Turn:
    return await turn_of(session, now)


def read(text: str, *entities: Entity, intent: str = "refine_search", source: Any = "rasa") -> Parse:
    return Parse(text, "fr", Intent(intent, 0.6), entities=entities, source=source)


@pytest.mark.parametrize("text", ["tous les jours", "plutôt le vendredi", "supprime la", "appelle-la Berlin"])
def test_short_words_are_about_alerts_only_when_some_were_just_shown(turn: Turn, text: str) -> None:
    assert alert_step(turn, read(text), "refine_search") is None
    turn.conversation.flow = OPEN
    assert alert_step(turn, read(text), "refine_search") == MANAGE


def test_a_bare_number_is_of_an_alert_only_when_their_numbers_were_shown(turn: Turn) -> None:
    turn.conversation.flow = OPEN
    assert alert_step(turn, read("la 2"), "show_details") is None
    turn.conversation.flow = NUMBERED
    assert alert_step(turn, read("la 2"), "show_details") == MANAGE


@pytest.mark.parametrize(
    "text", ["plutôt en Italie", "merci", "la suite", "je veux un stage tous les jours de juin à août"]
)
def test_what_says_nothing_of_alerts_is_about_something_else(turn: Turn, text: str) -> None:
    turn.conversation.flow = OPEN
    assert alert_step(turn, read(text), "refine_search") is None


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("préviens-moi si tu trouves", SUBSCRIBE),
        ("keep me posted", SUBSCRIBE),
        ("supprime l'alerte 2", MANAGE),
        ("je ne veux plus recevoir d'alertes", STOP),
        ("stop", STOP),
    ],
)
def test_what_names_alerts_needs_nothing_shown_before(turn: Turn, text: str, step: str) -> None:
    assert alert_step(turn, read(text), "out_of_scope") == step


def test_an_alert_is_asked_for_without_rasa_too(turn: Turn) -> None:
    assert alert_step(turn, read("alerte stage Espagne", source="simple"), "search_offers") == SUBSCRIBE


def test_an_answer_to_what_was_asked_is_taken_as_such(turn: Turn) -> None:
    turn.conversation.pending_question = "which_place"
    assert alert_step(turn, read("Montréal", MONTREAL), "refine_search") == LIVE
    turn.conversation.pending_question = "confirm_alerts"
    assert alert_step(turn, read("oui une fois par semaine"), "affirm") == SUBSCRIBE
    turn.conversation.pending_question = "name_alert"
    assert alert_step(turn, read("Montréal", MONTREAL), "refine_search") == "name_alert"
    assert alert_step(turn, read("annule"), "refine_search") == "deny"


def test_a_stop_is_that_of_the_questions_while_one_waits(turn: Turn) -> None:
    turn.text = "stop"
    assert stops_alone(turn)
    turn.conversation.flow = {"name": "funding", "waiting": "age", "asked": ["age"]}
    assert not stops_alone(turn)
    assert alert_step(turn, read("stop"), MANAGE) is None


async def test_distress_is_no_wish_about_alerts(turn: Turn) -> None:
    turn.conversation.flow = OPEN
    assert await step_in_context(turn, read("arrête tout", intent=EMERGENCY), EMERGENCY) == EMERGENCY


@pytest.mark.parametrize(("age", "is_young"), [(14, True), (15, False), (17, False), (None, False)])
def test_fifteen_is_the_age_from_which_alerts_are_kept(turn: Turn, age: int | None, is_young: bool) -> None:
    assert is_too_young(turn, Criteria(age=age)) is is_young
    turn.conversation.situation = {"age": age} if age else None
    assert is_too_young(turn, SPAIN) is is_young
    turn.conversation.situation = {"age": [age, 17]} if age else None  # a bracket is taken by its low end
    assert is_too_young(turn) is is_young


def test_a_list_of_everything_has_no_button_to_be_told(turn: Turn) -> None:
    assert bell_button(turn, SPAIN) is not None
    assert bell_button(turn, Criteria(words="tortues")) is not None
    assert bell_button(turn, Criteria()) is None


async def test_nobody_agrees_to_anything_by_being_refused(turn: Turn, embedder: SentenceEmbedder) -> None:
    await alerting.save_alert(turn, Criteria(kind="exchange", age=14), Rhythm(), embedder=embedder)
    await alerting.save_alert(turn, Criteria(), Rhythm(), embedder=embedder)
    assert await preferences_of(turn.session, turn.person.id) is None


async def test_a_twentieth_first_alert_takes_nothing_up_again(turn: Turn, embedder: SentenceEmbedder) -> None:
    for number in range(MOST_SEARCHES):
        await alerting.save_alert(turn, Criteria(age=20 + number), Rhythm(), embedder=embedder)
    await preferring.stop(turn)
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    assert (await wants(turn)).stopped_at is not None


async def test_nobody_agrees_to_messages_of_the_advisers_without_having_been_told(
    turn: Turn, embedder: SentenceEmbedder
) -> None:
    assert "message des conseillers" in (await following.set_follow(turn, wanted=True)).text
    assert "message des conseillers" in (await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)).text


async def test_asking_for_one_thing_after_a_stop_takes_up_everything_and_says_so(
    turn: Turn, embedder: SentenceEmbedder
) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    (search,) = await list_searches(turn.session, person_id=turn.person.id)
    await managing.mute(turn, search.id)
    asks = (
        lambda: alerting.save_alert(turn, Criteria(kind="job"), Rhythm(), embedder=embedder),
        lambda: following.set_follow(turn, wanted=True),
        lambda: managing.take_up(turn, search.id),
    )
    for ask in asks:
        await preferring.stop(turn)
        await ask()
        assert (await wants(turn)).stopped_at is None
        assert [note for note in turn.notes if "reparti" in note], turn.notes
        turn.notes.clear()


async def test_a_rhythm_that_is_chosen_while_all_is_stopped_says_that_nothing_comes(
    turn: Turn, embedder: SentenceEmbedder
) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    (search,) = await list_searches(turn.session, person_id=turn.person.id)
    assert "Tout est arrêté" not in (await managing.choose_rhythm(turn, search.id, Rhythm("weekly"))).text
    await preferring.stop(turn)
    assert "Tout est arrêté" in (await managing.choose_rhythm(turn, search.id, Rhythm("daily"))).text


async def test_who_says_that_they_are_under_fifteen_is_sent_nothing_more_and_told_so_once(
    turn: Turn, embedder: SentenceEmbedder
) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    turn.conversation.situation = {"age": 14}
    await preferring.mind_age(turn)
    await preferring.mind_age(turn)
    assert [note[:13] for note in turn.notes] == ["Avant 15 ans,"]
    assert (await wants(turn)).stop_reason == "too_young"


async def test_an_age_forgotten_by_a_restart_is_still_refused_until_another_is_told(
    turn: Turn, embedder: SentenceEmbedder
) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    turn.conversation.situation = {"age": 13}
    await preferring.mind_age(turn)
    turn.conversation.situation = None
    for refused in (
        await preferring.resume(turn),
        await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder),
        await alerting.save_alert(turn, Criteria(kind="job"), Rhythm(), embedder=embedder),
        await following.set_follow(turn, wanted=True),
    ):
        assert refused.text.startswith("Avant 15 ans")
    assert (await wants(turn)).stopped_at is not None
    turn.conversation.situation = {"age": 15}
    await preferring.mind_age(turn)
    assert (await wants(turn)).stopped_at is not None
    await preferring.resume(turn)
    assert (await wants(turn)).stopped_at is None


@pytest.mark.parametrize(
    ("situation", "zone"),
    [
        (None, "Europe/Paris"),
        ({"residence": "FR", "region": "other"}, "Europe/Paris"),
        ({"residence": "SN"}, "Africa/Dakar"),
        ({"residence": "CA", "zone": "America/Vancouver"}, "America/Vancouver"),
    ],
)
async def test_the_clock_is_that_of_where_they_said_that_they_live(
    turn: Turn, embedder: SentenceEmbedder, situation: dict[str, str] | None, zone: str
) -> None:
    turn.conversation.situation = situation
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    kept = await preferences_of(turn.session, turn.person.id)
    assert kept is not None
    assert kept.time_zone == zone


async def test_a_zone_that_was_told_is_not_inferred_over(turn: Turn, embedder: SentenceEmbedder) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    await preferring.note_home(turn, read("Montréal", MONTREAL))
    turn.conversation.situation = {"residence": "SN"}
    await alerting.save_alert(turn, Criteria(kind="job"), Rhythm(), embedder=embedder)
    kept = await preferences_of(turn.session, turn.person.id)
    assert kept is not None
    assert (kept.time_zone, kept.zone_from) == ("America/Toronto", "told")


async def test_nobody_manages_or_opens_what_is_somebody_elses(
    session: AsyncSession, turn: Turn, embedder: SentenceEmbedder, now: datetime
) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    _, search_id = turn.conversation.flow["subject"]  # type: ignore[index]
    told = Delivery(
        person_id=turn.person.id, kind="alert", reason="alert", source_id=int(search_id), details={}, due_at=now,
        stale_at=now, created_at=now,
    )  # fmt: skip
    session.add(told)
    await session.flush()
    stranger = await turn_of(session, now, chat_id=2)
    for act in (managing.mute, managing.take_up, managing.delete, managing.ask_name, managing.show_alert):
        with pytest.raises(UserError, match="button_expired"):
            await act(stranger, int(search_id))
    with pytest.raises(UserError, match="button_expired"):
        await managing.open_told(stranger, int(search_id), [told.id])
    assert await told_offers(session, [told.id], person_id=turn.person.id) == []  # it speaks of no offer


async def test_what_an_alert_requires_beyond_its_criteria_is_said_when_saved_and_on_its_card(
    turn: Turn, embedder: SentenceEmbedder, publish: Any
) -> None:
    await publish(draft("horses", title="Soigner les chevaux"))
    asked = replace(SPAIN, words="slt un stage en espagne avec des chevaux")
    reply = await alerting.save_alert(turn, asked, Rhythm(), embedder=embedder)
    assert "<b>stages · en Espagne · « chevaux »</b>" in reply.text
    (search,) = await list_searches(turn.session, person_id=turn.person.id)
    assert "stages · en Espagne · « chevaux »" in (await managing.show_alert(turn, search.id)).text


@pytest.mark.parametrize(
    "text", ["supprime toutes mes données", "delete all my data", "borra todos mis datos", "احذف بياناتي"]
)
def test_who_wants_their_data_deleted_is_answered_about_privacy(turn: Turn, text: str) -> None:
    turn.conversation.flow = OPEN
    assert alert_step(turn, read(text), "privacy") == "privacy"
    turn.conversation.flow = None
    assert alert_step(turn, read(text), "refine_search") == "privacy"


async def test_a_question_shows_the_settings_and_changes_nothing(turn: Turn, embedder: SentenceEmbedder) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm("weekly", 0, 9), embedder=embedder)
    question = read("tu m'écris combien de fois par jour ?")
    assert alert_step(turn, question, "refine_search") == MANAGE
    assert "Quand je peux t'écrire" in (await managing.manage(turn, question)).text
    assert (await wants(turn)).most_a_day == 3
    (search,) = await list_searches(turn.session, person_id=turn.person.id)
    assert (search.rhythm, search.weekday, search.hour) == ("weekly", 0, 9)


@pytest.mark.parametrize(
    ("text", "quiet"),
    [("ne m'écris pas avant 18h", (21, 18)), ("pas le matin", (21, 12)), ("rien après 19h", (19, 8)),
     ("pas le soir", (18, 8)), ("rien entre 23h et 7h", (23, 7))],
)  # fmt: skip
async def test_refused_hours_are_kept_as_quiet_hours_and_leave_the_alert_as_it_was(
    turn: Turn, embedder: SentenceEmbedder, text: str, quiet: tuple[int, int]
) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm("weekly", 0, 9), embedder=embedder)
    assert alert_step(turn, read(text), "refine_search") == LIMIT
    reply = await take_alert_step(turn, LIMIT, read(text), embedder=embedder)
    assert reply is not None
    assert "Quand je peux t'écrire" in reply.text
    kept = await wants(turn)
    assert (kept.quiet_from, kept.quiet_until) == quiet
    (search,) = await list_searches(turn.session, person_id=turn.person.id)
    assert (search.rhythm, search.weekday, search.hour) == ("weekly", 0, 9)


@pytest.mark.parametrize("text", ["rien entre 12h et 14h", "pas l'après-midi", "pas avant 20h et rien après 20h"])
async def test_hours_that_no_setting_keeps_are_told_and_change_nothing(
    turn: Turn, embedder: SentenceEmbedder, text: str
) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    reply = await take_alert_step(turn, LIMIT, read(text), embedder=embedder)
    assert reply is not None
    assert "je ne sais pas le faire en entier" in reply.text
    kept = await wants(turn)
    assert (kept.quiet_from, kept.quiet_until) == (21, 8)


async def test_holidays_and_the_number_of_messages_are_set_by_words(turn: Turn, embedder: SentenceEmbedder) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    for text in ("jours fériés aussi stp", "un seul message par jour"):
        step = alert_step(turn, read(text), "search_any")
        assert step == LIMIT
        await take_alert_step(turn, step, read(text), embedder=embedder)
    kept = await wants(turn)
    assert (kept.holidays_off, kept.most_a_day) == (False, 1)


@pytest.mark.parametrize("text", ["c'est quoi mes réglages", "tu peux m'écrire la nuit", "à quelle heure tu m'écris ?"])
def test_how_it_stands_is_asked_without_any_alert_shown(turn: Turn, text: str) -> None:
    assert alert_step(turn, read(text), "bot_challenge") == MANAGE


@pytest.mark.parametrize("text", ["un job sans festivos", "stage pas la nuit"])
def test_when_one_works_is_no_setting(turn: Turn, text: str) -> None:
    assert alert_step(turn, read(text), "refine_search") is None


def test_a_part_of_the_day_refused_in_a_search_sets_no_quiet_hours(turn: Turn) -> None:
    assert alert_step(turn, read("un job mais pas le matin"), "search_job") is None


async def test_a_wish_to_be_told_keeps_what_it_leaves_out(turn: Turn, embedder: SentenceEmbedder) -> None:
    turn.conversation.criteria = SPAIN.to_json()
    reply = await alerting.subscribe(turn, read("préviens-moi mais pas le matin"), embedder=embedder)
    assert "Rien entre 21 h et 12 h" in reply.text
    assert (await wants(turn)).quiet_until == 12
    (search,) = await list_searches(turn.session, person_id=turn.person.id)
    assert (search.rhythm, search.hour) == ("daily", 18)


async def test_the_advisers_are_refused_in_words_and_alerts_go_on(turn: Turn, embedder: SentenceEmbedder) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    for text in ("je veux pas de pub", "je veux plus recevoir de messages des conseillers"):
        step = alert_step(turn, read(text), "refine_search")
        assert step == NO_CAMPAIGNS
        await take_alert_step(turn, step, read(text), embedder=embedder)
    kept = await wants(turn)
    assert (kept.stopped_at, kept.campaigns_stopped_at) == (None, turn.now)


async def test_why_something_came_names_what_was_asked_for_and_the_way_out(
    turn: Turn, embedder: SentenceEmbedder
) -> None:
    asked = read("pk tu menvoi ca ?")
    assert alert_step(turn, asked, "complaint") == WHY
    assert "réponds seulement" in (await explain(turn)).text
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    told = await explain(turn)
    assert "stages · en Espagne" in told.text
    assert "offres gardées" not in told.text
    assert "/stop" in told.text
    await following.set_follow(turn, wanted=True)
    await preferring.refuse_campaigns(turn)
    again = (await explain(turn)).text
    assert "offres gardées" in again
    assert "conseillers" not in again
    await preferring.stop(turn)
    assert "Tout est arrêté" in (await explain(turn)).text


async def test_a_rhythm_that_no_alert_has_is_told_with_those_that_there_are(
    turn: Turn, embedder: SentenceEmbedder
) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    reply = await managing.manage(turn, read("une fois par mois"))
    assert "chaque mercredi" in reply.text
    assert turn.notes == [
        "Je sais prévenir à chaque offre, chaque jour, ou un jour par semaine : je prends le plus proche."
    ]


AUGUST = Entity("date", "en agosto", 19, 28, norm={"start": "2027-08-01", "end": "2027-08-31"})
DAKAR = Entity("city", "Dakar", 15, 20, norm={"city": "Dakar", "country": "SN"})


async def test_nothing_between_two_dates_is_told_to_be_beyond_and_how_to_do_it_by_hand(
    turn: Turn, embedder: SentenceEmbedder
) -> None:
    said = read("no me mandes nada en agosto", AUGUST)
    assert alert_step(turn, said, "refine_search") == AWAY
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    told = await take_alert_step(turn, AWAY, said, embedder=embedder)
    assert told is not None
    assert "reprends" in told.text
    assert (await wants(turn)).stopped_at is None


def test_whoever_moves_just_after_an_alert_gives_their_clock_and_seeks_there_otherwise(turn: Turn) -> None:
    moving = read("je déménage à Dakar", replace(DAKAR, start=14, end=19))
    assert alert_step(turn, moving, "refine_search") is None
    turn.conversation.flow = OPEN
    assert alert_step(turn, moving, "refine_search") == LIVE


async def test_a_day_that_cannot_be_left_out_changes_nothing_and_is_not_called_noted(
    turn: Turn, embedder: SentenceEmbedder
) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm("weekly", 2, 18), embedder=embedder)
    reply = await managing.manage(turn, read("never on sundays"))
    assert "chaque mercredi" in reply.text
    assert "C'est noté" not in reply.text
    assert turn.notes


@pytest.mark.parametrize("text", ["dont text me after 9pm", "ne m'écris pas le soir", "no me escribas antes de las 10"])
def test_hours_refused_and_nothing_else_are_heard_before_the_model(text: str) -> None:
    assert limits_alone(text)


@pytest.mark.parametrize(
    "text",
    ["ne m'écris pas le soir, j'en peux plus", "mon père m'écrit pas avant 9h et me frappe", "le soir",
     "he keeps writing to me never before 9", "ne m'écris pas le soir je veux mourir"],
)  # fmt: skip
def test_whatever_stands_beside_is_left_to_be_listened_to(text: str) -> None:
    assert not limits_alone(text)


async def test_a_long_wish_that_the_model_does_not_understand_is_still_heard(turn: Turn) -> None:
    said = "donc oui préviens moi mais genre pas trop souvent une fois par semaine ça me va très bien et voilà merci"
    assert alert_step(turn, read(said), "did_you_mean") == SUBSCRIBE
    assert alert_step(turn, read(said), "search_any") is None


async def test_what_no_alert_can_do_is_said_with_the_rhythm_that_it_will_have(
    turn: Turn, embedder: SentenceEmbedder
) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm("weekly", 0, 9), embedder=embedder)
    reply = await managing.manage(turn, read("tous les jours sauf le dimanche à 19h20"))
    assert "chaque jour à 19 h" in reply.text
    assert turn.notes == [
        "Je ne sais pas sauter un jour de la semaine : c'est chaque jour, ou un seul jour par semaine.",
        "Mes messages partent à l'heure pile, sans les minutes.",
    ]


async def test_once_all_is_stopped_a_bare_resume_takes_it_up_again(turn: Turn, embedder: SentenceEmbedder) -> None:
    await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)
    turn.conversation.flow = None
    assert await step_in_context(turn, read("reprends"), "out_of_scope") != RESUME
    await preferring.stop(turn)
    turn.conversation.flow = None
    assert await step_in_context(turn, read("reprends"), "out_of_scope") == RESUME


async def test_with_reminders_and_no_alert_a_stop_works(turn: Turn) -> None:
    await agree(turn.session, person_id=turn.person.id, now=turn.now)
    assert alert_step(turn, read("arrête de m'écrire"), "out_of_scope") == STOP
    await preferring.stop(turn)
    assert (await wants(turn)).stopped_at == turn.now


async def test_at_once_there_is_no_clock_to_name(turn: Turn, embedder: SentenceEmbedder) -> None:
    assert "heure de" not in (await alerting.save_alert(turn, SPAIN, Rhythm("at_once"), embedder=embedder)).text
    reply = await alerting.save_alert(turn, SPAIN, Rhythm("daily"), embedder=embedder)
    assert "chaque jour à 18 h (heure de Paris)" in reply.text


async def test_a_terminal_is_told_that_nothing_comes_there_by_itself(turn: Turn, embedder: SentenceEmbedder) -> None:
    assert "Telegram" not in (await alerting.save_alert(turn, SPAIN, Rhythm(), embedder=embedder)).text
    turn.person.channel = "terminal"
    criteria = replace(SPAIN, kind="job")
    assert "que sur Telegram" in (await alerting.save_alert(turn, criteria, Rhythm(), embedder=embedder)).text


async def test_an_offer_that_closed_since_it_was_told_leads_on_to_a_search(turn: Turn) -> None:
    reply = await show_offer(turn, 0)
    assert "n'est plus disponible" in reply.text
    assert [[button.verb for button in row] for row in reply.rows] == [["ask_kind"]]
