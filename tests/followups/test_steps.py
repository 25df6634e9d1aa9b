"""The steps of a departure: which, by when, and where their figures come from."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import resources
from typing import Any

import pytest
import yaml

from bot.followups.steps import due_day, due_days, known_steps, steps_for
from bot.knowledge.service import TOPICS, Situation

DEPARTURE = date(2027, 6, 1)


def needed(covers: tuple[str, ...] = (), **situation: Any) -> set[str]:
    return set(steps_for(Situation.of(situation), covers=covers))


def written(topic: str) -> dict[str, Any]:
    text = resources.files("bot.knowledge").joinpath("entries", f"{topic}.yml").read_text(encoding="utf-8")
    return {entry["id"]: entry for entry in yaml.safe_load(text)}


@pytest.mark.parametrize("code", known_steps())
def test_every_source_is_an_entry_that_is_shown_and_every_sourced_figure_has_one(code: str) -> None:
    step = known_steps()[code]
    assert not step.is_sourced or step.sources
    for source in step.sources:
        topic, _, identity = source.partition("/")
        assert topic in TOPICS
        assert written(topic)[identity]["shown"], source


@pytest.mark.parametrize(
    ("code", "topic", "identity", "words"),
    [
        ("health_card", "papers", "ceam", "15 jours avant"),
        ("agreement", "papers", "stage-convention-etranger", "six mois avant"),
        ("vaccines", "papers", "fievre-jaune", "un mois avant"),
        ("grant_studies", "funding", "erasmus-etudes", "6 à 12 mois avant"),
    ],
)
def test_the_sourced_figures_are_those_of_the_sheets(code: str, topic: str, identity: str, words: str) -> None:
    entry = written(topic)[identity]
    assert words in str(entry.get("todo") or entry["deadline"])
    days = {"15 jours avant": 15, "six mois avant": 180, "un mois avant": 30, "6 à 12 mois avant": 180}[words]
    assert known_steps()[code].days == days


def test_every_sourced_figure_is_held_by_the_test_above() -> None:
    sourced = {code for code, step in known_steps().items() if step.is_sourced}
    assert sourced == {"health_card", "agreement", "vaccines", "grant_studies"}


def test_in_the_union_there_is_a_health_card_and_no_visa() -> None:
    steps = needed(destination=["ES"], kind="internship")
    assert {"health_card", "agreement", "passport", "insurance"} <= steps
    assert not {"visa", "visa_europe", "health_cover", "vaccines", "contract", "grant_studies"} & steps


def test_elsewhere_there_is_a_visa_and_health_cover_and_no_card() -> None:
    steps = needed(destination=["CA"], kind="job")
    assert {"visa", "health_cover", "contract"} <= steps
    assert not {"health_card", "agreement", "vaccines"} & steps


def test_the_united_kingdom_asks_for_a_visa_and_takes_the_card() -> None:
    assert {"visa", "health_card"} <= needed(destination=["GB"], kind="job")


def test_a_nationality_from_elsewhere_needs_papers_in_europe_too_and_only_when_it_is_known() -> None:
    assert "visa_europe" in needed(destination=["ES"], kind="job", nationality=["DZ"])
    assert "visa_europe" not in needed(destination=["ES"], kind="job", nationality=["FR"])
    assert "visa_europe" not in needed(destination=["ES"], kind="job")


def test_minors_need_to_be_allowed_out_and_adults_do_not() -> None:
    assert "minor_exit" in needed(destination=["ES"], age=16)
    assert "minor_exit" in needed(destination=["ES"])  # nobody knows: its label says for whom it is
    assert "minor_exit" not in needed(destination=["ES"], age=19)
    assert "minor_document" in needed(destination=["ES"], age=16, nationality=["MA"])
    assert "minor_document" not in needed(destination=["ES"], age=16)


def test_what_the_offer_covers_is_no_step() -> None:
    assert not {"housing", "travel", "insurance"} & needed(("housing", "travel", "insurance"), destination=["ES"])


def test_days_are_counted_back_from_the_departure_or_from_the_deadline() -> None:
    assert due_day("health_card", departs_on=DEPARTURE, deadline=None) == date(2027, 5, 17)
    assert due_day("application", departs_on=DEPARTURE, deadline=date(2027, 2, 20)) == date(2027, 2, 17)
    assert due_day("application", departs_on=DEPARTURE, deadline=None) == DEPARTURE - timedelta(days=90)
    assert due_day("application", departs_on=DEPARTURE, deadline=date(2027, 8, 1)) == date(2027, 5, 2)


def test_no_ticket_is_bought_before_the_agreement_nor_that_before_the_application() -> None:
    late = date(2027, 5, 20)
    days = {code: due_day(code, departs_on=DEPARTURE, deadline=late) for code in ("application", "contract", "travel")}
    assert days == dict.fromkeys(days, date(2027, 5, 2))
    early = {code: due_day(code, departs_on=DEPARTURE, deadline=None) for code in days}
    assert sorted(early.values()) == list(early.values())


@pytest.mark.parametrize("deadline", [None, date(2027, 4, 18), date(2027, 5, 31), date(2027, 9, 1)])
def test_nothing_but_the_passport_comes_before_the_application_and_nothing_falls_on_the_departure(
    deadline: date | None,
) -> None:
    due = due_days(known_steps(), departs_on=DEPARTURE, deadline=deadline, application=None)
    assert {code for code, day in due.items() if day < due["application"]} <= {"passport"}
    assert max(due.values()) < DEPARTURE
    assert due["health_card"] == date(2027, 5, 17)


def test_who_is_accepted_has_the_days_that_the_sheets_give() -> None:
    due = due_days(known_steps(), departs_on=DEPARTURE, deadline=date(2027, 4, 18), application="accepted")
    assert due["agreement"] == date(2026, 12, 3)
