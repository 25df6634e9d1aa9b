"""The hard conditions of a search, each on offers that differ by it alone."""

from __future__ import annotations

from datetime import date

import pytest

from bot.catalogue.criteria import CityChoice, Criteria
from tests.catalogue.conftest import draft

BERLIN = CityChoice("berlin", "Berlin", "DE")
VALENCIA = CityChoice("valencia", "Valencia", "ES")


async def test_only_the_kind_asked_for_is_found(publish, found) -> None:
    await publish(draft("a"), draft("b", kind="job"))
    assert await found(Criteria(kind="job")) == ["b"]


async def test_countries_regions_and_cities_add_up(publish, found) -> None:
    await publish(
        draft("es"),
        draft("pt", places=[{"country": "PT"}]),
        draft("berlin", places=[{"country": "DE", "city": "Berlin"}]),
        draft("bonn", places=[{"country": "DE", "city": "Bonn"}]),
        draft("sn", places=[{"country": "SN"}]),
    )
    assert set(await found(Criteria(countries=("PT",), cities=(BERLIN,)))) == {"pt", "berlin"}
    assert set(await found(Criteria(regions=("west-africa",), countries=("ES",)))) == {"es", "sn"}


async def test_an_unknown_region_finds_nothing_rather_than_everything(publish, found) -> None:
    await publish(draft("a"))
    assert await found(Criteria(regions=("atlantis",))) == []


async def test_a_city_is_found_whatever_language_names_it(publish, found) -> None:
    await publish(draft("a", places=[{"country": "ES", "city": "Valence"}]))
    assert await found(Criteria(cities=(VALENCIA,))) == ["a"]
    assert await found(Criteria(cities=(CityChoice("valence", "Valence", "ES"),))) == ["a"]


async def test_a_homonym_is_found_by_the_name_people_write(publish, found) -> None:
    await publish(draft("a", places=[{"country": "SN", "city": "Saint-Louis"}]))
    assert await found(Criteria(cities=(CityChoice("st louis", "St. Louis", "US"),))) == ["a"]


async def test_a_refused_place_is_left_out_unless_the_offer_has_another(publish, found) -> None:
    await publish(
        draft("madrid", places=[{"country": "ES", "city": "Madrid"}]),
        draft("both", places=[{"country": "ES", "city": "Madrid"}, {"country": "ES", "city": "Bilbao"}]),
        draft("pt", places=[{"country": "PT"}]),
    )
    assert await found(Criteria(countries=("ES",), excluded_cities=("madrid",))) == ["both"]
    assert await found(Criteria(excluded_countries=("ES",))) == ["pt"]


async def test_the_place_wanted_must_not_be_the_one_refused(publish, found) -> None:
    await publish(draft("a", places=[{"country": "ES", "city": "Madrid"}, {"country": "PT", "city": "Porto"}]))
    assert await found(Criteria(countries=("ES",), excluded_cities=("madrid",))) == []


async def test_near_fields_follow_the_field_asked_for(publish, found) -> None:
    await publish(draft("hotel", field="hospitality"), draft("guide", field="tourism"), draft("bank", field="finance"))
    assert await found(Criteria(fields=("tourism",))) == ["guide", "hotel"]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(2, 2, {"two", "any", "from-one"}), (6, 12, {"six", "any", "from-one"}), (None, 1, {"any", "from-one"})],
)
async def test_stays_overlap(publish, found, low, high, expected) -> None:
    await publish(
        draft("two", duration_min=1.8, duration_max=3),
        draft("six", duration_min=6, duration_max=6),
        draft("any"),
        draft("from-one", duration_min=1),
    )
    assert set(await found(Criteria(duration_min=low, duration_max=high))) == expected


async def test_twelve_weeks_are_three_months(publish, found) -> None:
    await publish(draft("a", duration_min=2.75, duration_max=2.75))
    assert await found(Criteria(duration_min=3, duration_max=3)) == ["a"]


async def test_windows_of_departure_overlap(publish, found) -> None:
    await publish(
        draft("june", start_from=date(2027, 6, 1), start_until=date(2027, 6, 20)),
        draft("spring", start_from=date(2027, 3, 1), start_until=date(2027, 6, 1)),
        draft("autumn", start_from=date(2027, 9, 1), start_until=date(2027, 9, 1)),
        draft("open", start_from=date(2027, 2, 1)),
        draft("any"),
    )
    asked = Criteria(start_from=date(2027, 6, 1), start_until=date(2027, 6, 30))
    assert set(await found(asked)) == {"june", "spring", "open", "any"}


async def test_an_adult_is_within_the_ages(publish, found) -> None:
    await publish(draft("young", age_min=18, age_max=25), draft("older", age_min=26), draft("any"))
    assert set(await found(Criteria(age=20))) == {"young", "any"}


async def test_minors_never_see_adult_offers(publish, found) -> None:
    await publish(
        draft("silent"),
        draft("adult", age_min=18),
        draft("low-age-but-closed", age_min=16),
        draft("minors", age_min=15, age_max=20, open_to_minors=True),
        draft("older-minors", age_min=17, open_to_minors=True),
    )
    assert await found(Criteria(age=16)) == ["minors"]
    assert set(await found(Criteria(age=17, words="un stage"))) == {"minors", "older-minors"}


async def test_a_level_reached_opens_its_offers_and_those_below(publish, found) -> None:
    await publish(
        draft("none"),
        draft("bac", levels=["bac"]),
        draft("bac+3", levels=["bac+3"]),
        draft("some", levels=["cap", "bac+5"]),
    )
    assert set(await found(Criteria(level="bac"))) == {"none", "bac", "some"}
    assert set(await found(Criteria(level="none"))) == {"none"}


async def test_erasmus_stands_for_its_four_programmes(publish, found) -> None:
    await publish(draft("stage", programme="erasmus-stage"), draft("ces", programme="ces"), draft("no"))
    assert await found(Criteria(programmes=("erasmus",))) == ["stage"]


async def test_languages_raise_and_never_exclude(publish, found) -> None:
    await publish(
        draft("none"), draft("es", languages=[{"code": "es", "level": "B1"}]), draft("de", languages=[{"code": "de"}])
    )
    results = await found(Criteria(languages=("es",)))
    assert results[0] == "es"
    assert set(results) == {"none", "es", "de"}


async def test_a_misspelt_organisation_is_found(publish, found) -> None:
    await publish(draft("a", organisation="Fondation Müller-Aicher (exemple)"), draft("b", organisation="Horta Viva"))
    assert await found(Criteria(organisation="fondation muler aicher")) == ["a"]


async def test_the_closing_day_counts_and_the_day_after_does_not(publish, found) -> None:
    await publish(
        draft("a", deadline=date(2026, 12, 1)), draft("b", start_from=date(2026, 11, 24), start_until=date(2026, 12, 5))
    )
    assert set(await found(Criteria(), date(2026, 12, 1))) == {"a", "b"}
    assert await found(Criteria(), date(2026, 12, 2)) == ["b"]
    assert await found(Criteria(), date(2026, 12, 6)) == []


async def test_a_refused_kind_field_or_programme_is_left_out(publish, found) -> None:
    await publish(draft("a"), draft("job", kind="job"), draft("vie", programme="vie"))
    assert set(await found(Criteria(excluded_kinds=("job",)))) == {"a", "vie"}
    assert set(await found(Criteria(excluded_programmes=("vie",)))) == {"a", "job"}
    assert await found(Criteria(excluded_fields=("tourism",))) == []
