from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.periods import parse_date

TODAY = date(2026, 11, 23)
WINDOWS = {
    "cet été": "2027-06-15 2027-08-31",
    "l'été prochain": "2027-06-15 2027-08-31",
    "été 2028": "2028-06-15 2028-08-31",
    "cet hiver": "2026-12-01 2027-02-28",
    "début juillet": "2027-07-01 2027-07-10",
    "fin août": "2027-08-21 2027-08-31",
    "mi-mars": "2027-03-11 2027-03-20",
    "en septembre": "2027-09-01 2027-09-30",
    "en septembre prochain": "2027-09-01 2027-09-30",
    "novembre": "2026-11-01 2026-11-30",
    "en novembre prochain": "2027-11-01 2027-11-30",
    "rentrée 2027": "2027-09-01 2027-09-30",
    "à la rentrée": "2027-09-01 2027-09-30",
    "à partir de janvier 2027": "2027-01-01 2027-12-31",
    "dès janvier": "2027-01-01 2027-12-31",
    "avant juin": "2026-11-23 2027-05-31",
    "dès que possible": "2026-11-23 2027-02-23",
    "asap": "2026-11-23 2027-02-23",
    "l'année prochaine": "2027-01-01 2027-12-31",
    "le mois prochain": "2026-12-01 2026-12-31",
    "la semaine prochaine": "2026-11-30 2026-12-06",
    "demain": "2026-11-24 2026-11-24",
    "dans deux mois": "2027-01-23 2027-02-22",
    "in August": "2027-08-01 2027-08-31",
    "this summer": "2027-06-15 2027-08-31",
    "next spring": "2027-03-01 2027-05-31",
    "May 3rd": "2027-05-03 2027-05-03",
    "en agosto": "2027-08-01 2027-08-31",
    "este verano": "2027-06-15 2027-08-31",
    "3 de mayo": "2027-05-03 2027-05-03",
    "هذا الصيف": "2027-06-15 2027-08-31",
    "في غشت": "2027-08-01 2027-08-31",
    "أغسطس": "2027-08-01 2027-08-31",
    "بداية شهر مارس": "2027-03-01 2027-03-10",
    "السنة القادمة": "2027-01-01 2027-12-31",
    "12/03/2027": "2027-03-12 2027-03-12",
    "2027-05-03": "2027-05-03 2027-05-03",
    "le 3 mai": "2027-05-03 2027-05-03",
    "1er mars": "2027-03-01 2027-03-01",
    "vacances de Noël": "2026-12-18 2027-01-05",
    "vacances de février": "2027-02-05 2027-03-09",
    "juillet-août": "2027-07-01 2027-08-31",
    "de juin à août": "2027-06-01 2027-08-31",
    "décembre janvier": "2026-12-01 2027-01-31",
    "du 3 mai au 10 juin": "2027-05-03 2027-06-10",
    "en 2027": "2027-01-01 2027-12-31",
    "fin d'année": "2026-12-01 2026-12-31",
    "setembre": "2027-09-01 2027-09-30",
    "fevrié": "2027-02-01 2027-02-28",
}


@pytest.mark.parametrize(("text", "window"), WINDOWS.items())
def test_a_moment_is_a_window_at_its_next_occurrence(text: str, window: str) -> None:
    period = parse_date(text, TODAY, "fr")
    assert period is not None
    assert window == f"{period.start} {period.end}"


@pytest.mark.parametrize(
    "text", ["je", "court", "2 mois", "6 mois", "2 semaines", "31/02/2027", "99/99/9999", "", "😀", "3"]
)
def test_what_gives_no_moment_gives_none(text: str) -> None:
    assert parse_date(text, TODAY, "fr") is None


def test_the_running_season_counts_and_the_next_one_is_another() -> None:
    in_july = date(2027, 7, 10)
    running, following = parse_date("cet été", in_july, "fr"), parse_date("l'été prochain", in_july, "fr")
    assert running is not None
    assert following is not None
    assert (running.start.year, following.start.year) == (2027, 2028)


def test_a_winter_that_began_last_year_still_runs() -> None:
    period = parse_date("cet hiver", date(2027, 1, 15), "fr")
    assert period is not None
    assert period.start == date(2026, 12, 1)


def test_february_of_a_leap_year_has_29_days() -> None:
    period = parse_date("février 2028", TODAY, "fr")
    assert period is not None
    assert period.to_json() == {"start": "2028-02-01", "end": "2028-02-29"}


@given(
    st.text(max_size=60), st.dates(date(2020, 1, 1), date(2100, 1, 1)), st.sampled_from(["fr", "en", "es", "ar", "xx"])
)
@settings(deadline=None)
def test_any_text_gives_a_window_in_order_or_none(text: str, today: date, language: str) -> None:
    period = parse_date(text, today, language)
    assert period is None or period.start <= period.end


@given(
    st.lists(st.sampled_from([*WINDOWS, "à", "de", "entre", "31", "2027", "02", "prochain", "fin", "le"]), max_size=5),
    st.dates(date(2020, 1, 1), date(2100, 1, 1)),
)
@settings(deadline=None)
def test_words_of_time_in_any_order_never_raise(words: list[str], today: date) -> None:
    period = parse_date(" ".join(words), today, "fr")
    assert period is None or period.start <= period.end
