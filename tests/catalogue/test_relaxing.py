"""When nothing fits, what would: each change alone, with its exact count."""

from __future__ import annotations

from datetime import date

import pytest

from bot.catalogue.criteria import CityChoice, Criteria
from bot.catalogue.service import facets, load_demo, relaxation_label, relaxations, search_offers
from tests.catalogue.conftest import TODAY, draft

BERLIN = CityChoice("berlin", "Berlin", "DE")


async def test_a_city_widens_to_its_country_first(session, publish) -> None:
    await publish(
        draft("bonn", places=[{"country": "DE", "city": "Bonn"}]), draft("de", places=[{"country": "DE"}]), draft("es")
    )
    found = await relaxations(session, Criteria(kind="internship", cities=(BERLIN,)), today=TODAY)
    assert [(relaxed.kind, relaxed.count) for relaxed in found] == [("country", 2), ("any_place", 3)]
    assert relaxation_label(found[0], "fr") == "en Allemagne : 2"
    assert relaxation_label(found[0], "en") == "in Germany: 2"
    assert found[0].criteria == Criteria(kind="internship", countries=("DE",))


async def test_dates_and_stays_widen_by_a_month_before_they_are_dropped(session, publish) -> None:
    await publish(
        draft("july", start_from=date(2027, 7, 10), start_until=date(2027, 7, 20), duration_min=3, duration_max=3),
        draft("october", start_from=date(2027, 10, 1), start_until=date(2027, 10, 1), duration_min=3, duration_max=3),
    )
    asked = Criteria(start_from=date(2027, 6, 1), start_until=date(2027, 6, 30))
    found = await relaxations(session, asked, today=TODAY)
    assert [(relaxed.kind, relaxed.count) for relaxed in found] == [("start_wider", 1), ("any_start", 2)]
    found = await relaxations(session, Criteria(duration_min=2, duration_max=2), today=TODAY)
    assert [(relaxed.kind, relaxed.count) for relaxed in found] == [("duration_wider", 2)]


async def test_a_pair_of_changes_is_tried_when_no_single_one_helps(session, publish) -> None:
    await publish(draft("job", kind="job", field="finance", places=[{"country": "DE"}]))
    asked = Criteria(kind="training", fields=("sport",), cities=(BERLIN,))
    found = await relaxations(session, asked, today=TODAY)
    assert found == ()  # three changes would be another search
    asked = Criteria(kind="training", cities=(BERLIN,))
    found = await relaxations(session, asked, today=TODAY)
    assert (found[0].kind, found[0].count) == ("country+any_kind", 1)
    assert relaxation_label(found[0], "fr") == "en Allemagne + pas que les formations : 1"


async def test_age_level_and_refusals_are_never_given_up(session, publish) -> None:
    await publish(draft("adult", age_min=18, kind="job"), draft("bac+5", levels=["bac+5"], kind="job"))
    asked = Criteria(kind="internship", age=16, excluded_countries=("FR",))
    assert await relaxations(session, asked, today=TODAY) == ()
    asked = Criteria(kind="internship", level="bac", excluded_countries=("ES",))
    assert await relaxations(session, asked, today=TODAY) == ()


async def test_each_count_is_what_the_search_then_finds(session, embedder, now) -> None:
    await load_demo(session, embedder, now)
    for asked in (
        Criteria(kind="training", cities=(BERLIN,), fields=("sport",)),
        Criteria(kind="internship", countries=("PT",), fields=("law",), words="droit"),
        Criteria(kind="volunteering", countries=("JP",), age=16),
        Criteria(organisation="Horta Viva", countries=("SE",)),
    ):
        found = await relaxations(session, asked, today=TODAY)
        assert 1 <= len(found) <= 4
        for relaxed in found:
            result = await search_offers(session, relaxed.criteria, embedder=embedder, today=TODAY)
            assert result.total == relaxed.count > 0
            for language in ("fr", "en", "es", "ar"):
                assert str(relaxed.count) in relaxation_label(relaxed, language)
                assert "{" not in relaxation_label(relaxed, language)


@pytest.mark.parametrize("language", ["fr", "en", "es", "ar"])
async def test_every_kind_of_change_has_words(session, language) -> None:
    from bot.catalogue.relaxing import _changes

    asked = Criteria(
        kind="job", cities=(BERLIN,), fields=("law",), programmes=("vie",), organisation="X",
        duration_min=1, duration_max=2,
        start_from=date(2027, 1, 1), start_until=date(2027, 2, 1),
    )  # fmt: skip
    labels = [relaxation_label(relaxed, language) for relaxed in _changes(asked)]
    assert len(set(labels)) == len(labels) >= 12


async def test_facets_count_what_is_found_and_leave_out_what_is_chosen(session, publish) -> None:
    await publish(
        draft("a"), draft("b", kind="job"), draft("c", places=[{"country": "PT"}, {"country": "ES"}]),
        draft("d", places=[{"country": "DE"}], field="finance"),
    )  # fmt: skip
    counted = await facets(session, Criteria(), today=TODAY)
    assert counted.countries == (("ES", 3), ("DE", 1), ("PT", 1))
    assert counted.kinds == (("internship", 3), ("job", 1))
    assert counted.fields == (("tourism", 3), ("finance", 1))
    counted = await facets(session, Criteria(countries=("ES",), kind="internship"), today=TODAY)
    assert (counted.countries, counted.kinds) == ((("PT", 1),), ())
