from datetime import datetime

import pytest

from bot.conversation.models import Conversation
from bot.conversation.roles import note_residence, with_ages, with_origin, with_refusals
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


@pytest.mark.parametrize(
    ("text", "language", "diploma", "role"),
    [
        ("c'est possible sans le bac ?", "fr", "bac", "exclude"),
        ("g pas encore mon bac", "fr", "bac", "exclude"),
        ("can I go without a degree", "en", "degree", "exclude"),
        ("no tengo el bachillerato", "es", "bachillerato", "exclude"),
        ("ما عنديش الباك", "ar", "الباك", "exclude"),
        ("j'ai le bac, c'est possible ?", "fr", "bac", None),
    ],
)
def test_a_diploma_that_somebody_does_not_have_is_not_taken_for_theirs(
    text: str, language: str, diploma: str, role: str | None
) -> None:
    parse = with_refusals(parsed(text, language, ("level", diploma, "bac")))
    assert parse.entities[0].role == role


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("j'habite en France", "fr", "France"), ("I'm Indian living in France", "en", "France"),
        ("vivo en Francia", "es", "Francia"), ("أنا مغربي أعيش في فرنسا", "ar", "فرنسا"),
        ("do I need a permission to leave France", "en", "France"), ("pour sortir de France", "fr", "France"),
    ],
)  # fmt: skip
def test_where_somebody_lives_or_what_they_leave_is_not_where_they_go(text: str, language: str, place: str) -> None:
    parse = with_origin(parsed(text, language, ("country", place, "FR")))
    assert parse.entities[0].role == "origin"


def test_the_cost_of_living_somewhere_says_where_one_wants_to_go() -> None:
    parse = with_origin(parsed("what is the cost of living in Spain", "en", ("country", "Spain", "ES")))
    assert parse.entities[0].role is None


def test_a_question_on_a_visa_refuses_no_country_unless_its_words_do() -> None:
    def heard(text: str) -> str | None:
        start = text.index("Espagne")
        spain = Entity("country", "Espagne", start, start + 7, role="exclude", norm="ES")
        return with_refusals(Parse(text, "fr", Intent("ask_visa", 1.0), entities=(spain,))).entities[0].role

    assert heard("il faut un visa pour l'Espagne ?") is None
    assert heard("il faut un visa hors Espagne ?") == "exclude"


@pytest.mark.parametrize(("city", "region"), [("Saint-Étienne", "auvergne-rhone-alpes"), ("Lille", "other")])
def test_a_town_of_france_tells_the_region_too(now: datetime, city: str, region: str) -> None:
    conversation = Conversation(person_id=1, updated_at=now)
    home = Entity("city", city, 0, len(city), role="origin", norm={"city": city, "country": "FR"})
    note_residence(conversation, Parse(city, "fr", Intent("search_any", 0.9), entities=(home,)))
    assert conversation.situation == {"residence": "FR", "region": region}


@pytest.mark.parametrize(
    ("text", "language", "value", "age"),
    [
        ("moins de 18 ans", "fr", "18 ans", 17), ("moins de 18 ans", "fr", "moins de 18 ans", 17),
        ("j'ai pas encore 18 ans", "fr", "18 ans", 17), ("I'm under 18", "en", "18", 17),
        ("tengo menos de 18 años", "es", "18 años", 17), ("أقل من 18 سنة", "ar", "18 سنة", 17),
        ("j'ai moins de dix-huit ans", "fr", "dix-huit ans", 17), ("j'ai 18 ans", "fr", "18 ans", 18),
        ("plus de 18 ans", "fr", "18 ans", 18), ("je suis un mineur de 16 ans", "fr", "16 ans", 16),
    ],
)  # fmt: skip
def test_who_is_under_an_age_is_not_taken_for_somebody_who_has_it(
    text: str, language: str, value: str, age: int
) -> None:
    said = int(age if age != 17 else 18)
    assert [entity.norm for entity in with_ages(parsed(text, language, ("age", value, said))).entities] == [age]
