import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.models import Json
from bot.understanding.normalisation import ENTITIES, Settled, normalise, settle

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("entity", "value", "norm"),
    [
        ("country", "espagne", "ES"),
        ("city", "londre", {"city": "London", "country": "GB"}),
        ("region", "Bavière", {"region": "bavaria", "countries": ["DE"]}),
        ("field", "menuiserie", "crafts"),
        ("duration", "2 mois", {"months": 2}),
        ("date", "cet été", {"start": "2027-06-15", "end": "2027-08-31"}),
        ("level", "BTS", "bac+2"),
        ("age", "19 ans", 19),
        ("programme", "SVE", "ces"),
        ("programme", "VIE ou VSI", ["vie", "vsi"]),
        ("language", "anglais", "en"),
        ("organisation", " Concordia ", "Concordia"),
        ("country", "bled", None),
        ("colour", "blue", None),
    ],
)
def test_an_entity_gets_the_value_the_catalogue_searches_with(entity: str, value: str, norm: Json) -> None:
    assert norm == normalise(entity, value, today=TODAY, language="fr")


@pytest.mark.parametrize(
    ("entity", "value", "language", "settled"),
    [
        ("city", "espagne", "fr", Settled("country", "ES")),
        ("country", "Barcelone", "fr", Settled("city", {"city": "Barcelona", "country": "ES"})),
        ("country", "Québec", "fr", Settled("region", {"region": "quebec", "countries": ["CA"]})),
        ("region", "Portugal", "fr", Settled("country", "PT")),
        ("city", "Mexico", "fr", Settled("city", {"city": "Mexico City", "country": "MX"})),
        ("city", "Mexico", "en", Settled("country", "MX")),
        ("country", "alemagne", "fr", Settled("country", "DE")),
        ("duration", "cet été", "fr", Settled("date", {"start": "2027-06-15", "end": "2027-08-31"})),
        ("date", "2 mois", "fr", Settled("duration", {"months": 2})),
        ("country", "nulle part", "fr", Settled("country", None)),
    ],
)
def test_the_kind_of_an_entity_is_mended(entity: str, value: str, language: str, settled: Settled) -> None:
    assert settled == settle(entity, value, today=TODAY, language=language)


@given(st.sampled_from([*ENTITIES, "other"]), st.text(max_size=300), st.sampled_from(["fr", "en", "es", "ar", "xx"]))
@settings(deadline=None)
def test_no_text_breaks_a_normaliser_and_every_value_is_json(entity: str, value: str, language: str) -> None:
    json.dumps(normalise(entity, value, today=TODAY, language=language))
    settled = settle(entity, value, today=TODAY, language=language)
    json.dumps(settled.norm)
