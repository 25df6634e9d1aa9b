"""What a person looks for, as the search reads it and as a conversation keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

ADULT = 18  # years; below, only what is open to minors is found


@dataclass(frozen=True)
class CityChoice:
    """A city asked for: `key` is the folded name that offers are compared by, `name` what people read."""

    key: str
    name: str
    country: str


@dataclass(frozen=True)
class Criteria:
    """The criteria of one search. Empty tuples and None ask for nothing; several values of one criterion are "or".

    Attributes:
        kind: internship, job, volunteering, training or exchange.
        countries: ISO 3166-1 alpha-2 codes.
        regions: codes of `bot.vocabulary.regions`; an offer in any of their countries fits.
        cities: cities; places of all three criteria add up ("au Portugal ou à Berlin").
        excluded_countries: countries that the person refuses.
        excluded_cities: folded names of cities that the person refuses.
        excluded_fields: fields that the person refuses.
        excluded_kinds: kinds that the person refuses.
        excluded_programmes: programmes that the person refuses.
        fields: codes of `bot.vocabulary.fields`.
        duration_min: shortest stay wanted, in months.
        duration_max: longest stay wanted, in months.
        start_from: first day on which they could leave.
        start_until: last day on which they want to leave.
        age: their age in years.
        level: code of the level that they have reached.
        programmes: codes of `bot.vocabulary.programmes`.
        languages: ISO 639-1 codes of languages that they speak or want to use.
        organisation: an organisation named.
        words: their own words, for the ranking only.
    """

    kind: str | None = None
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    cities: tuple[CityChoice, ...] = ()
    excluded_countries: tuple[str, ...] = ()
    excluded_cities: tuple[str, ...] = ()
    excluded_fields: tuple[str, ...] = ()
    excluded_kinds: tuple[str, ...] = ()
    excluded_programmes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    duration_min: float | None = None
    duration_max: float | None = None
    start_from: date | None = None
    start_until: date | None = None
    age: int | None = None
    level: str | None = None
    programmes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    organisation: str | None = None
    words: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the criteria that are set, JSON-able."""
        kept = {name: value for name, value in asdict(self).items() if value not in (None, (), "")}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in kept.items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Criteria:
        """Return stored criteria; names that this version does not know are left out."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {}
        for name, value in (stored or {}).items():
            if name in ("start_from", "start_until"):
                values[name] = date.fromisoformat(value)
            elif name == "cities":
                values[name] = tuple(CityChoice(**city) for city in value)
            elif name in known:
                values[name] = tuple(value) if isinstance(value, list) else value
        return cls(**values)

    def has_place(self) -> bool:
        """Whether the person said where."""
        return bool(self.countries or self.regions or self.cities)

    def is_bare(self) -> bool:
        """Whether nothing but words is known: neither what nor where nor when."""
        return not Criteria(**{**asdict_shallow(self), "words": ""}).to_json()


def asdict_shallow(criteria: Criteria) -> dict[str, Any]:
    """Return the criteria by name, values as they are."""
    return {field.name: getattr(criteria, field.name) for field in fields(criteria)}
