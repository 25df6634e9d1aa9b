"""Time zones of places, and the countries of zones."""

from __future__ import annotations

import pytest

from bot.vocabulary.cities import City, find_city
from bot.vocabulary.countries import country_codes
from bot.vocabulary.zones import country_of_zone, is_zone, zone_of_city, zone_of_country, zone_of_place


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("Montréal", "America/Toronto"),
        ("beyrouth", "Asia/Beirut"),
        ("بيروت", "Asia/Beirut"),
        ("Dakar", "Africa/Dakar"),
        ("casa", "Africa/Casablanca"),
        ("Casablanca", "Africa/Casablanca"),
        ("Paris", "Europe/Paris"),
        ("sainté", "Europe/Paris"),
        ("Saint-Étienne", "Europe/Paris"),
        ("Fort-de-France", "America/Martinique"),
        ("liban", "Asia/Beirut"),
        ("Espagne", "Europe/Madrid"),
        ("Canada", "America/Toronto"),
    ],
)
def test_a_place_has_a_time_zone(place: str, zone: str) -> None:
    assert zone == zone_of_place(place)


def test_no_place_has_none() -> None:
    assert zone_of_place("xyzxyz") is None
    assert zone_of_city(City("Nulle Part", "FR", "nulle part, FR")) is None


def test_a_town_whose_name_a_larger_one_bears_keeps_its_own_zone() -> None:
    larger = find_city("Valencia")
    assert larger is not None
    assert zone_of_city(larger) == "Europe/Madrid"
    assert zone_of_city(City("Valencia", "VE", "valencia, VE")) == "America/Caracas"


def test_the_zone_of_every_country_with_a_town_is_known_and_belongs_to_it() -> None:
    zones = {code: zone for code in country_codes() if (zone := zone_of_country(code))}
    assert len(zones) > 240
    elsewhere = {code for code, zone in zones.items() if country_of_zone(zone) != code}
    assert len(elsewhere) < 5, elsewhere


@pytest.mark.parametrize("name", ["", "Europe", "Europe/Nowhere", "../../etc/passwd", "/etc/localtime"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    assert not is_zone(name)
