import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.service import preload, understand, understand_simply

TODAY = date(2026, 11, 23)
TEXT = "slt je cherche un stage en espagne 2 mois"


def _raw(*entities: dict[str, Any], intent: Any = None) -> dict[str, Any]:
    return {"intent": intent or {"name": "search_internship", "confidence": 0.97}, "entities": list(entities)}


def _named(entity: str, value: str, start: int, **more: Any) -> dict[str, Any]:
    return {"entity": entity, "value": value, "start": start, "end": start + len(value), **more}


def test_a_parse_of_rasa_gets_normalised_values() -> None:
    raw = _raw(_named("duration", "2 mois", 35), _named("country", "espagne", 27))
    raw["intent_ranking"] = [
        {"name": "search_internship", "confidence": 0.97},
        {"name": "search_any", "confidence": 0.01},
    ]
    parse = understand(raw, text=TEXT, language="fr", today=TODAY, model="m1")
    assert [(entity.entity, entity.norm) for entity in parse.entities] == [
        ("country", "ES"),
        ("duration", {"months": 2}),
    ]
    assert [intent.name for intent in parse.ranking] == ["search_internship", "search_any"]
    assert (parse.intent.name, parse.source, parse.model) == ("search_internship", "rasa", "m1")


@pytest.mark.parametrize(
    "bad",
    [
        _named("country", "portugal", 27),
        {"entity": "country", "value": "espagne", "start": 28, "end": 35},
        {"entity": "country", "value": "espagne", "start": -1, "end": 6},
        {"entity": "country", "value": "espagne", "start": 27, "end": 900},
        {"entity": "country", "value": "", "start": 27, "end": 27},
        {"entity": "country", "value": "espagne", "start": "27", "end": None},
        {"entity": "colour", "value": "espagne", "start": 27, "end": 34},
        {"value": "espagne"},
        "espagne",
        None,
    ],
)
def test_an_entity_that_does_not_stand_where_it_says_is_dropped(bad: Any) -> None:
    assert understand(_raw(bad), text=TEXT, language="fr", today=TODAY).entities == ()


def test_of_two_entities_that_overlap_the_longer_stays() -> None:
    text = "en Afrique de l'Ouest"
    raw = _raw(_named("region", "Afrique", 3), _named("region", "Afrique de l'Ouest", 3))
    parse = understand(raw, text=text, language="fr", today=TODAY)
    assert [entity.value for entity in parse.entities] == ["Afrique de l'Ouest"]


@pytest.mark.parametrize(
    ("text", "value"), [("cada 15 días", "15"), ("rien avant 10h", "10"), ("16 jours", "16 jours")]
)
def test_a_rhythm_or_an_hour_tells_no_age(text: str, value: str) -> None:
    raw = _raw(_named("age", value, text.index(value)))
    assert understand(raw, text=text, language="fr", today=TODAY).entities == ()


def test_a_duplicate_is_kept_once() -> None:
    raw = _raw(_named("country", "espagne", 27), _named("country", "espagne", 27))
    assert len(understand(raw, text=TEXT, language="fr", today=TODAY).entities) == 1


def test_roles_are_kept_and_unknown_ones_forgotten() -> None:
    raw = _raw(_named("country", "espagne", 27, role="exclude"), _named("duration", "2 mois", 35, role="other"))
    parse = understand(raw, text=TEXT, language="fr", today=TODAY)
    assert [entity.role for entity in parse.entities] == ["exclude", None]


def test_a_country_taken_for_a_town_is_mended() -> None:
    parse = understand(_raw(_named("city", "espagne", 27)), text=TEXT, language="fr", today=TODAY)
    assert [(entity.entity, entity.norm) for entity in parse.entities] == [("country", "ES")]


def test_punctuation_at_the_edges_of_an_entity_is_left_out() -> None:
    parse = understand(_raw(_named("country", "Espagne !", 0)), text="Espagne !", language="fr", today=TODAY)
    assert [(entity.value, entity.start, entity.end) for entity in parse.entities] == [("Espagne", 0, 7)]


def test_a_parse_without_intent_is_the_fallback() -> None:
    assert understand({}, text=TEXT, language="fr", today=TODAY).intent.name == "nlu_fallback"
    assert understand({"intent": {"name": None}}, text=TEXT, language="fr", today=TODAY).intent.name == "nlu_fallback"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "confidence", "entity", "value", "start", "end"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["intent", "intent_ranking", "entities", "text"]), JSON), st.text(max_size=50))
@settings(deadline=None)
def test_no_parse_however_strange_raises(raw: dict[str, Any], text: str) -> None:
    parse = understand(raw, text=text, language="fr", today=TODAY)
    assert all(entity.value == text[entity.start : entity.end] for entity in parse.entities)
    json.dumps(parse.to_json())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("jveu mourir", "emergency"),
        ("slt", "greet"),
        ("stage en espagne", "search_internship"),
        ("Portugal", "search_any"),
        ("asdfgh", "nlu_fallback"),
        ("", "nlu_fallback"),
    ],
)
def test_without_rasa_the_rules_answer(text: str, name: str) -> None:
    parse = understand_simply(text, language="fr", today=TODAY)
    assert (name, "simple") == (parse.intent.name, parse.source)


def test_without_rasa_a_country_is_still_found() -> None:
    parse = understand_simply("un truc au portugale en août", language="fr", today=TODAY)
    assert [entity.norm for entity in parse.entities] == ["PT", {"start": "2027-08-01", "end": "2027-08-31"}]


@given(st.text(max_size=150))
@settings(deadline=None)
def test_the_simple_mode_survives_any_text(text: str) -> None:
    json.dumps(understand_simply(text, language="fr", today=TODAY).to_json())


def test_everything_can_be_loaded_beforehand() -> None:
    preload()


@pytest.mark.parametrize(
    ("text", "length", "language", "norm"),
    [
        ("moins de 3 mois", "3 mois", "fr", {"months_max": 3}),
        ("pas plus de 2 mois", "2 mois", "fr", {"months_max": 2}),
        ("jusqu'à 2 mois", "2 mois", "fr", {"months_max": 2}),
        ("au moins 4 mois", "4 mois", "fr", {"months_min": 4}),
        ("no more than 3 months", "3 months", "en", {"months_max": 3}),
        ("at least 6 weeks", "6 weeks", "en", {"months_min": 1.5}),
        ("2 meses como máximo", "2 meses", "es", {"months_max": 2}),
        ("أقل من 3 أشهر", "3 أشهر", "ar", {"months_max": 3}),
        ("il y en a plus, 2 mois", "2 mois", "fr", {"months": 2}),
        ("je pars pour 2 mois", "2 mois", "fr", {"months": 2}),
        ("2 mois plus de choix", "2 mois", "fr", {"months": 2}),
        ("2 mois mini", "2 mois", "fr", {"months_min": 2}),
        ("2 mois et plus de choix", "2 mois", "fr", {"months": 2}),
    ],
)
def test_the_words_next_to_a_length_make_it_the_longest_or_the_shortest(
    text: str, length: str, language: str, norm: dict[str, float]
) -> None:
    heard = _raw(_named("duration", length, text.index(length)))
    by_rasa = understand(heard, text=text, language=language, today=TODAY)
    simply = understand_simply(text, language=language, today=TODAY)
    assert [entity.norm for entity in by_rasa.entities] == [norm]
    assert [entity.norm for entity in simply.entities] == [norm]
