"""The seven kinds of sourced entries, and the limits that let each of them fit an answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from bot.knowledge.conditions import Condition
from bot.knowledge.texts import Text, at_most
from bot.vocabulary.programmes import PROGRAMMES


def _with_host(link: str) -> str:
    """Refuse a link without a site: Telegram refuses the whole answer whose button leads nowhere."""
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:  # such as https://[
        host = ""
    if "." not in host:
        raise ValueError("mend the address: it names no site")
    return link


def _in_the_calendar(written: str) -> str:
    """Refuse a day or a month that does not exist, such as 2026-02-31."""
    date.fromisoformat(f"{written}-01-01"[: len("2026-02-31")])
    return written


Kind: TypeAlias = Literal["internship", "job", "volunteering", "training", "exchange"]
PaperTopic: TypeAlias = Literal[
    "minors", "residence", "health", "vaccines", "insurance", "identity", "internship", "safety", "travel"
]
Danger: TypeAlias = Literal[
    "danger", "suicide", "child", "violence", "homeless", "bullying", "trafficking", "poison", "deaf", "health",
    "abroad", "missing",
]  # fmt: skip
_Identity: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
_Link: TypeAlias = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\"<>]+$"), AfterValidator(_with_host)]
# A year, a month or a day: as precise as the page itself.
_SourceDate: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$"), AfterValidator(_in_the_calendar)
]
Text40: TypeAlias = Annotated[Text, at_most(40)]
Text50: TypeAlias = Annotated[Text, at_most(50)]
Text60: TypeAlias = Annotated[Text, at_most(60)]
Text70: TypeAlias = Annotated[Text, at_most(70)]
Text80: TypeAlias = Annotated[Text, at_most(80)]
Text90: TypeAlias = Annotated[Text, at_most(90)]
Text100: TypeAlias = Annotated[Text, at_most(100)]
Text120: TypeAlias = Annotated[Text, at_most(120)]
Text130: TypeAlias = Annotated[Text, at_most(130)]
Text150: TypeAlias = Annotated[Text, at_most(150)]
Text200: TypeAlias = Annotated[Text, at_most(200)]
Text230: TypeAlias = Annotated[Text, at_most(230)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Frozen):
    """The page that was read; `date` is the one that it bears, None when it bears none."""

    url: _Link
    date: _SourceDate | None
    kind: Literal["official", "repo", "secondary", "memory"]


class OtherSource(_Frozen):
    """A source that says otherwise, and what it says."""

    url: _Link
    date: _SourceDate | None
    says: Text90


class Entry(_Frozen):
    """What every entry has.

    Attributes:
        checked: the day on which somebody read the source.
        review: the day from which somebody should read it again.
    """

    id: _Identity
    names: Text60
    aliases: tuple[str, ...] = ()
    link: _Link
    source: Source
    others: tuple[OtherSource, ...] = ()
    checked: date
    review: date
    confidence: Literal["high", "medium", "low"]
    shown: bool = True

    @field_validator("aliases", mode="before")
    @classmethod
    def _as_words(cls, aliases: object) -> object:
        return [str(alias) for alias in aliases] if isinstance(aliases, list) else aliases

    @model_validator(mode="after")
    def _is_reviewed_after_reading(self) -> Entry:
        if self.review <= self.checked:
            raise ValueError("review must come after checked")
        return self

    @property
    def is_asserted(self) -> bool:
        """Whether answers may say what it says; otherwise they only point to its link."""
        return self.confidence != "low"

    def is_due(self, today: date) -> bool:
        """Return whether its review date has come."""
        return today >= self.review


class Programme(Entry):
    """A way to go abroad."""

    codes: tuple[str, ...] = ()
    kind: Kind
    summary: Text150
    who: Text90
    stay: Text80
    money: Text100
    apply: Text90
    conditions: tuple[Condition, ...] = ()

    @field_validator("codes")
    @classmethod
    def _are_known(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(codes) - set(PROGRAMMES)):
            raise ValueError(f"{', '.join(unknown)}: no code of bot/vocabulary/programmes.yml")
        return codes


class Amount(_Frozen):
    """How much, with the year that the source gives; None where it gives none."""

    min: float | None
    max: float | None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None
    per: Literal["hour", "day", "week", "month", "year", "stay", "once"] | None
    year: int | str | None
    text: Text90


class Scheme(Entry):
    """A funding scheme.

    Attributes:
        collective: asked by an association and never by a person: it has a sheet, and no place in the stack.
    """

    kind: Literal["grant", "supplement", "coverage", "allowance", "refund"]
    programmes: tuple[str, ...] = ()
    summary: Text120
    amount: Amount
    conditions: tuple[Condition, ...] = ()
    adds_with: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    cap: Text80 | None = None
    before_departure: bool | None = None
    deadline: Text70 | None = None
    apply: Text90
    collective: bool = False


class Paper(Entry):
    """A rule about papers, health or safety."""

    topic: PaperTopic
    fact: Text230
    todo: Text130
    conditions: tuple[Condition, ...] = ()
    keywords: dict[Literal["fr", "en", "es", "ar"], tuple[str, ...]]


class Visa(Entry):
    """What crossing a border takes, for a nationality, a destination and a kind of stay."""

    conditions: tuple[Condition, ...] = Field(min_length=1)
    needs: Literal["nothing", "authorisation", "visa", "permit", "depends"]
    fact: Text230
    todo: Text130


class Course(Entry):
    """A course of humanitarian or solidarity work."""

    organisation: str
    city: str | None
    near: bool
    level: str | None
    trades: tuple[str, ...] = ()
    summary: Text150
    entry: Text90
    length: Text50
    cost: Text80
    conditions: tuple[Condition, ...] = ()


class Trade(Entry):
    """A humanitarian trade."""

    summary: Text200
    path: Text150
    courses: tuple[str, ...] = ()


class Helpline(Entry):
    """A number to call; None where it is not confirmed: only the link tells it."""

    number: str | None
    topics: tuple[Danger, ...]
    whom: Text90
    hours: Text40
    abroad: Text80
    spoken: tuple[str, ...] = ()


KINDS_OF_ENTRIES: dict[str, type[Entry]] = {
    "programmes": Programme,
    "funding": Scheme,
    "papers": Paper,
    "visas": Visa,
    "courses": Course,
    "trades": Trade,
    "helplines": Helpline,
}
