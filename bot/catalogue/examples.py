"""The demonstration catalogue: invented offers, marked as examples, dated from the day they are loaded."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.drafts import OfferDraft
from bot.catalogue.indexing import count_lexemes
from bot.catalogue.life import Saved, save_offers
from bot.kit.clock import local_day
from bot.kit.embedding import Embedder

SOURCE = "exemple"
# A departure nearer than this leaves no time to apply, even in a demonstration.
_FIRST_START = timedelta(days=30)
_LATE_DEADLINE = timedelta(days=21)


async def load_demo(session: AsyncSession, embedder: Embedder, now: datetime) -> Saved:
    """Load the demonstration catalogue; loading it again brings its dates up to date and doubles nothing.

    An example is news the first time, so that a demonstration shows an alert. That its dates move on with the days is
    no change that anybody is told.
    """
    today = local_day(now)
    drafts = [OfferDraft.model_validate(dated(item, today)) for item in demo_items()]
    saved = await save_offers(
        session, drafts, source=SOURCE, embedder=embedder, now=now, publish=True, checked_by=SOURCE, is_example=True,
        tell_changes=False,
    )  # fmt: skip
    await count_lexemes(session)
    return saved


@functools.cache
def demo_items() -> tuple[Mapping[str, Any], ...]:
    """Return the demonstration offers as written, with relative dates."""
    folder = resources.files("bot.catalogue") / "demo"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yml")), key=lambda file: file.name)
    return tuple(item for file in files for item in yaml.safe_load(file.read_text(encoding="utf-8")) or [])


def dated(item: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return an offer with its relative dates made real on `today`.

    `start_from` "next 06-01" is the next first of June at least 30 days ahead, "+60d" is 60 days ahead; `start_until`
    "next 09-15" is the first such day on or after the start, "+90d" counts from `today`; `deadline` "-45d" counts back
    from the start, "+60d" ahead from `today`; a deadline already past becomes three weeks ahead.
    """
    start = _day(item.get("start_from"), first=today + _FIRST_START, zero=today)
    until = _day(item.get("start_until"), first=start or today, zero=today)
    if start and until and until < start:
        until = start
    written = str(item.get("deadline") or "")
    deadline = _day(item.get("deadline"), first=today, zero=(start or today) if written.startswith("-") else today)
    if deadline is not None and deadline <= today:
        deadline = today + _LATE_DEADLINE
    return {**item, "start_from": start, "start_until": until, "deadline": deadline}


def _day(written: Any, *, first: date, zero: date) -> date | None:
    """Read "next MM-DD" (from `first` on), "+60d" or "-45d" (from `zero`), or a plain date."""
    if written is None or isinstance(written, date):
        return written
    text = str(written)
    if text.startswith("next "):
        month, day = (int(part) for part in text.removeprefix("next ").split("-"))
        return next(
            found for year in range(first.year, first.year + 9) if (found := _real(year, month, day)) and found >= first
        )
    if text.endswith("d"):
        return zero + timedelta(days=int(text[:-1]))
    return date.fromisoformat(text)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:  # 29 February
        return None
