from datetime import date

import pytest

from bot.catalogue.criteria import CityChoice, Criteria
from bot.conversation.refinement import refine_search, search_asked_about, start_search
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


AFRICA = named("region", "Afrique", {"region": "africa", "countries": []}, "exclude")


def test_not_africa_refuses_every_country_of_it_and_takes_back_those_that_were_wanted() -> None:
    running = Criteria(kind="volunteering", countries=("MA", "ES"), cities=(CityChoice("dakar", "Dakar", "SN"),))
    refined = refine_search(said("pas en Afrique", AFRICA), running)
    assert (refined.countries, refined.cities) == (("ES",), ())
    assert {"MA", "SN", "ZA"} <= set(refined.excluded_countries)


def test_africa_wanted_again_is_no_longer_refused() -> None:
    refused = refine_search(said("pas en Afrique", AFRICA), None)
    wanted = named("region", "Afrique", {"region": "africa", "countries": []})
    assert refine_search(said("en Afrique finalement", wanted), refused).excluded_countries == ()


def test_a_refused_field_or_programme_is_kept_out() -> None:
    cooking = named("field", "restauration", "hospitality", "exclude")
    vie = named("programme", "VIE", "vie", "exclude")
    refined = refine_search(said("pas dans la restauration ni en VIE", cooking, vie), SPAIN)
    assert (refined.excluded_fields, refined.excluded_programmes) == (("hospitality",), ("vie",))


def test_a_refused_length_or_month_is_no_longer_asked_for() -> None:
    running = Criteria(duration_min=6, duration_max=6, start_from=date(2027, 8, 1), start_until=date(2027, 8, 31))
    august = named("date", "août", {"start": "2027-08-01", "end": "2027-08-31"}, "exclude")
    six = named("duration", "6 mois", {"months": 6}, "exclude")
    refined = refine_search(said("pas en août et pas 6 mois", august, six), running)
    assert (refined.duration_min, refined.start_from, refined.start_until) == (None, None, None)


def test_not_an_internship_a_job_changes_the_kind_and_refuses_the_other() -> None:
    criteria = start_search(said("pas un stage, un job", intent="search_internship"), SPAIN)
    assert (criteria.kind, criteria.excluded_kinds, criteria.countries) == ("job", ("internship",), ("ES",))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "non je voulais dire un job au Portugal"), ("en", "sorry i meant a job in Portugal"),
        ("es", "perdón quería decir un trabajo en Portugal"), ("ar", "لا، أقصد عمل في البرتغال"),
    ],
)  # fmt: skip
def test_a_correction_keeps_what_it_does_not_correct(language: str, text: str) -> None:
    running = Criteria(kind="internship", countries=("ES",), fields=("tourism",))
    parse = Parse(text, language, Intent("search_job", 0.9), entities=(named("country", "Portugal", "PT"),))
    criteria = start_search(parse, running)
    assert (criteria.kind, criteria.countries, criteria.fields) == ("job", ("PT",), ("tourism",))


@pytest.mark.parametrize(
    ("language", "text"), [("fr", "ou en Grèce"), ("en", "or Greece"), ("es", "o en Grecia"), ("ar", "او اليونان")]
)
def test_or_adds_in_every_language(language: str, text: str) -> None:
    parse = Parse(text, language, Intent("refine_search", 0.9), entities=(named("country", "Grèce", "GR"),))
    assert refine_search(parse, SPAIN).countries == ("ES", "GR")


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "n'importe où"), ("en", "anywhere is fine"), ("es", "donde sea"), ("ar", "في أي مكان")],
)
def test_anywhere_drops_the_place_in_every_language(language: str, text: str) -> None:
    assert not refine_search(Parse(text, language, Intent("refine_search", 0.9)), SPAIN).has_place()


def test_whenever_and_any_field_give_up_the_dates_and_the_fields() -> None:
    running = Criteria(kind="job", fields=("tourism",), start_from=date(2027, 8, 1))
    refined = refine_search(said("n'importe quand et tous les domaines"), running)
    assert (refined.start_from, refined.fields, refined.kind) == (None, (), "job")


def test_leaving_for_another_country_keeps_the_kind_that_is_known() -> None:
    criteria = start_search(
        said("je veux partir au Canada", named("country", "Canada", "CA"), intent="search_any"), SPAIN
    )
    assert (criteria.kind, criteria.countries) == ("internship", ("CA",))


def test_the_words_that_rank_leave_out_places_and_what_is_refused() -> None:
    spain = Entity("country", "espagne", 16, 23, norm="ES")
    kids = Entity("field", "enfants", 36, 43, role="exclude", norm="childhood")
    parse = Parse(
        "cuisine vegan en espagne sans les   enfants", "fr", Intent("search_job", 0.9), entities=(spain, kids)
    )
    words = start_search(parse, None).words
    assert "vegan" in words
    assert "espagne" not in words
    assert "enfants" not in words


def test_an_age_with_a_kind_and_a_place_asks_about_that_stay_and_alone_about_the_running_search() -> None:
    age, italy = named("age", "17 ans", 17), Entity("country", "italie", 40, 46, norm="IT")
    asked = search_asked_about(said("17 ans je peux faire un stage en italie ?", age, italy), Criteria(kind="job"))
    assert (asked.kind, asked.countries, asked.age) == ("internship", ("IT",), 17)
    running = search_asked_about(said("17 ans c possible ?", age), SPAIN)
    assert (running.kind, running.countries, running.age) == ("internship", ("ES",), 17)


def test_what_is_put_back_is_refused_no_more_and_is_not_all_that_is_wanted() -> None:
    refused = Criteria(kind="job", excluded_countries=("ES", "IT"))
    refined = refine_search(said("remets l'espagne", named("country", "espagne", "ES")), refused)
    assert (refined.countries, refined.excluded_countries) == ((), ("IT",))


def test_without_the_bac_the_search_is_for_somebody_who_has_no_diploma() -> None:
    refined = refine_search(said("sans le bac", named("level", "bac", "bac", role="exclude")), SPAIN)
    assert (refined.level, refined.countries) == ("none", ("ES",))
