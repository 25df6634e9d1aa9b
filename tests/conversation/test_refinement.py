from datetime import date

import pytest

from bot.catalogue.criteria import CityChoice, Criteria
from bot.conversation.refinement import refine_search, start_search
from bot.understanding.models import Entity, Intent, Parse


def said(text: str, *entities: Entity, intent: str = "refine_search") -> Parse:
    return Parse(text=text, language="fr", intent=Intent(intent, 0.9), entities=entities)


def named(kind: str, value: str, norm: object, role: str | None = None) -> Entity:
    return Entity(entity=kind, value=value, start=0, end=len(value), role=role, norm=norm)  # type: ignore[arg-type]


SPAIN = Criteria(kind="internship", countries=("ES",), words="stage en espagne")


def test_finally_portugal_replaces_the_place() -> None:
    refined = refine_search(said("non finalement au portugal", named("country", "portugal", "PT")), SPAIN)
    assert (refined.countries, refined.kind) == (("PT",), "internship")


def test_or_in_greece_adds_a_place() -> None:
    refined = refine_search(said("ou en Grèce", named("country", "Grèce", "GR")), SPAIN)
    assert refined.countries == ("ES", "GR")


def test_in_tourism_completes_the_search() -> None:
    refined = refine_search(said("dans le tourisme", named("field", "tourisme", "tourism")), SPAIN)
    assert (refined.countries, refined.fields) == (("ES",), ("tourism",))


def test_and_in_august_completes_and_keeps_the_place() -> None:
    window = {"start": "2027-08-01", "end": "2027-08-31"}
    refined = refine_search(said("et en août", named("date", "août", window)), SPAIN)
    assert (refined.countries, refined.start_from, refined.start_until) == (
        ("ES",),
        date(2027, 8, 1),
        date(2027, 8, 31),
    )


def test_not_spain_excludes_it_and_takes_it_back_from_the_wanted() -> None:
    refined = refine_search(said("pas en espagne", named("country", "espagne", "ES", "exclude")), SPAIN)
    assert (refined.countries, refined.excluded_countries) == ((), ("ES",))


def test_a_country_wanted_again_is_no_longer_excluded() -> None:
    refused = Criteria(kind="job", excluded_countries=("ES",))
    assert refine_search(said("en espagne", named("country", "espagne", "ES")), refused).excluded_countries == ()


def test_anywhere_drops_the_place() -> None:
    assert not refine_search(said("n'importe où en fait"), SPAIN).has_place()


def test_a_city_replaces_the_country_it_was_asked_in() -> None:
    berlin = named("city", "Berlin", {"city": "Berlin", "country": "DE"})
    refined = refine_search(said("plutôt à Berlin", berlin), SPAIN)
    assert (refined.cities, refined.countries) == ((CityChoice("berlin", "Berlin", "DE"),), ())


def test_where_a_person_is_does_not_filter() -> None:
    lome = named("city", "Lomé", {"city": "Lomé", "country": "TG"}, "origin")
    france = named("country", "France", "FR")
    criteria = start_search(said("je suis à Lomé, stage en France", lome, france, intent="search_internship"), None)
    assert (criteria.cities, criteria.countries) == ((), ("FR",))


def test_another_kind_alone_keeps_the_rest_of_the_search() -> None:
    criteria = start_search(said("un job plutôt", intent="search_job"), SPAIN)
    assert (criteria.kind, criteria.countries) == ("job", ("ES",))


def test_a_new_search_forgets_the_old_one_but_not_the_person() -> None:
    running = Criteria(kind="internship", countries=("ES",), age=17, fields=("tourism",))
    criteria = start_search(
        said("du bénévolat au Maroc", named("country", "Maroc", "MA"), intent="search_volunteering"), running
    )
    assert (criteria.kind, criteria.countries, criteria.fields, criteria.age) == ("volunteering", ("MA",), (), 17)


def test_two_places_in_one_message_are_both_wanted() -> None:
    both = (named("country", "Espagne", "ES"), named("country", "Portugal", "PT"))
    assert start_search(said("espagne ou portugal", *both, intent="search_job"), None).countries == ("ES", "PT")


@pytest.mark.parametrize("criteria", [SPAIN, Criteria(), Criteria(cities=(CityChoice("lyon", "Lyon", "FR"),), age=19)])
def test_criteria_survive_storage(criteria: Criteria) -> None:
    assert Criteria.from_json(criteria.to_json()) == criteria


def test_stored_criteria_of_another_version_are_read_without_their_unknown_names() -> None:
    assert Criteria.from_json({"kind": "job", "colour": "blue"}) == Criteria(kind="job")
