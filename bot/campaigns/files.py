"""A campaign as advisers write it, in a YAML file; what is wrong is said by its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import MAXYEAR, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.campaigns.segments import Segment
from bot.campaigns.texts import WEB_ADDRESS, faults_of
from bot.catalogue.drafts import placed_problems
from bot.catalogue.files import bytes_of, check_shape, decoded
from bot.kit.clock import TOWN_ZONE
from bot.kit.errors import InputError
from bot.locales.service import say

_MOST_BYTES = 100_000
_Place = tuple[int | str, ...]
_Language = Literal["fr", "en", "es", "ar"]


class CampaignDraft(BaseModel):
    """A campaign as its file says; `bot.campaigns.models.Campaign` says what each field means.

    Attributes:
        expires: the last moment; a day alone is meant whole, in the town's time.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=120)]
    texts: dict[_Language, Annotated[str, Field(min_length=1, max_length=4000)]]
    link: Annotated[str | None, Field(pattern=f"^{WEB_ADDRESS}$", max_length=500)] = None
    link_labels: dict[_Language, Annotated[str, Field(min_length=1, max_length=40)]] = Field(default_factory=dict)
    segment: Segment = Segment()
    expires: datetime | None = None

    @field_validator("expires", mode="before")
    @classmethod
    def _whole_day(cls, value: Any) -> Any:
        """Read "2027-01-31" as the end of that day, and a moment without a zone as the town's."""
        try:
            day = date.fromisoformat(value)
            return datetime.combine(day + timedelta(days=1), time(), TOWN_ZONE)
        except OverflowError:
            raise ValueError(value) from None
        except (TypeError, ValueError):
            pass
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return value
        if moment.year == MAXYEAR:  # elsewhere it may be the year after, which nothing reads again
            raise ValueError(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=TOWN_ZONE)


def read_campaign(path: Path, language: str = "fr") -> CampaignDraft:
    """Return the campaign of a file.

    Raises:
        InputError: it cannot be read, or something in it is wrong; one sentence per problem, naming the line.
    """
    too_big = say("campaigns.file_too_big", language)
    return parse_campaign(decoded(bytes_of(path, most=_MOST_BYTES, too_big=too_big, language=language)), language)


def parse_campaign(written: str, language: str = "fr") -> CampaignDraft:
    """Return the campaign of a YAML text; raises as `read_campaign` does."""
    try:
        check_shape(written)
        # Scalars stay strings: other loaders read Norway's code as "no".
        root = yaml.compose(written, Loader=yaml.BaseLoader)  # a loader that builds strings only
        values = yaml.load(written, Loader=yaml.BaseLoader)  # noqa: S506 - the same
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise InputError([say("imports.yaml", language, line=mark.line + 1 if mark else 1)]) from None
    if root is None or not isinstance(values, dict):
        raise InputError([say("campaigns.empty", language)])
    if not CampaignDraft.model_fields.keys() & values.keys():
        raise InputError([say("campaigns.not_one", language)])
    spots = dict(_spots(root))
    problems = sorted({*_problems_of(values, spots, language), *_problems_of_texts(values, spots, written, language)})
    if problems:
        raise InputError([say("imports.on_line", language, line=line) + sentence for line, sentence in problems])
    return CampaignDraft.model_validate(_without_empty(values))


def _problems_of(values: dict[str, Any], spots: Mapping[_Place, int], language: str) -> Iterator[tuple[int, str]]:
    try:
        draft = CampaignDraft.model_validate(_without_empty(values))
    except ValidationError as error:
        for place, sentence in placed_problems(error, language):
            yield _line_of(place, spots), sentence
        return
    if "fr" not in draft.texts:
        yield _line_of(("texts",), spots), say("imports.missing", language, field="texts.fr")


def _problems_of_texts(
    values: dict[str, Any], spots: Mapping[_Place, int], written: str, language: str
) -> Iterator[tuple[int, str]]:
    lines = written.splitlines()
    texts = values.get("texts")
    for code, text in texts.items() if isinstance(texts, dict) else ():
        first = _line_of(("texts", code), spots)
        for fault in faults_of(text) if isinstance(text, str) else ():
            held = (number for number, line in enumerate(lines[first - 1 :], first) if fault.at in line)
            yield next(held, first), f"texts.{code} : {say(fault.key, language, **fault.values)}"


def _line_of(place: _Place, spots: Mapping[_Place, int]) -> int:
    """Return the line of the nearest thing that is written, from 1."""
    return next((spots[place[:size]] for size in range(len(place), 0, -1) if place[:size] in spots), 1)


def _spots(node: yaml.Node, place: _Place = ()) -> Iterator[tuple[_Place, int]]:
    """Yield where each field stands in the file."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*place, str(key.value)), key.start_mark.line + 1
            yield from _spots(value, (*place, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for rank, item in enumerate(node.value):
            yield (*place, rank), item.start_mark.line + 1
            yield from _spots(item, (*place, rank))


def _without_empty(value: Any) -> Any:
    """Leave out the fields that were left empty."""
    if isinstance(value, dict):
        return {name: _without_empty(part) for name, part in value.items() if part not in ("", None)}
    return value
