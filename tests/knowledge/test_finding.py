"""Entries are found by name, alias, misspelt name, keyword and situation."""

from __future__ import annotations

import time

import pytest

from bot.knowledge.finding import (
    find_named,
    find_papers,
    find_visas,
    find_written,
    narrowest,
    programmes_of_codes,
    suggest_named,
)
from bot.knowledge.library import Library
from bot.knowledge.reading import read_entry, shipped_contents
from bot.knowledge.situations import Situation
from tests.knowledge.samples import visa


@pytest.fixture(scope="module")
def library() -> Library:
    contents = shipped_contents()
    return Library.of((topic, read_entry(topic, item)) for topic, items in contents.items() for item in items)


def first_names(library: Library, text: str) -> list[str]:
    return [named.entries[0].id for named in find_named(library, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("c'est quoi le VIE ?", ["vie"]),
        ("c koi le vie", ["vie"]),
        ("que es el servicio voluntario europeo", ["ces-individuel"]),
        ("what is WWOOFing", ["wwoof"]),
        ("différence entre vie et vsi", ["vie", "vsi"]),
        ("difference between eurodyssey and wwoof", ["eurodyssee", "wwoof"]),
        ("c'est quoi logisticien humanitaire", ["logistique"]),
        ("formation Bioforce", ["bioforce-metiers"]),
        ("le discoverue c'est quoi", ["discovereu"]),
        ("ma vie est dure", []),
        ("ces deux programmes", []),
        ("ما هو اللوجستي في العمل الإنساني", ["logistique"]),
        ("c'est quoi le 3018", ["3018"]),
        ("j'ai 17 ans et je pars le 15", []),
    ],
)
def test_names_are_found_in_the_order_written(library: Library, text: str, expected: list[str]) -> None:
    assert first_names(library, text) == expected


def test_a_name_of_several_programmes_gives_them_all(library: Library) -> None:
    (named,) = find_named(library, "c'est quoi le CES")
    assert {"ces-individuel", "ces-equipe"} <= {entry.id for entry in named.entries}


def test_a_name_that_nobody_knows_suggests_the_likest_or_nothing(library: Library) -> None:
    assert suggest_named(library, "c'est quoi concorde chantiers")[0][1].id == "concordia"
    assert suggest_named(library, "c'est quoi xqzkwv") == ()


def test_programmes_are_found_by_the_codes_of_the_vocabulary(library: Library) -> None:
    assert {programme.id for programme in programmes_of_codes(library, ["wwoof"])} == {"wwoof"}


@pytest.mark.parametrize(
    "text",
    [
        "autorisation de sortie du territoire", "il me faut une AST ?", "carte européenne santé", "vaccin fièvre jaune",
        "هل أحتاج إلى اللقاحات؟", "do i need my parents permission",
    ],
)  # fmt: skip
def test_papers_are_found_by_their_keywords(library: Library, text: str) -> None:
    assert find_papers(library, text, Situation())


def test_papers_of_minors_stay_out_for_an_adult(library: Library) -> None:
    text = "autorisation de sortie du territoire"
    for_a_minor = {paper.id for paper in find_papers(library, text, Situation.of({"age": 16}))}
    for_an_adult = {paper.id for paper in find_papers(library, text, Situation.of({"age": 25}))}
    assert for_a_minor - for_an_adult


def test_the_most_precise_visa_that_applies_comes_first() -> None:
    europe = {"fact": "destination", "any": ["european-union"]}
    spain = {"fact": "destination", "any": ["ES"]}
    work = {"fact": "kind", "any": ["job"]}
    far = {"fact": "destination", "any": ["CA"]}
    entries = (visa("wide", europe), visa("narrow", spain), visa("work", spain, work), visa("far", far))
    shelf = Library.of(("visas", each) for each in entries)
    unknown_kind = find_visas(shelf, Situation.of({"destination": ["ES"]}))
    assert [(each.id, judgement.missing) for each, judgement in unknown_kind] == [
        ("narrow", ()), ("wide", ()), ("work", ("kind",)),
    ]  # fmt: skip
    for_work = find_visas(shelf, Situation.of({"destination": ["ES"], "kind": "job"}))
    assert [each.id for each, _ in for_work] == ["work", "narrow", "wide"]


@pytest.mark.parametrize(
    "text",
    ["j'ai perdu mon passeport à madrid", "my passport was stolen", "me han robado el pasaporte", "فقدت جواز سفري"],
)
def test_a_lost_passport_is_not_a_question_on_its_price(library: Library, text: str) -> None:
    assert find_papers(library, text, Situation())[0].id == "passeport-perdu"


@pytest.mark.parametrize(
    ("country", "expected"), [("DE", "ceam"), ("GB", "ceam"), ("TH", "hors-europe-sante"), ("SN", "hors-europe-sante")]
)
def test_insurance_is_answered_for_the_side_of_the_border_where_one_goes(
    library: Library, country: str, expected: str
) -> None:
    for text in ("il me faut une assurance ?", "do i need insurance", "¿necesito un seguro?", "هل أحتاج تأمين"):
        assert find_papers(library, text, Situation.of({"destination": [country]}))[0].id == expected


def test_of_several_entries_of_a_name_those_of_the_country_meant_are_kept(library: Library) -> None:
    (named,) = find_named(library, "un PVT")
    assert len(named.entries) > 2
    assert [entry.id for entry in narrowest(named.entries, ["CA"])] == ["pvt-canada"]
    assert narrowest(named.entries, ["ES"]) == ()
    assert narrowest(named.entries, []) == named.entries


def test_a_misspelt_name_is_found_but_is_not_written(library: Library) -> None:
    assert first_names(library, "le discoverue c'est quoi") == ["discovereu"]
    assert find_written(library, "le discoverue c'est quoi") == ()


def needs_of(library: Library, **told: object) -> list[str]:
    return [visa.id for visa, _ in find_visas(library, Situation.of(told))]


@pytest.mark.parametrize(
    ("told", "first"),
    [
        ({"nationality": "outside-european-union", "residence": "FR", "permit": "residence_permit", "destination": "DE",
          "kind": "internship", "months": [0, 3]}, "schengen-travail-titre-francais"),
        ({"nationality": "SN", "residence": "FR", "permit": "residence_permit", "destination": "DE", "months": 8},
         "europe-long-titre-francais"),
        ({"nationality": "SN", "residence": "FR", "permit": "long_term_eu", "destination": "DE", "months": 8},
         "ue-resident-longue-duree"),
        ({"nationality": "SN", "residence": "FR", "permit": "residence_permit", "destination": "DE", "months": 3.5},
         "europe-long-titre-francais"),
        ({"nationality": "FR", "residence": "FR", "destination": "ES"}, "europe-citoyens-europeens"),
        ({"nationality": "FR", "residence": "FR", "destination": "ES", "months": 9}, "europe-citoyens-europeens-long"),
        ({"nationality": "DZ", "residence": "DZ", "destination": "FR", "kind": "exchange"}, "france-long-sejour"),
        ({"nationality": "ES", "destination": "GB", "kind": "job", "months": 3}, "royaume-uni-travail"),
        ({"nationality": "FR", "destination": "CA", "kind": "job", "age": 24, "months": 12}, "pvt-canada"),
        ({"nationality": "FR", "destination": "US", "kind": "internship", "months": 6}, "usa-stage-j1"),
        ({"nationality": "BE", "destination": "AU", "kind": "job"}, "pvt-autre-nationalite"),
        ({"permit": "asylum_seeker", "destination": "IT"}, "sortie-demandeur-asile"),
        ({"permit": "refugee", "destination": "IT", "age": 22}, "sortie-refugie"),
        ({"permit": "first_receipt", "destination": "BE"}, "sortie-recepisse-premiere"),
    ],
)  # fmt: skip
def test_borders_are_answered_by_nationality_destination_stay_and_papers(
    library: Library, told: dict[str, object], first: str
) -> None:
    assert needs_of(library, **told)[0] == first


def test_a_long_message_is_compared_with_every_name_at_once(library: Library) -> None:
    words = " ".join(f"m{number}o{number}t" for number in range(150))
    assert suggest_named(library, "eurodisey")  # what is built once is built
    began = time.process_time()
    find_named(library, words)
    suggest_named(library, words)
    assert time.process_time() - began < 0.1
