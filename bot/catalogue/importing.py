"""Brings offers in from files written by advisers: YAML (one offer or a list) and CSV (one line each).

A file is checked whole, then written whole: one mistake and nothing is. Offers already known by source and external id
are updated, so the same file may be imported again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.catalogue.drafts import OfferDraft, problems_of
from bot.catalogue.files import DaysAsWritten, bytes_of, check_shape, decoded
from bot.catalogue.indexing import count_lexemes
from bot.catalogue.life import Saved, save_offers
from bot.catalogue.models import STATUSES, Offer
from bot.kit.embedding import Embedder
from bot.kit.errors import InputError
from bot.locales.service import say

MOST_BYTES = 5_000_000
MOST_OFFERS = 5_000
_MOST_PROBLEMS = 50
_LISTS = ("places", "levels", "languages", "covers")
_GROUPS = ("conditions", "pay", "cost")
# What a spreadsheet writes for yes and no, in the languages advisers work in.
_TRUTHS = {"oui": True, "yes": True, "true": True, "vrai": True, "1": True, "x": True}
_FALSEHOODS = {"non": False, "no": False, "false": False, "faux": False, "0": False}
_FRENCH_DATE = "%d/%m/%Y"
COLUMNS: tuple[str, ...] = (
    "external_id", "kind", "title", "organisation", "language", "description", "places", "field", "start_from",
    "start_until", "duration_min", "duration_max", "deadline", "age_min", "age_max", "open_to_minors", "levels",
    "languages", "conditions.nationality", "conditions.residence", "conditions.diploma", "pay.amount", "pay.currency",
    "pay.period", "cost.amount", "cost.currency", "cost.period", "cost.note", "covers", "programme", "how_to_apply",
    "apply_url",
)  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """An offer as advisers see it in a list."""

    id: int
    kind: str
    title: str
    organisation: str
    places: tuple[str, ...]
    status: str
    deadline: str | None
    source: str
    external_id: str
    is_example: bool
    revision: int
    updated_at: str


async def add_offers(
    session: AsyncSession,
    path: Path,
    *,
    source: str,
    embedder: Embedder,
    now: datetime,
    publish: bool = False,
    checked_by: str | None = None,
    language: str = "fr",
) -> Saved:
    """Write the offers of a YAML file, as drafts unless `publish`.

    Raises:
        InputError: the file cannot be read, or offers are wrong; one sentence per problem, nothing is written.
    """
    drafts = read_yaml(_bytes_of(path, language), language)
    return await _write(session, drafts, source, embedder, now, publish=publish, checked_by=checked_by)


async def import_offers(
    session: AsyncSession,
    path: Path,
    *,
    source: str,
    embedder: Embedder,
    now: datetime,
    publish: bool = False,
    checked_by: str | None = None,
    language: str = "fr",
) -> Saved:
    """Write the offers of a CSV file, as drafts unless `publish`.

    Raises:
        InputError: the file cannot be read, or lines are wrong; one sentence per problem with its line, nothing is
            written.
    """
    drafts = read_csv(_bytes_of(path, language), language)
    return await _write(session, drafts, source, embedder, now, publish=publish, checked_by=checked_by)


async def list_offers(session: AsyncSession, *, status: str | None = None, limit: int = 1000) -> tuple[Listed, ...]:
    """Return the offers of every status, or of one, the last changed first."""
    if status is not None and status not in STATUSES:
        raise InputError([say("imports.choice", "fr", field="status", written=status, choices=", ".join(STATUSES))])
    query = select(Offer).options(selectinload(Offer.places)).order_by(Offer.updated_at.desc(), Offer.id.desc())
    rows = await session.scalars((query.where(Offer.status == status) if status else query).limit(limit))
    return tuple(_listed(offer) for offer in rows)


def read_yaml(content: bytes, language: str = "fr") -> list[OfferDraft]:
    """Return the offers of a YAML text, one or a list of them.

    Raises:
        InputError: with a sentence per problem, naming the offer by its rank.
    """
    try:
        text = decoded(content)
        check_shape(text)
        written = yaml.load(text, Loader=DaysAsWritten)  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a number of thousands of digits
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise InputError([say("imports.yaml", language, line=line)]) from None
    items = written if isinstance(written, list) else [written]
    if not items or not all(isinstance(item, dict) for item in items):
        raise InputError([say("imports.empty", language)])
    places = (say("imports.in_offer", language, rank=rank) for rank in range(1, len(items) + 1))
    return _checked(list(zip(places, items, strict=True)), language)


def read_csv(content: bytes, language: str = "fr") -> list[OfferDraft]:
    """Return the offers of a CSV text: UTF-8 or Windows, semicolons or commas, a first line with the field names.

    Raises:
        InputError: with a sentence per problem, naming the line of the file.
    """
    text = decoded(content)
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(
        io.StringIO(text), delimiter=";" if first.count(";") >= first.count(",") else ",", strict=True
    )
    header = [(name or "").strip() for name in reader.fieldnames or ()]
    unknown = [name for name in header if name not in COLUMNS]
    if unknown or not header:
        known = ", ".join(COLUMNS)
        raise InputError([say("imports.unknown_column", language, columns=", ".join(unknown) or "—", known=known)])
    reader.fieldnames = header
    rows: list[tuple[str, Mapping[str, Any]]] = []
    problems: list[str] = []
    try:
        for row in reader:
            where = say("imports.on_line", language, line=reader.line_num)
            if None in row or None in row.values():
                problems.append(where + say("imports.cells", language, count=len(header)))
            elif any(value.strip() for value in row.values()):
                rows.append((where, row))
    except csv.Error:
        problems.append(say("imports.on_line", language, line=reader.line_num) + say("imports.quotes", language))
    if problems:
        raise InputError(problems[:_MOST_PROBLEMS])
    return _checked([(where, dict(_fields_of(row))) for where, row in rows], language)


def _checked(items: Sequence[tuple[str, Mapping[str, Any]]], language: str) -> list[OfferDraft]:
    if not items:
        raise InputError([say("imports.empty", language)])
    if len(items) > MOST_OFFERS:
        raise InputError([say("imports.too_many", language, most=MOST_OFFERS, count=len(items))])
    drafts: list[OfferDraft] = []
    problems: list[str] = []
    seen: dict[str, str] = {}
    for where, item in items:
        try:
            draft = OfferDraft.model_validate(item)
        except ValidationError as error:
            problems += [where + sentence for sentence in problems_of(error, language)]
            continue
        if draft.external_id in seen:
            problems.append(where + say("imports.twice", language, id=draft.external_id, first=seen[draft.external_id]))
        seen.setdefault(draft.external_id, where.strip(" :"))
        drafts.append(draft)
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        raise InputError(problems[:_MOST_PROBLEMS] + ([say("imports.more", language, count=more)] if more > 0 else []))
    return drafts


def _fields_of(row: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Turn the cells of a line into fields: lists split at "|", groups gathered, empty cells left out."""
    groups: dict[str, dict[str, Any]] = {}
    for name, cell in row.items():
        value = cell.strip()
        if not value:
            continue
        group, _, part = name.partition(".")
        if part:
            groups.setdefault(group, {})[part] = _plain(name, value)
        elif name in _LISTS:
            yield name, [_item(name, item.strip()) for item in value.split("|") if item.strip()]
        else:
            yield name, _plain(name, value)
    yield from ((group, values) for group, values in groups.items() if group in _GROUPS)


def _item(name: str, value: str) -> Any:
    """Return one item of a list: "ES:Valence" is a place, "en:B1" a language."""
    first, _, second = (part.strip() for part in value.partition(":"))
    if name == "places":
        return {"country": first, "city": second or None}
    if name == "languages":
        return {"code": first, "level": second or None}
    return value


def _plain(name: str, value: str) -> Any:
    """Read what French spreadsheets write: "oui", "1 450,50" and "01/06/2027"."""
    if name == "open_to_minors":
        return {**_TRUTHS, **_FALSEHOODS}.get(value.lower(), value)
    if name in ("start_from", "start_until", "deadline") and "/" in value:
        try:
            return datetime.strptime(value, _FRENCH_DATE).date()  # noqa: DTZ007 - a calendar day has no time zone
        except ValueError:
            return value
    if name.startswith("duration_") or name.endswith(".amount"):
        return value.replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", ".")
    return value


def _bytes_of(path: Path, language: str) -> bytes:
    too_big = say("imports.too_big", language, most=MOST_BYTES // 1_000_000)
    return bytes_of(path, most=MOST_BYTES, too_big=too_big, language=language)


async def _write(
    session: AsyncSession,
    drafts: Sequence[OfferDraft],
    source: str,
    embedder: Embedder,
    now: datetime,
    *,
    publish: bool,
    checked_by: str | None,
) -> Saved:
    saved = await save_offers(
        session, drafts, source=source, embedder=embedder, now=now, publish=publish, checked_by=checked_by
    )
    await count_lexemes(session)
    return saved


def _listed(offer: Offer) -> Listed:
    return Listed(
        id=offer.id, kind=offer.kind, title=offer.title, organisation=offer.organisation,
        places=tuple(f"{place.country}:{place.city}" if place.city else place.country for place in offer.places),
        status=offer.status, deadline=offer.deadline.isoformat() if offer.deadline else None, source=offer.source,
        external_id=offer.external_id, is_example=offer.is_example, revision=offer.revision,
        updated_at=offer.updated_at.isoformat(),
    )  # fmt: skip
