"""La Réunion is where one lives or goes; a meeting is what one has."""

from __future__ import annotations

from datetime import date

import pytest

from bot.understanding.homonyms import with_island
from bot.understanding.models import Entity, Intent, Parse
from bot.understanding.service import understand, understand_simply

TODAY = date(2026, 11, 26)


def heard(text: str, *entities: Entity) -> Parse:
    """Return the message as the model hears it: a meeting is asked about."""
    ranking = (Intent("find_event", 0.34), Intent("talk_to_adviser", 0.2), Intent("refine_search", 0.2))
    return with_island(Parse(text, "fr", ranking[0], ranking, entities, "m", "rasa"))


@pytest.mark.parametrize(
    ("text", "value", "role"),
    [
        ("je vis à la réunion", "la réunion", "origin"),
        ("j'habite à la reunion", "la reunion", "origin"),
        ("je viens de la réunion", "la réunion", "origin"),
        ("je suis né à la Réunion", "la Réunion", "origin"),
        ("Je vis à La Réunion", "La Réunion", "origin"),
        ("je veux partir à la réunion", "la réunion", None),
        ("je vais à la réunion", "la réunion", None),
        ("un stage à la réunion de mars à juin", "la réunion", None),
        ("bénévolat sur l'île de la réunion", "la réunion", None),
        ("aide pour le billet vers la Réunion", "la Réunion", None),
        ("prendre l'avion vers la Réunion avec une carte d'identité", "la Réunion", None),
        ("i live in reunion", "reunion", "origin"),
        ("a job on Reunion island", "Reunion", None),
        ("j'habite sur l'île de la Réunion", "la Réunion", "origin"),
        ("je vis sur la réunion", "la réunion", "origin"),
        ("vivo en la isla de Reunión", "Reunión", "origin"),
    ],
)
def test_where_one_lives_or_goes_is_the_island(text: str, value: str, role: str | None) -> None:
    parse = heard(text)
    assert [(named.value, named.role, named.norm) for named in parse.entities] == [(value, role, "RE")]
    assert (parse.intent.name, parse.source) == ("refine_search", "rules")


@pytest.mark.parametrize(
    "text",
    [
        "j'ai une réunion",
        "j'ai une réunion demain",
        "c'est quand la réunion",
        "la réunion c'est où ?",
        "je vais à la réunion d'info",
        "je veux aller à la réunion de parents",
        "je vais à la réunion demain",
        "je pars à ma réunion",
        "Réunion d'information sur le service civique",
        "je suis en réunion",
        "estoy en reunión",
        "kiero ir a la reunion informativa, q dia es",
        "quiero ir a la reunión",
        "c sur inscription la reunion de mercredi ?",
        "i have a reunion",
        "les réunions à Saint-Étienne",
        "je cherche une réunion d'information",
    ],
)
def test_a_meeting_stays_a_meeting(text: str) -> None:
    parse = heard(text)
    assert (parse.entities, parse.intent.name, parse.source) == ((), "find_event", "rasa")


def test_an_island_that_the_model_found_in_a_meeting_is_dropped_and_another_place_stays() -> None:
    island, town = Entity("country", "Réunion", 9, 16, norm="RE"), Entity("city", "Lyon", 19, 23, norm={"city": "Lyon"})
    assert heard("J'ai une Réunion à Lyon", island, town).entities == (town,)


def test_what_the_model_found_is_named_once() -> None:
    island = Entity("country", "La Réunion", 9, 19, norm="RE")
    assert heard("Je vis à La Réunion", island).entities == (island,)


def test_a_sure_search_keeps_its_intent_and_distress_stays_distress() -> None:
    for name in ("search_internship", "emergency"):
        raw = {"intent": {"name": name, "confidence": 0.93}, "intent_ranking": [], "entities": []}
        parse = understand(raw, text="je cherche un stage à la réunion", language="fr", today=TODAY)
        assert (parse.intent.name, parse.source, parse.entities[0].norm) == (name, "rasa", "RE")


def test_without_the_model_the_island_is_heard_too() -> None:
    parse = understand_simply("un stage à la réunion", language="fr", today=TODAY)
    assert [(named.entity, named.norm) for named in parse.entities] == [("country", "RE")]
    assert understand_simply("c'est quand la réunion ?", language="fr", today=TODAY).entities == ()
