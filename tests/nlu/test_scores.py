"""How what was understood is counted. `nlu/scores.py` needs nothing of Rasa, so it is read in the app's environment."""

from __future__ import annotations

from collections import Counter

import pytest

from nlu.labelled import Span, read_annotated
from nlu.scores import (
    Outcome,
    confusions,
    country_accuracy,
    entity_counts,
    f1_of,
    figures,
    intent_scores,
    language_outcomes,
    role_counts,
)

ITALY = ("country", 9, 15)


def outcome(
    intent: str,
    annotated: str = "salut",
    *,
    found: str | None = None,
    spans: tuple[Span, ...] = (),
    countries: dict[Span, str] | None = None,
    roles: tuple[Span, ...] = (),
) -> Outcome:
    """Return what was understood of a message; the intent is right unless another was found."""
    truth = read_annotated(annotated, intent, language="fr")
    return Outcome(
        truth, found or intent, frozenset(spans), language="fr", countries=countries or {}, roles=frozenset(roles)
    )


def test_an_entity_is_right_missed_or_invented() -> None:
    counts = entity_counts(
        [
            outcome("search_any", "stage en [Italie](country), [Rome](city)", spans=(ITALY, ("field", 0, 5))),
            outcome("search_any", "stage en [Italie](country)", spans=(ITALY,)),
        ]
    )
    assert counts == {"country": Counter(right=2), "city": Counter(missed=1), "field": Counter(invented=1)}


def test_words_that_overlap_are_enough_unless_the_very_words_are_wanted() -> None:
    too_long = [outcome("search_any", "stage en [Italie](country)", spans=(("country", 6, 15),))]
    assert entity_counts(too_long) == {"country": Counter(right=1)}
    assert entity_counts(too_long, exact=True) == {"country": Counter(missed=1, invented=1)}


def test_words_that_only_touch_do_not_overlap() -> None:
    beside = [outcome("search_any", "stage en [Italie](country)", spans=(("country", 6, 9),))]
    assert entity_counts(beside) == {"country": Counter(missed=1, invented=1)}


def test_another_type_at_the_same_place_is_missed_and_invented() -> None:
    mistaken = [outcome("search_any", "stage en [Italie](country)", spans=(("city", 9, 15),))]
    assert entity_counts(mistaken) == {"country": Counter(missed=1), "city": Counter(invented=1)}


def test_one_entity_found_answers_for_one_true_entity_at_the_most() -> None:
    both_in_one = [outcome("search_any", "en [Italie](country) [Espagne](country)", spans=(("country", 3, 17),))]
    assert entity_counts(both_in_one) == {"country": Counter(right=1, missed=1)}


def test_a_role_is_counted_by_its_name_whatever_the_type_of_its_entity() -> None:
    origin, refused = '{"entity": "city", "role": "origin"}', '{"entity": "country", "role": "exclude"}'
    annotated = f"[Lyon]{origin} vers [Rome](city), pas [Italie]{refused}"
    heard = outcome("search_any", annotated, roles=(("origin", 0, 4), ("origin", 10, 14)))
    assert role_counts([heard]) == {"origin": Counter(right=1, invented=1), "exclude": Counter(missed=1)}


@pytest.mark.parametrize(
    ("countries", "expected"),
    [
        ({ITALY: "IT"}, (1, 1)),
        ({ITALY: "ES"}, (0, 1)),
        ({("country", 6, 15): "IT"}, (1, 1)),
        ({}, (0, 0)),
        ({("country", 0, 5): "IT"}, (0, 0)),
    ],
)
def test_a_country_counts_when_it_is_found_and_is_right_when_its_code_is(
    countries: dict[Span, str], expected: tuple[int, int]
) -> None:
    heard = outcome("search_any", "stage en [Italie](country)", countries=countries)
    assert country_accuracy([heard], {"fr": {"Italie": "IT"}}) == expected


def test_a_country_whose_code_nobody_gave_is_left_out() -> None:
    heard = outcome("search_any", "stage en [Italie](country), [Rome](city)", countries={ITALY: "IT"})
    assert country_accuracy([heard], {"fr": {"Espagne": "ES"}, "en": {"Italie": "IT"}}) == (0, 0)


def test_the_figures_of_a_few_messages() -> None:
    outcomes = [
        outcome("search_any", "stage en [Italie](country)", spans=(ITALY,)),
        outcome("search_any", "stage en [Italie](country)", spans=(("country", 6, 15),)),
        outcome("ask_visa", found="out_of_scope"),
        outcome("ask_visa", found="search_any"),
        outcome("out_of_scope", found="nlu_fallback"),
        outcome("out_of_scope", found="ask_visa"),
    ]
    assert figures(outcomes) == pytest.approx(
        {
            "accuracy": 50.0,
            "macro_f1": (80.0 + 0.0 + 50.0) / 3,
            "entity_f1": 100.0,
            "entity_exact_f1": 50.0,
            "exact": 100.0 / 3,
            "out_of_scope": 50.0,
            "refused": 25.0,
        }
    )


def test_both_refusals_are_one_intent_in_scores_and_confusions() -> None:
    outcomes = [
        outcome("out_of_scope", found="nlu_fallback"),
        outcome("greet", found="nlu_fallback"),
        outcome("greet", found="out_of_scope"),
        outcome("greet", found="thanks"),
    ]
    assert intent_scores(outcomes)["out_of_scope"] == pytest.approx((100 / 3, 100.0, 50.0, 1))
    assert confusions(outcomes, most=1) == [("greet", "out_of_scope", 2)]


def test_nothing_gives_no_percentage() -> None:
    assert set(figures([]).values()) == {0.0}
    assert f1_of(Counter()) == 0.0


def test_the_language_is_asked_of_three_words_or_more() -> None:
    short, long_enough = outcome("greet", "salut toi"), outcome("search_any", "un stage en [Italie](country)")
    three = outcome("thanks", "merci beaucoup hein")
    assert language_outcomes([short, long_enough, three]) == [long_enough, three]
