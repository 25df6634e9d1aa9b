"""Entries are found by name, alias, misspelt name, keyword and situation."""

from __future__ import annotations

import pytest

from bot.knowledge.finding import find_named, find_papers, find_visas, helplines_for, programmes_of_codes, suggest_named
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
    ["autorisation de sortie du territoire", "il me faut une AST ?", "carte européenne santé", "vaccin fièvre jaune"],
)
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


def test_help_lines_of_more_of_the_topics_come_first(library: Library) -> None:
    found = helplines_for(library, ["suicide"])
    assert found
    assert all("suicide" in line.topics for line in found)
    assert helplines_for(library, []) == ()
