"""Why an offer was found: codes kept with the list, and the few words that people read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date

from bot.catalogue.criteria import Criteria
from bot.catalogue.places import wanted_city_keys, wanted_countries
from bot.catalogue.ranking import CLOSE_MEANING, Candidate
from bot.locales.service import say
from bot.vocabulary.cities import town_label
from bot.vocabulary.countries import country_with_preposition
from bot.vocabulary.fields import field_label
from bot.vocabulary.languages import language_name
from bot.vocabulary.programmes import programme_label, widened

Reason = dict[str, Any]

_MOST_SAID = 4
_MOST_WORDS = 2


def reasons_for(criteria: Criteria, words: Sequence[str], today: date) -> Callable[[Candidate], tuple[Reason, ...]]:
    """Return what gives the reasons for which an offer answers these criteria, the most telling first.

    Args:
        words: the person's own spelling of each word searched, by the numbers in `Candidate.matched`.
    """
    cities = [(city.name, frozenset(wanted_city_keys([city]))) for city in criteria.cities]
    countries = frozenset(wanted_countries(criteria.countries, criteria.regions))
    programmes = widened(criteria.programmes)

    def reasons_of(found: Candidate) -> tuple[Reason, ...]:
        return (
            *_place(found, cities, countries),
            *_field(found, criteria),
            *_programme(found, programmes),
            *_time(found, criteria, today),
            *_person(found, criteria),
            *_words(found, words),
        )

    return reasons_of


def reason_sentence(reasons: Iterable[Mapping[str, Any]], language: str) -> str:
    """Return reasons in a few words: "en Espagne · tourisme · dès juin"; "" when there are none."""
    listed = list(reasons)
    words = [str(reason["value"]) for reason in listed if reason.get("code") == "words"]
    said = [_say(reason, language) for reason in listed if reason.get("code") != "words"]
    if words:
        said.insert(2, ", ".join(f"« {word} »" if language == "fr" else f"“{word}”" for word in words))
    return " · ".join([part for part in said if part][:_MOST_SAID])


def _place(
    found: Candidate, cities: Sequence[tuple[str, frozenset[str]]], countries: frozenset[str]
) -> Iterator[Reason]:
    city = next((name for name, keys in cities if not keys.isdisjoint(found.city_keys)), None)
    country = next((code for code in found.countries if code in countries), None)
    if city is not None:
        yield {"code": "city", "value": city}
    elif country is not None:
        yield {"code": "country", "value": country}


def _field(found: Candidate, criteria: Criteria) -> Iterator[Reason]:
    if criteria.fields:
        yield {"code": "field" if found.field in criteria.fields else "near_field", "value": found.field}
    if criteria.organisation:
        yield {"code": "organisation", "value": criteria.organisation}


def _programme(found: Candidate, programmes: frozenset[str]) -> Iterator[Reason]:
    if found.programme in programmes:
        yield {"code": "programme", "value": found.programme}


def _time(found: Candidate, criteria: Criteria, today: date) -> Iterator[Reason]:
    if criteria.start_from is not None or criteria.start_until is not None:
        first = max(day for day in (found.start_from, criteria.start_from, today) if day is not None)
        yield {"code": "start", "value": first.isoformat()}
    if criteria.duration_min is not None or criteria.duration_max is not None:
        yield {"code": "duration"}


def _person(found: Candidate, criteria: Criteria) -> Iterator[Reason]:
    if criteria.age is not None:
        yield {"code": "age", "value": criteria.age}
    if criteria.level is not None:
        yield {"code": "level"}
    yield from ({"code": "language", "value": code} for code in criteria.languages if code in found.spoken)


def _words(found: Candidate, words: Sequence[str]) -> Iterator[Reason]:
    said = dict.fromkeys(words[number] for number in found.matched or () if number < len(words))
    yield from ({"code": "words", "value": word} for word in list(said)[:_MOST_WORDS])
    if not said and found.meaning >= CLOSE_MEANING:
        yield {"code": "meaning"}


def _say(reason: Mapping[str, Any], language: str) -> str:
    """Return the words of one reason; "" for a code of another version."""
    word = _WORDED.get(str(reason.get("code")))
    return word(reason.get("value"), language) if word else ""


def _month(value: Any, language: str) -> str:
    return format_date(date.fromisoformat(str(value)), "LLLL", locale=language)


_WORDED: dict[str, Callable[[Any, str], str]] = {
    "country": lambda code, language: country_with_preposition(str(code), language),
    "city": lambda name, language: say("reasons.city", language, city=town_label(str(name), language)),
    "field": lambda code, language: field_label(str(code), language).lower(),
    "near_field": lambda code, language: say(
        "reasons.near_field", language, field=field_label(str(code), language).lower()
    ),
    "programme": lambda code, language: programme_label(str(code), language),
    "organisation": lambda name, _language: str(name),
    "start": lambda day, language: say("reasons.start", language, month=_month(day, language)),
    "duration": lambda _value, language: say("reasons.duration", language),
    "age": lambda age, language: say("reasons.age", language, age=age),
    "level": lambda _value, language: say("reasons.level", language),
    "language": lambda code, language: say("reasons.language", language, spoken=language_name(str(code), language)),
    "meaning": lambda _value, language: say("reasons.meaning", language),
}
