"""Who is meant by a campaign: criteria as data, and the people who fulfil them and agreed to be written to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, Text, and_, cast, exists, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, array

from bot.alerts.models import SavedSearch
from bot.catalogue.drafts import Age, Country, among
from bot.deliveries.models import PushPreferences
from bot.deliveries.service import YOUNGEST
from bot.followups.models import SavedOffer
from bot.locales.service import LANGUAGES
from bot.profiles.models import Person
from bot.profiles.service import language_of
from bot.vocabulary.fields import FIELDS
from bot.vocabulary.kinds import KINDS
from bot.vocabulary.regions import region_codes, region_countries


class Segment(BaseModel):
    """Criteria that the people meant fulfil, all of them; several values of one are "or", an empty one asks nothing.

    What people look for is read from the searches that they saved. One search must fit kinds, places, fields and age
    together, and one that leaves a criterion open does not fit it: a message goes to those who asked for its subject.

    Attributes:
        languages: fr, en, es or ar.
        kinds: kinds of offer that a saved search asks for.
        countries: ISO 3166-1 codes of countries that a saved search asks for, by its name or within a region.
        regions: codes of `bot.vocabulary.regions`, each standing for its countries.
        fields: codes of `bot.vocabulary.fields` that a saved search names.
        min_age: youngest age in a saved search.
        max_age: oldest age in a saved search.
        has_alerts: whether they have a saved search that is not paused.
        kept_offer: number of an offer that they keep.
        seen_within_days: they wrote within so many days.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    languages: tuple[Annotated[str, among(LANGUAGES)], ...] = ()
    kinds: tuple[Annotated[str, among(KINDS)], ...] = ()
    countries: tuple[Country, ...] = ()
    regions: tuple[Annotated[str, among(region_codes())], ...] = ()
    fields: tuple[Annotated[str, among(FIELDS)], ...] = ()
    min_age: Age | None = None
    max_age: Age | None = None
    has_alerts: bool | None = None
    kept_offer: Annotated[int, Field(gt=0, lt=2**63)] | None = None
    seen_within_days: Annotated[int, Field(gt=0, le=3650)] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the criteria that are set, JSON-able."""
        return self.model_dump(mode="json", exclude_defaults=True)


def recipients(segment: Segment, *, too_young: Select[int], now: datetime) -> Select[int]:
    """Return the query of the people meant: those of the segment whom a campaign may be sent to.

    A campaign may be sent to people on Telegram who agreed to messages, did not stop them nor campaigns, and can be
    reached; never to those known to be younger than 15.

    Args:
        too_young: the people of whom another part of the product knows that they are younger.
    """
    preferences = PushPreferences
    says_younger = exists().where(SavedSearch.person_id == Person.id, SavedSearch.age < YOUNGEST)
    return (
        select(Person.id)
        .join(preferences, preferences.person_id == Person.id)
        .where(Person.channel == "telegram", Person.unreachable_at.is_(None))
        .where(preferences.stopped_at.is_(None), preferences.campaigns_stopped_at.is_(None))
        .where(~says_younger, Person.id.not_in(too_young))
        .where(*_criteria(segment, now))
    )


def _criteria(segment: Segment, now: datetime) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if segment.languages:
        wanted.append(language_of().in_(segment.languages))
    if segment.seen_within_days is not None:
        wanted.append(Person.last_seen_at >= now - timedelta(days=segment.seen_within_days))
    if segment.kept_offer is not None:
        is_theirs = and_(SavedOffer.person_id == Person.id, SavedOffer.offer_id == segment.kept_offer)
        wanted.append(exists().where(is_theirs))
    if segment.has_alerts is not None:
        is_told = exists().where(SavedSearch.person_id == Person.id, ~SavedSearch.is_paused)
        wanted.append(is_told if segment.has_alerts else ~is_told)
    if looked_for := _looked_for(segment):
        wanted.append(exists().where(SavedSearch.person_id == Person.id, *looked_for))
    return wanted


def _looked_for(segment: Segment) -> list[ColumnElement[bool]]:
    """Return what one saved search has to fulfil."""
    wanted: list[ColumnElement[bool]] = []
    if segment.kinds:
        wanted.append(SavedSearch.kind.in_(segment.kinds))
    if places := _countries(segment):
        in_cities = (SavedSearch.criteria.contains({"cities": [{"country": code}]}) for code in places)
        wanted.append(or_(SavedSearch.countries.overlap(cast(places, ARRAY(Text))), *in_cities))
    if segment.fields:
        # The names that were asked for: the column beside holds neighbouring fields too.
        wanted.append(SavedSearch.criteria["fields"].op("?|")(array(segment.fields, type_=Text)))
    if segment.min_age is not None:
        wanted.append(SavedSearch.age >= segment.min_age)
    if segment.max_age is not None:
        wanted.append(SavedSearch.age <= segment.max_age)
    return wanted


def _countries(segment: Segment) -> list[str]:
    return sorted({*segment.countries, *(code for region in segment.regions for code in region_countries(region))})
