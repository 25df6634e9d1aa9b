"""An age that is somebody else's is not the writer's: it changes nothing of what is known of them."""

from __future__ import annotations

import re

import pytest

from bot.catalogue.criteria import Criteria
from bot.conversation.models import Conversation
from bot.conversation.others import OTHER, SOUGHT_FOR
from bot.conversation.refinement import start_search
from bot.conversation.roles import with_ages
from bot.conversation.telling import note_stay, note_told, stay_kept, stay_said
from bot.understanding.models import Entity, Intent, Parse


def told(text: str) -> Parse:
    """Return a message with its ages, as any model hears them: a number and the word for years when it is there."""
    found = re.finditer(r"(\d{2})(?: ?(?:ans|years?(?: old)?|años|سنة|-year-old|yo)\b)?", text)
    entities = tuple(Entity("age", one[0], one.start(), one.end(), norm=int(one[1])) for one in found)
    assert entities
    return with_ages(Parse(text, "fr", Intent("search_any", 0.9), entities=entities))


@pytest.mark.parametrize(
    "text",
    [
        "ma sœur a 12 ans",
        "Ma petite sœur a 12 ans et elle veut partir aussi",
        "j'ai une sœur de 12 ans",
        "mon frère qui habite à Lyon a 14 ans",
        "mes enfants ont 12 et 14 ans",
        "elle a 12 ans",
        "mon petit frère aura 13 ans en mai",
        "my sister is 12",
        "my little brother is 13 years old",
        "she's 12",
        "my 12 year old sister",
        "I have a brother aged 14",
        "mi hermano tiene 12 años",
        "mi hermana pequeña tiene 13 años",
        "ella tiene 12 años",
        "أختي عمرها 12 سنة",
        "أخي عنده 13 سنة",
        "ابني عمره 14 سنة",
        "خويا عندو 12 سنة",
        "mes élèves ont 14 ans",
    ],
)
def test_the_age_of_somebody_else_is_not_the_writers(text: str) -> None:
    parse, conversation = told(text), Conversation(person_id=1, situation={"age": 20})
    note_told(conversation, parse)
    assert conversation.situation == {"age": 20}
    assert start_search(parse, Criteria(kind="internship")).age is None


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("j'ai 14 ans", 14),
        ("j'ai 20 ans et ma sœur a 12 ans", 20),
        ("ma sœur a 12 ans, moi j'ai 20 ans", 20),
        ("ma sœur dit que j'ai 14 ans", 14),
        ("ma mère est d'accord j'ai 16 ans", 16),
        ("ma sœur et moi on a 17 ans", 17),
        ("je suis une fille de 16 ans", 16),
        ("je suis un garçon de 17 ans", 17),
        ("I'm 14", 14),
        ("my brother says I am 17", 17),
        ("I am a girl of 16", 16),
        ("Dear Sir, I am a student of 21 years, enrolled in logistics", 21),
        ("je suis un élève de 16 ans", 16),
        ("je suis une maman de 40 ans", 40),
        ("je suis l'ami de Paul, 20 ans", 20),
        ("tengo 14 años", 14),
        ("mi hermano dice que tengo 17 años", 17),
        ("عمري 14 سنة", 14),
        ("خويا عندي 17 سنة", 17),
        ("14 ans", 14),
        ("je cherche un stage avec ma sœur, j'ai 19 ans", 19),
    ],
)
def test_ones_own_age_is_kept_whoever_else_is_named(text: str, age: int) -> None:
    conversation = Conversation(person_id=1)
    note_told(conversation, told(text))
    assert (conversation.situation or {}).get("age") == age


@pytest.mark.parametrize(
    "text",
    [
        "je cherche un séjour linguistique pour ma fille de 16 ans",
        "mon fils a 16 ans, il cherche un stage",
        "ma sœur de 16 ans peut partir en volontariat ?",
        "I'm looking for a job for my brother aged 16",
        "busco un intercambio para mi hija de 16 años",
        "أبحث عن تدريب لابني عمره 16 سنة",
    ],
)
def test_a_search_for_somebody_else_is_of_their_age_and_says_nothing_of_the_writer(text: str) -> None:
    parse, conversation = told(text), Conversation(person_id=1)
    note_told(conversation, parse)
    assert "age" not in (conversation.situation or {})
    assert [entity.role for entity in parse.entities] == [SOUGHT_FOR]
    assert start_search(parse, None).age == 16


def test_a_question_on_somebody_else_is_answered_for_their_age_and_only_once() -> None:
    parse = told("mon fils a 16 ans, quelle autorisation de sortie du territoire faut-il remplir ?")
    conversation = Conversation(person_id=1, situation={"age": 45})
    stay = stay_said(parse)
    assert stay_kept(stay)["age"] == stay_kept(stay_kept(stay))["age"] == 16
    note_told(conversation, parse)
    note_stay(conversation, stay)
    assert conversation.situation == {"age": 45}


def test_who_is_only_mentioned_in_a_search_is_not_searched_for() -> None:
    parse = told("je cherche un stage en Espagne, ma sœur a 12 ans et vient avec moi")
    assert [entity.role for entity in parse.entities] == [OTHER]
    assert start_search(parse, None).age is None
