"""What is told of an offer that changed to those who keep it: what they knew against what is true now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from bot.catalogue.cards import cost_said, pay_said, places_said, start_said
from bot.catalogue.models import Offer, OfferPlace, OfferRevision
from bot.catalogue.service import is_available
from bot.catalogue.wording import day, months
from bot.chat.formatting import escape, isolate
from bot.locales.service import say

# What changes a decision. The rest (a comma in the description) is no news.
NOTABLE = (
    "deadline", "places", "pay_amount", "pay_currency", "pay_period", "start_from", "start_until", "duration_min",
    "duration_max", "cost_amount", "cost_currency",
)  # fmt: skip
# Taken away by somebody; an offer whose day has passed says so itself.
CLOSED = ("closed", "on_hold", "duplicate", "refused")
_DAYS = ("deadline", "start_from", "start_until")
_AMOUNTS = ("pay_amount", "cost_amount", "duration_min", "duration_max")

What = Literal["changed", "closed", "reopened"]


@dataclass(frozen=True)
class News:
    """What is told of one offer.

    Attributes:
        what: changed, closed or reopened.
        before: the values that differ from the present ones, by field.
    """

    what: What
    before: Mapping[str, Any] = field(default_factory=dict)


def news_of(offer: Offer, revisions: Sequence[OfferRevision], *, since: int, today: date) -> News | None:
    """Return what is to be told of an offer to a person who knew it before the revision `since`; None for nothing.

    Args:
        offer: as it is now.
        revisions: its revisions in order, those before `since` included.
        since: the first revision that they were not told of.
        today: the town's day.
    """
    first = next((one for one in revisions if one.revision >= since), None)
    if first is None:
        return None
    was_open, is_open = first.was_status == "published", is_available(offer, today=today)
    if was_open and not is_open:
        return News("closed") if offer.status in CLOSED else None
    if not is_open:
        return None
    untold = [one for one in revisions if one.revision >= (since if was_open else _hidden_since(revisions, since))]
    before = _net(untold)
    if was_open:
        return News("changed", before) if before else None
    return News("reopened", before)


def difference_lines(offer: Offer, before: Mapping[str, Any], language: str) -> list[str]:
    """Return a line for each thing that differs, in words: "Date limite : 1 mars 2027 → 15 mars 2027"."""
    was, lines = _as_it_was(offer, before), []
    for name, fields, said in _SAID:
        if not before.keys() & fields:
            continue
        old, new = said(was, language), said(offer, language)
        if old != new:
            label = say(f"followups.field_{name}", language)
            values = {"old": _told(old, language), "new": _told(new, language)}
            lines.append(say("followups.difference", language, what=label, **values))
    return lines


def _hidden_since(revisions: Sequence[OfferRevision], since: int) -> int:
    """Return the revision that took the offer away before it came back at `since`: what changed meanwhile counts."""
    earlier = (one for one in revisions if one.revision <= since)
    taken = [one.revision for one in earlier if one.was_status == "published" and one.status != "published"]
    return max(taken, default=since)


def _net(revisions: Sequence[OfferRevision]) -> dict[str, Any]:
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for revision in revisions:
        for name, (old, new) in revision.changes.items():
            if name in NOTABLE:
                first.setdefault(name, old)
                last[name] = new
    return {name: old for name, old in first.items() if old != last[name]}


def _as_it_was(offer: Offer, before: Mapping[str, Any]) -> Offer:
    """Return the offer with its former values, for wording only: it is in no session."""
    plain = (name for name in NOTABLE if name != "places")
    values = {name: _value(name, before[name]) if name in before else getattr(offer, name) for name in plain}
    pairs = before.get("places") or [(place.country, place.city) for place in offer.places]
    places = [OfferPlace(rank=rank, country=country, city=city) for rank, (country, city) in enumerate(pairs)]
    return Offer(**values, places=places)


def _value(name: str, kept: Any) -> Any:
    if kept is None:
        return None
    if name in _DAYS:
        return date.fromisoformat(kept)
    return Decimal(kept) if name in _AMOUNTS else kept


def _deadline(offer: Offer, language: str) -> str:
    return day(offer.deadline, language) if offer.deadline else say("followups.no_deadline", language)


def _told(value: str, language: str) -> str:
    return escape(isolate(value)) if language == "ar" else escape(value)


def _stay(offer: Offer, language: str) -> str:
    return months(offer.duration_min, offer.duration_max, language) or say("followups.not_said", language)


def _pay(offer: Offer, language: str) -> str:
    return pay_said(offer, language) or say("followups.nothing", language)


def _cost(offer: Offer, language: str) -> str:
    return cost_said(offer, language) or say("followups.nothing", language)


_SAID = (
    ("deadline", {"deadline"}, _deadline),
    ("places", {"places"}, places_said),
    ("start", {"start_from", "start_until"}, start_said),
    ("stay", {"duration_min", "duration_max"}, _stay),
    ("pay", {"pay_amount", "pay_currency", "pay_period"}, _pay),
    ("cost", {"cost_amount", "cost_currency"}, _cost),
)
