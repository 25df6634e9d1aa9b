import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "norm"),
    [
        ("2 mois", {"months": 2}),
        ("deux mois", {"months": 2}),
        ("2mois", {"months": 2}),
        ("3 à 6 mois", {"months_min": 3, "months_max": 6}),
        ("3-6 mois", {"months_min": 3, "months_max": 6}),
        ("entre 3 y 6 meses", {"months_min": 3, "months_max": 6}),
        ("6 mois à 1 an", {"months_min": 6, "months_max": 12}),
        ("un an", {"months": 12}),
        ("1 an et demi", {"months": 18}),
        ("une semaine", {"months": 0.25}),
        ("15 jours", {"months": 0.5}),
        ("quinze jours", {"months": 0.5}),
        ("un semestre", {"months": 6}),
        ("6 months", {"months": 6}),
        ("a fortnight", {"months": 0.5}),
        ("dos meses", {"months": 2}),
        ("شهرين", {"months": 2}),
        ("ثلاثة أشهر", {"months": 3}),
        ("٣ أشهر", {"months": 3}),
        ("أسبوعين", {"months": 0.5}),
        ("2,5 mois", {"months": 2.5}),
        ("minimum 6 mois", {"months_min": 6}),
        ("moins de 3 mois", {"months_max": 3}),
        ("12 semaines", {"months": 3}),
    ],
)
def test_a_length_of_stay_is_read_in_months(text: str, norm: dict[str, float]) -> None:
    duration = parse_duration(text)
    assert duration is not None
    assert norm == duration.to_json()


@pytest.mark.parametrize(
    "text", ["court", "long", "l'été", "quelques mois", "", "😀", "9999 ans", "à la ferme", "août"]
)
def test_what_gives_no_length_gives_none(text: str) -> None:
    assert parse_duration(text) is None


@given(st.text(max_size=80))
def test_any_text_gives_a_positive_length_or_none(text: str) -> None:
    duration = parse_duration(text)
    if duration:
        json.dumps(duration.to_json())
        assert all(bound is None or bound > 0 for bound in (duration.months_min, duration.months_max))
