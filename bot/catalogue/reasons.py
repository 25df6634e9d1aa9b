"""Why an offer was found: codes kept with the list, and the few words that people read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date

from bot.catalogue.criteria import Criteria
from bot.catalogue.places import wanted_city_keys, wanted_countries
from bot.catalogue.ranking import CLOSE_MEANING, Candidate
from bot.locales.service import say
from bot.vocabulary.countries import country_with_preposition
from bot.vocabulary.fields import field_label
from bot.vocabulary.languages import language_name
from bot.vocabulary.programmes import programme_label, widened

Reason = dict[str, Any]

_MOST_SAID = 4
_MOST_WORDS = 2


def reasons_of(found: Candidate, criteria: Criteria, words: Sequence[str], today: date) -> tuple[Reason, ...]:
    """Return the reasons for which an offer answers a request, the most telling first.

    Args:
        words: the person's own spelling of each word searched, by the numbers in `found.matched`.
    """
    reasons = [*_place(found, criteria), *_field(found, criteria), *_what(found, criteria)]
    if criteria.start_from is not None or criteria.start_until is not None:
        first = max(day for day in (found.start_from, criteria.start_from, today) if day is not None)
        reasons.append({"code": "start", "value": first.isoformat()})
    if criteria.duration_min is not None or criteria.duration_max is not None:
        reasons.append({"code": "duration"})
    if criteria.age is not None:
        reasons.append({"code": "age", "value": criteria.age})
    if criteria.level is not None:
        reasons.append({"code": "level"})
    reasons += [{"code": "language", "value": code} for code in criteria.languages if code in found.languages]
    said = dict.fromkeys(words[number] for number in found.matched if number < len(words))
    reasons += [{"code": "words", "value": word} for word in list(said)[:_MOST_WORDS]]
    if not said and found.meaning >= CLOSE_MEANING:
        reasons.append({"code": "meaning"})
    return tuple(reasons)


def reason_sentence(reasons: Iterable[Mapping[str, Any]], language: str) -> str:
    """Return reasons in a few words: "en Espagne · tourisme · dès juin"; "" when there are none."""
    listed = list(reasons)
    words = [str(reason["value"]) for reason in listed if reason.get("code") == "words"]
    said = [_say(reason, language) for reason in listed if reason.get("code") != "words"]
    if words:
        said.insert(2, ", ".join(f"« {word} »" if language == "fr" else f"“{word}”" for word in words))
    return " · ".join([part for part in said if part][:_MOST_SAID])


def _place(found: Candidate, criteria: Criteria) -> list[Reason]:
    for city in criteria.cities:
        if set(wanted_city_keys([city])).intersection(found.city_keys):
            return [{"code": "city", "value": city.name}]
    wanted = wanted_countries(criteria.countries, criteria.regions)
    country = next((code for code in found.countries if code in wanted), None)
    return [{"code": "country", "value": country}] if country else []


def _field(found: Candidate, criteria: Criteria) -> list[Reason]:
    if not criteria.fields:
        return []
    return [{"code": "field" if found.field in criteria.fields else "near_field", "value": found.field}]


def _what(found: Candidate, criteria: Criteria) -> list[Reason]:
    reasons: list[Reason] = []
    if found.programme and found.programme in widened(criteria.programmes):
        reasons.append({"code": "programme", "value": found.programme})
    if criteria.organisation:
        reasons.append({"code": "organisation", "value": found.organisation})
    return reasons


def _say(reason: Mapping[str, Any], language: str) -> str:
    """Return the words of one reason; "" for a code of another version."""
    word = _WORDED.get(str(reason.get("code")))
    return word(reason.get("value"), language) if word else ""


def _month(value: Any, language: str) -> str:
    return format_date(date.fromisoformat(str(value)), "LLLL", locale=language)


_WORDED: dict[str, Callable[[Any, str], str]] = {
    "country": lambda code, language: country_with_preposition(str(code), language),
    "city": lambda name, language: say("reasons.city", language, city=name),
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
