"""What is heard of alerts in a message: how often, when, what to do with which, what it is called."""

from __future__ import annotations

import pytest

from bot.conversation.alerting import settled
from bot.conversation.rhythms import LONGEST_NAME, Rhythm, is_resume, is_stop, rhythm_said, said_of_alerts


@pytest.mark.parametrize(
    ("text", "rhythm"),
    [
        ("une fois par semaine ça suffit", Rhythm("weekly")),
        ("1 fois par semaine", Rhythm("weekly")),
        ("chak semaine svp", Rhythm("weekly")),
        ("plutôt le vendredi", Rhythm("weekly", 4)),
        ("le lundi à 9h", Rhythm("weekly", 0, 9)),
        ("le lundi à 9h30", Rhythm("weekly", 0, 9)),
        ("lundi 9:30 du matin", Rhythm("weekly", 0, 9)),
        ("tous les jours", Rhythm("daily")),
        ("ts les jours a 20h", Rhythm("daily", None, 20)),
        ("tous les matins", Rhythm("daily", None, 9)),
        ("le soir", Rhythm(None, None, 18)),
        ("à 9h du soir", Rhythm(None, None, 21)),
        ("dès qu'il y en a une", Rhythm("at_once")),
        ("moins souvent", Rhythm(direction=-1)),
        ("tu m'envoies trop de messages", Rhythm(direction=-1)),
        ("once a week is enough", Rhythm("weekly")),
        ("mondays at 9am", Rhythm("weekly", 0, 9)),
        ("every day at 6 pm", Rhythm("daily", None, 18)),
        ("notify me every day at 6pm", Rhythm("daily", None, 18)),
        ("at 7am", Rhythm(None, None, 7)),
        ("as soon as there is one", Rhythm("at_once")),
        ("less often please", Rhythm(direction=-1)),
        ("more often", Rhythm(direction=1)),
        ("los lunes a las 9", Rhythm("weekly", 0, 9)),
        ("los miércoles a las 8 de la tarde", Rhythm("weekly", 2, 20)),
        ("todos los días", Rhythm("daily")),
        ("en cuanto salga una", Rhythm("at_once")),
        ("menos a menudo", Rhythm(direction=-1)),
        ("مرة في الأسبوع تكفي", Rhythm("weekly")),
        ("كل اثنين على الساعة 9", Rhythm("weekly", 0, 9)),
        ("الأفضل يوم الجمعة", Rhythm("weekly", 4)),
        ("كل يوم على الساعة 8 مساء", Rhythm("daily", None, 20)),
        ("كل يوم", Rhythm("daily")),
        ("ملي يكون شي جديد", Rhythm("at_once")),
        ("نبهني مع كل عرض", Rhythm("at_once")),
        ("préviens-moi pas trop souvent", Rhythm(direction=-1)),
        ("pas tous les jours", Rhythm(direction=-1)),
        ("tous les jours sauf le dimanche", Rhythm("daily", leaves_out=True)),
        ("every day except weekends", Rhythm("daily", leaves_out=True)),
        ("todos los días menos los domingos", Rhythm("daily", leaves_out=True)),
        ("كل يوم ما عدا الجمعة", Rhythm("daily", leaves_out=True)),
        ("never on sundays", Rhythm(leaves_out=True)),
        ("los domingos no", Rhythm(leaves_out=True)),
        ("ليس يوم الجمعة", Rhythm(leaves_out=True)),
        ("no, on fridays", Rhythm("weekly", 4)),
        ("ne m'écris que le lundi", Rhythm("weekly", 0)),
    ],
)
def test_a_rhythm_is_heard_in_four_languages(text: str, rhythm: Rhythm) -> None:
    assert rhythm_said(text) == rhythm


@pytest.mark.parametrize(
    "text", ["un stage en Espagne", "oui", "2 mois en été", "the second one", "la suite", "25h de vol", ""]
)
def test_what_says_no_rhythm_says_none(text: str) -> None:
    assert not rhythm_said(text)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("une fois par mois", Rhythm("weekly")), ("2 fois par mois sa suffi", Rhythm("weekly")),
     ("tous les 15 jours", Rhythm("weekly")), ("2 fois par semaine", Rhythm("weekly")),
     ("que le weekend", Rhythm("weekly", 5)), ("le samedi et le dimanche", Rhythm("weekly", 5)),
     ("un jour sur deux", Rhythm("daily")), ("once a month is enough", Rhythm("weekly")),
     ("twice a week", Rhythm("weekly")), ("only on weekends", Rhythm("weekly", 5)),
     ("every other day", Rhythm("daily")), ("una vez al mes", Rhythm("weekly")), ("cada 15 días", Rhythm("weekly")),
     ("solo los fines de semana", Rhythm("weekly", 5)), ("مرة بالشهر", Rhythm("weekly")),
     ("كل أسبوعين", Rhythm("weekly")), ("بس بعطلة نهاية الأسبوع", Rhythm("weekly", 5))],
)  # fmt: skip
def test_of_a_rhythm_that_no_alert_has_the_nearest_is_taken_and_known_as_such(text: str, nearest: Rhythm) -> None:
    assert rhythm_said(text) == nearest
    assert rhythm_said(text).is_nearest


@pytest.mark.parametrize("text", ["pas le matin", "préviens-moi mais pas le soir", "not in the morning", "مو الصبح"])
def test_a_part_of_the_day_that_is_refused_is_no_hour_to_come_at(text: str) -> None:
    assert rhythm_said(text).hour is None


@pytest.mark.parametrize(
    "text", ["une fois par semaine", "le lundi à 9h", "un job payé 1000 euros par mois", "600 € al mes"]
)
def test_what_an_alert_does_or_a_salary_is_no_nearest_rhythm(text: str) -> None:
    assert not rhythm_said(text).is_nearest


@pytest.mark.parametrize("text", ["pause jusqu'au 15 janvier", "mets en pause 15 jours", "pausa hasta el 2 de enero"])
def test_until_when_a_pause_lasts_is_no_number_of_an_alert(text: str) -> None:
    said = said_of_alerts(text)
    assert (said.act, said.rest, bool(said.rhythm)) == ("pause", "", False)


@pytest.mark.parametrize(
    ("text", "has_minutes"),
    [("cada día a las 19:20", True), ("à 9h30", True), ("at 9:15 am", True), ("كل يوم على الساعة 9:10", True),
     ("à 19h", False), ("a las 19:00", False)],
)  # fmt: skip
def test_minutes_are_heard_for_no_alert_keeps_them(text: str, has_minutes: bool) -> None:
    assert rhythm_said(text).has_minutes is has_minutes


@pytest.mark.parametrize(
    "text",
    ["ne m'écris pas avant 18h", "don't write before 9 am", "no me escribas antes de las 10", "لا تكتب لي قبل الساعة 9",
     "arrête de m'écrire la nuit, pas la nuit", "stop writing to me at 9pm"],
)  # fmt: skip
def test_hours_that_are_refused_are_those_of_the_settings(text: str) -> None:
    said = said_of_alerts(text)
    assert (said.act, said.rhythm) == ("settings", Rhythm())


@pytest.mark.parametrize(
    "text",
    ["préviens-moi pour un stage avant 2027", "alerte stage avant 2 mois", "un job después de 3 meses",
     "préviens-moi avant 18h"],
)  # fmt: skip
def test_a_date_and_a_wish_refuse_no_hours(text: str) -> None:
    assert said_of_alerts(text).act == ""


@pytest.mark.parametrize(
    ("text", "is_question"),
    [
        ("tu m'écris combien de fois par jour ?", True), ("how often do you write", True), ("tous les jours ?", True),
        ("¿cuántas veces por semana?", True), ("كم مرة في اليوم؟", True), ("tous les jours", False),
        ("tu peux m'écrire tous les jours ?", False), ("can you write every day?", False),
    ],
)  # fmt: skip
def test_a_question_is_told_from_a_request(text: str, is_question: bool) -> None:
    assert said_of_alerts(text).is_question is is_question


@pytest.mark.parametrize(
    ("text", "is_alone"),
    [("Reprends !", True), ("resume", True), ("reanudar", True), ("استئناف", True), ("reprends la recherche", False)],
)
def test_a_message_that_only_resumes_is_heard_as_such(text: str, is_alone: bool) -> None:
    assert is_resume(text) is is_alone


@pytest.mark.parametrize(
    ("text", "act", "rest"),
    [
        ("supprime l'alerte 2", "delete", "l alerte 2"),
        ("suprime la 1ere", "delete", "la 1ere"),
        ("mets en pause la première", "pause", "la premiere"),
        ("reprends la 3", "resume", "la 3"),
        ("mes alertes", "list", ""),
        ("pas la nuit stp", "settings", "stp"),
        ("pause the first one", "pause", "the first one"),
        ("delete alert 2", "delete", "alert 2"),
        ("borra la alerta 2", "delete", "la alerta 2"),
        ("pausa la segunda", "pause", "la segunda"),
        ("احذف التنبيه 2", "delete", "التنبيه 2"),
        ("تنبيهاتي", "list", ""),
        ("renome la 2", "rename", "la 2"),
        ("remet la 2", "resume", "la 2"),
        ("arrete pendant 2 semaines", "pause", "arrete"),
        ("stop for a while", "pause", ""),
        ("وقفها شوي", "pause", ""),
        ("un stage en Espagne", "", "un stage en espagne"),
    ],
)
def test_what_to_do_and_with_which_are_heard_apart(text: str, act: str, rest: str) -> None:
    said = said_of_alerts(text)
    assert (said.act, said.rest) == (act, rest)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("appelle-la Berlin", "Berlin"),
        ("appelle-la La Rochelle en été", "La Rochelle en été"),
        ("renomme l'alerte 1 en Lisbonne", "Lisbonne"),
        ("renomme la 2 Job d'été", "Job d'été"),
        ("renomme la deuxième en « Été 2027 »", "Été 2027"),
        ("call it Berlin trip", "Berlin trip"),
        ("rename alert 2 to Sun", "Sun"),
        ("llámala Berlín", "Berlín"),
        ("سمها برلين", "برلين"),
        ("appelle-la zoe@example.org", "[e-mail]"),
        ("renomme-la", ""),
    ],
)
def test_a_new_name_is_kept_as_it_was_written_and_masked(text: str, name: str) -> None:
    assert said_of_alerts(text).name == name


def test_a_name_is_short() -> None:
    assert len(said_of_alerts("appelle-la " + "x" * 100).name) == LONGEST_NAME


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "STOP !",
        "Arrête",
        "stop sa",
        "laisse moi tranquille",
        "leave me alone",
        "déjame en paz",
        "wa2ef",
        "arrêter",
        "désabonne-moi",
        "unsubscribe",
        "baja",
        "Para todo",
        "توقف",
        "أوقف كل شيء",
    ],
)
def test_a_message_that_only_stops_is_heard_as_such(text: str) -> None:
    assert is_stop(text)
    assert said_of_alerts(text).act == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "arrête de m'écrire", "j'ai plus envie d'avoir tes messages", "plus de messages", "stp arrête les messages",
        "arrête de m'envoyer des messages", "stop spamming me", "no me mandes nada", "أريد أن أتوقف عن تلقي الرسائل",
        "deja de escribirme", "para", "stop writing to me",
        "no more messages please", "لا تكتب لي", "توقف عن الكتابة",
    ],
)  # fmt: skip
def test_a_plain_request_to_stop_is_heard(text: str) -> None:
    assert said_of_alerts(text).act == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "j'arrête mes études",
        "stage non-stop",
        "la baja Normandie",
        "arrête de me tutoyer",
        "stop Espagne",
        "envoie plus de messages",
        "un stage para mi",
        "je veux plus recevoir de coups",
        "no quiero recibir más golpes",
    ],
)
def test_a_message_that_says_more_stops_nothing(text: str) -> None:
    assert not is_stop(text)
    assert said_of_alerts(text).act != "stop"


@pytest.mark.parametrize(
    ("said", "before", "after"),
    [
        (Rhythm("weekly"), Rhythm("daily", None, 12), Rhythm("weekly", 2, 12)),
        (Rhythm("weekly", 4), Rhythm("weekly", 0, 9), Rhythm("weekly", 4, 9)),
        (Rhythm(None, None, 8), Rhythm("weekly", 0, 18), Rhythm("weekly", 0, 8)),
        (Rhythm(None, None, 8), Rhythm("at_once"), Rhythm("daily", None, 8)),
        (Rhythm("daily"), Rhythm("at_once"), Rhythm("daily", None, 18)),
        (Rhythm("at_once"), Rhythm("weekly", 0, 9), Rhythm("at_once")),
        (Rhythm(), Rhythm("daily", None, 18), Rhythm("daily", None, 18)),
        (Rhythm(direction=-1), Rhythm("daily", None, 18), Rhythm("weekly", 2, 18)),
        (Rhythm(direction=1), Rhythm("daily", None, 18), Rhythm("at_once")),
    ],
)
def test_what_a_rhythm_leaves_open_stays_as_it_was(said: Rhythm, before: Rhythm, after: Rhythm) -> None:
    assert settled(said, before) == after
