from datetime import datetime

import pytest

from bot.conversation.models import Conversation
from bot.conversation.roles import note_residence, with_origin, with_refusals
from bot.understanding.models import Entity, Intent, Parse


def parsed(text: str, language: str, *named: tuple[str, str, object]) -> Parse:
    entities = tuple(
        Entity(kind, value, text.index(value), text.index(value) + len(value), norm=norm)  # type: ignore[arg-type]
        for kind, value, norm in named
    )
    return Parse(text, language, Intent("refine_search", 0.9), entities=entities)


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("pas en Afrique", "fr", "Afrique"), ("hors Europe", "fr", "Europe"), ("tout sauf l'Asie", "fr", "Asie"),
        ("anywhere but Europe, not in Africa", "en", "Africa"), ("except Europe", "en", "Europe"),
        ("actually anywhere but Africa", "en", "Africa"), ("pas avec l'Europe", "fr", "Europe"),
        ("menos en África", "es", "África"), ("ليس في أفريقيا", "ar", "أفريقيا"),
        ("وليس في أفريقيا", "ar", "أفريقيا"), ("خارج أوروبا", "ar", "أوروبا"),
    ],
)  # fmt: skip
def test_what_the_words_before_a_place_refuse_is_refused(text: str, language: str, place: str) -> None:
    parse = with_refusals(parsed(text, language, ("region", place, {"region": "x"})))
    assert [entity.role for entity in parse.entities] == ["exclude"]


def test_a_refusal_goes_on_through_and_or_and_commas_but_not_through_but() -> None:
    spain, italy = ("country", "Espagne", "ES"), ("country", "Italie", "IT")
    joined = with_refusals(parsed("pas en Espagne, ni en Italie", "fr", spain, italy))
    opposed = with_refusals(parsed("pas en Espagne mais en Italie", "fr", spain, italy))
    assert [entity.role for entity in joined.entities] == ["exclude", "exclude"]
    assert [entity.role for entity in opposed.entities] == ["exclude", None]


@pytest.mark.parametrize("text", ["je cherche un stage en Espagne", "j'ai pas trouvé de stage en Espagne"])
def test_a_refusal_of_something_else_leaves_the_place_wanted(text: str) -> None:
    parse = with_refusals(parsed(text, "fr", ("country", "Espagne", "ES")))
    assert parse.entities[0].role is None


def test_where_a_person_is_becomes_their_residence(now: datetime) -> None:
    conversation = Conversation(person_id=1, updated_at=now, situation={"age": 19})
    lome = Entity("city", "Lomé", 10, 14, role="origin", norm={"city": "Lomé", "country": "TG"})
    note_residence(conversation, Parse("je suis à Lomé", "fr", Intent("search_any", 0.9), entities=(lome,)))
    assert conversation.situation == {"age": 19, "residence": "TG"}


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("actually no, Spain", "en", "Spain"),
        ("no, en España", "es", "España"),
        ("non, l'Espagne", "fr", "Espagne"),
        ("لا، في إسبانيا", "ar", "إسبانيا"),
    ],
)
def test_what_a_correction_names_is_wanted_whatever_the_model_says(text: str, language: str, place: str) -> None:
    start = text.index(place)
    refused = Entity("country", place, start, start + len(place), role="exclude", norm="ES")
    parse = Parse(text, language, Intent("refine_search", 0.9), entities=(refused,))
    assert [entity.role for entity in with_refusals(parse).entities] == [None]


def test_after_a_comma_a_place_to_go_to_is_no_longer_refused() -> None:
    canada, italy = ("country", "canada", "CA"), ("country", "italie", "IT")
    parse = with_refusals(parsed("pas au canada, en italie", "fr", canada, italy))
    assert [entity.role for entity in parse.entities] == ["exclude", None]


def test_another_country_after_a_comma_takes_the_place_of_the_one_sought() -> None:
    spain, italy = ("country", "Spain", "ES"), ("country", "Italy", "IT")
    parse = parsed("not Spain, Italy", "en", spain, italy)
    assert [entity.role for entity in with_refusals(parse, sought=["ES"]).entities] == ["exclude", None]
    assert [entity.role for entity in with_refusals(parse).entities] == ["exclude", "exclude"]


def test_a_place_said_before_another_may_be_where_the_person_is() -> None:
    lyon = ("city", "lyon", {"city": "Lyon", "country": "FR"})
    both = parsed("im 19 from lyon i want to go to spain", "en", lyon, ("country", "spain", "ES"))
    alone = parsed("im 19 from lyon", "en", lyon)
    assert [entity.role for entity in with_origin(both).entities] == ["origin", None]
    assert [entity.role for entity in with_origin(alone).entities] == [None]
