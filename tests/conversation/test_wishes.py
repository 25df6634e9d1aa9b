"""What is heard of what people do not want to come, and of why something came, in four languages."""

from __future__ import annotations

import pytest

from bot.conversation.wishes import Wishes, asks_why, refuses_campaigns, wishes_in


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("pas le matin", Wishes(quiet_until=12)),
        ("non moi je veux pas le matin je travail", Wishes(quiet_until=12)),
        ("not in the morning please", Wishes(quiet_until=12)),
        ("por la mañana no", Wishes(quiet_until=12)),
        ("مو الصبح", Wishes(quiet_until=12)),
        ("ليس في الصباح", Wishes(quiet_until=12)),
        ("pas le soir", Wishes(quiet_from=18)),
        ("no quiero nada por la tarde", Wishes(quiet_from=18)),
        ("pas avant 17h stp jsui en cour", Wishes(quiet_until=17)),
        ("don't write before 9 am", Wishes(quiet_until=9)),
        ("no me escribas antes de las 10", Wishes(quiet_until=10)),
        ("لا تكتب لي قبل الساعة 9", Wishes(quiet_until=9)),
        ("rien après 19h", Wishes(quiet_from=19)),
        ("nothing after 8pm", Wishes(quiet_from=20)),
        ("no me escribas después de las 8 de la tarde", Wishes(quiet_from=20)),
        ("tu pourrais éviter de m'écrire le soir après 20 heures parce que je me couche tôt", Wishes(quiet_from=20)),
        ("rien entre 22h et 7h", Wishes(22, 7)),
        ("don't write between 10pm and 7am", Wishes(22, 7)),
        ("rien entre 12h et 14h", Wishes(is_beyond=True)),
        ("pas l'après-midi", Wishes(is_beyond=True)),
        ("jours fériés aussi stp", Wishes(holidays_off=False)),
        ("pas pendant les jours fériés", Wishes(holidays_off=True)),
        ("not on public holidays", Wishes(holidays_off=True)),
        ("un seul message par jour", Wishes(most=1)),
        ("5 messages par jour", Wishes(most=5)),
        ("un solo mensaje al día", Wishes(most=1)),
        ("رسالة واحدة فقط في اليوم", Wishes(most=1)),
    ],
)
def test_what_must_not_come_is_heard(text: str, wishes: Wishes) -> None:
    assert wishes_in(text) == wishes


@pytest.mark.parametrize(
    "text",
    ["le matin", "tous les matins", "pas tous les matins", "no, in the morning", "no, por la mañana", "plutôt le soir",
     "le vendredi après 18h", "préviens-moi avant le 12 mars", "un message par jour", "un stage en Espagne", ""],
)  # fmt: skip
def test_what_is_wanted_is_no_refusal(text: str) -> None:
    assert not wishes_in(text)


@pytest.mark.parametrize(
    "text",
    ["je veux pas de pub", "pas les messages des conseillers, juste les alertes", "no more ads",
     "je veux plus recevoir de messages des conseillers", "i dont want messages from the advisers",
     "no quiero publicidad, solo las alertas", "لا أريد رسائل المستشارين"],
)  # fmt: skip
def test_messages_of_the_advisers_are_refused_in_words(text: str) -> None:
    assert refuses_campaigns(text)


@pytest.mark.parametrize(
    "text",
    ["un stage dans la pub", "pas de stage dans la pub", "je veux parler aux conseillers pas à un robot",
     "plus de messages", "stop"],
)  # fmt: skip
def test_what_is_said_of_something_else_refuses_no_campaign(text: str) -> None:
    assert not refuses_campaigns(text)


@pytest.mark.parametrize(
    "text",
    ["pk tu menvoi ca ?", "c koi ces message", "pourquoi tu m'envoies ça ?", "c'est qui qui m'envoie sa",
     "Pourquoi recevons-nous ces messages ?", "why are you sending me this?", "why am i getting this",
     "por qué me mandas esto?", "por qué me llega esto", "ليش عم تبعتلي هاد؟", "لماذا ترسل لي هذا؟"],
)  # fmt: skip
def test_why_something_came_is_asked_in_many_ways(text: str) -> None:
    assert asks_why(text)


@pytest.mark.parametrize(
    "text", ["pourquoi partir en Espagne ?", "c'est qui le responsable ?", "envoie-moi les offres"]
)
def test_another_question_does_not_ask_why_something_came(text: str) -> None:
    assert not asks_why(text)
