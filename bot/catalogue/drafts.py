"""An offer as advisers write it, in YAML or CSV, and what is checked before it is kept."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from bot.catalogue.criteria import ADULT
from bot.catalogue.models import KINDS
from bot.locales.service import say
from bot.vocabulary.countries import is_country
from bot.vocabulary.fields import FIELDS
from bot.vocabulary.languages import language_name
from bot.vocabulary.levels import LEVELS
from bot.vocabulary.programmes import PROGRAMMES
from bot.vocabulary.text import fold

COVERS = ("housing", "travel", "insurance", "meals")
PERIODS = ("hour", "day", "week", "month", "year", "total")
CEFR = ("A1", "A2", "B1", "B2", "C1", "C2")
_LONGEST_STAY = 60
_OF_LINES = ("description", "how_to_apply")
# Control characters, and those that turn the direction of all that follows; both are pasted from word processors.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def among(values: tuple[str, ...]) -> AfterValidator:
    """Return a check that refuses what is not one of `values`."""

    def check(value: str | None) -> str | None:
        if value is not None and value not in values:
            raise PydanticCustomError("choice", "choice", {"value": value, "choices": ", ".join(values)})
        return value

    return AfterValidator(check)


def _legible(name: str, text: str) -> str:
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if name in _OF_LINES else " ".join(text.split("\n"))


def _known_country(code: str) -> str:
    if not is_country(code.upper()):
        raise PydanticCustomError("country", "country", {"value": code})
    return code.upper()


def _known_language(code: str) -> str:
    if language_name(code.lower(), "fr") == code.lower():
        raise PydanticCustomError("language", "language", {"value": code})
    return code.lower()


Country = Annotated[str, AfterValidator(_known_country)]
Language = Annotated[str, AfterValidator(_known_language)]
Months = Annotated[Decimal, Field(gt=0, le=_LONGEST_STAY)]
Age = Annotated[int, Field(ge=10, le=99)]
Amount = Annotated[Decimal, Field(ge=0, le=999_999_999)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Text = Annotated[str, Field(min_length=1, max_length=300)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_unseen(cls, written: Any) -> Any:
        """Leave out signs that nobody sees, and ends of lines where there is one line."""
        if not isinstance(written, dict):
            return written
        return {
            name: _legible(str(name), value) if isinstance(value, str) else value for name, value in written.items()
        }


class PlaceDraft(_Strict):
    """A place of an offer."""

    country: Country
    city: Text | None = None


class SpokenLanguage(_Strict):
    """A language that an offer asks for."""

    code: Language
    level: Annotated[str | None, among(CEFR)] = None


class Conditions(_Strict):
    """Conditions that only words can say."""

    nationality: Text | None = None
    residence: Text | None = None
    diploma: Text | None = None


class Pay(_Strict):
    """What the young person receives."""

    amount: Amount
    currency: Currency = "EUR"
    period: Annotated[str, among(PERIODS)] = "month"


class Cost(Pay):
    """What the young person pays."""

    note: Text | None = None


class OfferDraft(_Strict):
    """An offer as advisers write it; `bot.catalogue.models.Offer` says what each field means."""

    external_id: Text
    kind: Annotated[str, among(KINDS)]
    title: Annotated[str, Field(min_length=5, max_length=200)]
    organisation: Text
    language: Language = "fr"
    description: Annotated[str, Field(min_length=30, max_length=6000)]
    places: Annotated[tuple[PlaceDraft, ...], Field(min_length=1, max_length=30)]
    field: Annotated[str, among(FIELDS)]
    start_from: date | None = None
    start_until: date | None = None
    duration_min: Months | None = None
    duration_max: Months | None = None
    deadline: date | None = None
    age_min: Age | None = None
    age_max: Age | None = None
    open_to_minors: bool = False
    levels: tuple[Annotated[str, among(LEVELS)], ...] = ()
    languages: tuple[SpokenLanguage, ...] = ()
    conditions: Conditions = Conditions()
    pay: Pay | None = None
    cost: Cost | None = None
    covers: tuple[Annotated[str, among(COVERS)], ...] = ()
    programme: Annotated[str | None, among(PROGRAMMES)] = None
    how_to_apply: Annotated[str, Field(min_length=3, max_length=1000)]
    apply_url: Annotated[str | None, Field(pattern=r"^https?://[^\s]+\.[^\s]+$", max_length=500)] = None

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, written: Any) -> Any:
        if not isinstance(written, dict):
            return written
        given = {name: value for name, value in written.items() if value is not None}
        if not given.get("external_id"):
            parts = (fold(str(given.get(name, ""))) for name in ("kind", "title", "organisation"))
            given["external_id"] = hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]
        return given

    @field_validator("external_id", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        pairs: tuple[tuple[str, Any, str, Any], ...] = (
            ("start_from", self.start_from, "start_until", self.start_until),
            ("duration_min", self.duration_min, "duration_max", self.duration_max),
            ("age_min", self.age_min, "age_max", self.age_max),
        )
        for low_name, low, high_name, high in pairs:
            if low is not None and high is not None and high < low:
                raise PydanticCustomError("order", "order", {"low": low_name, "high": high_name})
        if self.start_until is not None and self.start_from is None:
            raise PydanticCustomError("start_missing", "start_missing", {})
        if self.open_to_minors and self.age_min is not None and self.age_min >= ADULT:
            raise PydanticCustomError("minors", "minors", {"age": self.age_min})
        return self


def problems_of(error: ValidationError, language: str = "fr") -> tuple[str, ...]:
    """Return one sentence per problem, naming the field and what to do."""
    return tuple(sentence for _, sentence in placed_problems(error, language))


def placed_problems(error: ValidationError, language: str = "fr") -> tuple[tuple[tuple[int | str, ...], str], ...]:
    """Return where each problem is, by the names and ranks that lead there, and its sentence."""
    problems = error.errors(include_url=False)
    # A list whose only item is wrong is also reported as empty: the item says it better.
    deeper = {problem["loc"][:size] for problem in problems for size in range(1, len(problem["loc"]))}
    return tuple(
        (problem["loc"], _sentence(dict(problem), language)) for problem in problems if problem["loc"] not in deeper
    )


def _sentence(problem: dict[str, Any], language: str) -> str:
    # Positions are counted from 1, as people do: places.1.country is the first place's.
    where = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in problem["loc"])
    values = {**problem.get("ctx", {})}
    known = {
        "missing": "missing", "extra_forbidden": "unknown_field", "choice": "choice", "country": "country",
        "language": "language", "order": "order", "minors": "minors", "start_missing": "start_missing",
        "string_too_short": "too_short", "string_too_long": "too_long", "too_short": "empty_list",
        "too_long": "long_list", "bool_parsing": "yes_or_no", "bool_type": "yes_or_no", "string_type": "text",
    }  # fmt: skip
    kind = known.get(problem["type"]) or next(
        (name for start, name in _FAMILIES if problem["type"].startswith(start)), "other"
    )
    if kind == "other" and problem["loc"] and problem["loc"][-1] in ("apply_url", "link"):
        kind = "url"
    written = str(problem.get("input", ""))[:60]
    values = {"field": where, "written": written, "message": problem["msg"], **values}
    return say(f"imports.{kind}", language, **values)


_FAMILIES = (
    ("date", "date"), ("decimal", "number"), ("int", "number"), ("greater_than", "number_low"),
    ("less_than", "number_high"), ("tuple", "list"), ("model", "group"),
)  # fmt: skip
