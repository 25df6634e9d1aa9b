"""The life of offers: written, changed, published, closed, expired."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.catalogue.drafts import OfferDraft
from bot.catalogue.indexing import index_offers
from bot.catalogue.models import Offer, OfferPlace, OfferSearch
from bot.catalogue.places import city_key
from bot.catalogue.revisions import EXPIRED, Changes, Revised, difference, note_revisions
from bot.kit.clock import local_day
from bot.kit.embedding import Embedder
from bot.kit.errors import InputError
from bot.locales.service import say

TRANSITIONS: dict[str, tuple[str, ...]] = {
    "draft": ("to_review", "published", "closed", "refused", "duplicate"),
    "to_review": ("draft", "published", "on_hold", "refused", "duplicate"),
    "on_hold": ("to_review", "published", "closed", "refused", "duplicate"),
    "published": ("on_hold", "closed", "expired", "duplicate"),
    "closed": ("draft", "published"),
    "expired": ("draft", "published", "closed"),
    "refused": ("draft", "to_review"),
    "duplicate": ("draft", "to_review"),
}
# What a person decided is not undone by a file that comes again.
_KEPT_BY_IMPORTS = ("on_hold", "closed", "refused", "duplicate")


_LOCKED = (
    select(Offer)
    .options(selectinload(Offer.places))
    .with_for_update(of=Offer)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class Saved:
    """What writing offers did, by external id and in the order written."""

    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


async def save_offers(
    session: AsyncSession,
    drafts: Sequence[OfferDraft],
    *,
    source: str,
    embedder: Embedder,
    now: datetime,
    publish: bool = False,
    checked_by: str | None = None,
    is_example: bool = False,
    tell_changes: bool = True,
) -> Saved:
    """Write offers, each known by `source` and its external id: made when new, changed when it differs.

    A changed offer's revision grows by one, and what changed is noted with it. With `publish`, drafts and expired
    offers are published, but what a person closed, refused or put on hold stays so; an offer that is over already is
    written and not published. Without `tell_changes`, nobody is told of changes of known offers; new ones are news all
    the same.
    """
    known = await _known_offers(session, source, [draft.external_id for draft in drafts])
    outcome: dict[str, list[str]] = {"created": [], "updated": [], "unchanged": []}
    touched: list[Offer] = []
    revised: list[Revised] = []
    for draft in drafts:
        offer = known.get(draft.external_id)
        is_new = offer is None
        if offer is None:
            offer = _new_offer(source, draft, now, is_example=is_example)
            session.add(offer)
        was_status = None if is_new else offer.status
        changes = _write(offer, draft)
        is_changed = (publish and _publish(offer, checked_by, now)) or bool(changes)
        if is_changed:
            offer.revision += not is_new
            offer.updated_at = now
            revised.append(Revised(offer, {} if is_new else changes, was_status, is_told=is_new or tell_changes))
        touched.append(offer)
        outcome["created" if is_new else "updated" if is_changed else "unchanged"].append(draft.external_id)
    await session.flush()
    await note_revisions(session, revised, now=now)
    await index_offers(session, touched, embedder=embedder)
    return Saved(**{name: tuple(ids) for name, ids in outcome.items()})


async def change_status(
    session: AsyncSession,
    offer_id: int,
    status: str,
    *,
    embedder: Embedder,
    now: datetime,
    by: str | None = None,
    language: str = "fr",
) -> Offer:
    """Move an offer to another status, and in or out of the search.

    Raises:
        InputError: no such offer, no way from its status to this one, or an offer that is over cannot be published.
    """
    offer = await _lock_offer(session, offer_id)
    if offer is None:
        raise InputError([say("imports.no_offer", language, id=offer_id)])
    if status not in TRANSITIONS[offer.status]:
        possible = ", ".join(TRANSITIONS[offer.status])
        sentence = say("imports.transition", language, id=offer_id, old=offer.status, new=status, possible=possible)
        raise InputError([sentence])
    if status == "published":
        if is_over(offer, today=local_day(now)):
            raise InputError([say("imports.over", language, id=offer_id)])
        offer.checked_at, offer.checked_by = now, by
    revised = Revised(offer, {}, was_status=offer.status)
    offer.status = status
    offer.revision += 1
    offer.updated_at = now
    await session.flush()
    await note_revisions(session, [revised], now=now)
    await index_offers(session, [offer], embedder=embedder)
    return offer


async def close_offer(session: AsyncSession, offer_id: int, *, embedder: Embedder, now: datetime) -> Offer:
    """Take an offer out of what young people see, for good unless an adviser publishes it again."""
    return await change_status(session, offer_id, "closed", embedder=embedder, now=now)


async def expire_offers(session: AsyncSession, *, now: datetime) -> int:
    """Mark as expired the published offers whose deadline or last day of departure has passed; return how many.

    The search leaves them out from their last day on by itself: this keeps its index small and the lists true.
    """
    ids = list(await session.scalars(EXPIRED, {"today": local_day(now), "now": now}))
    if ids:
        await session.execute(delete(OfferSearch).where(OfferSearch.offer_id.in_(ids)))
    return len(ids)


async def load_offers(session: AsyncSession, ids: Iterable[int]) -> dict[int, Offer]:
    """Return offers by id with their places; ids that do not exist are left out."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await session.scalars(select(Offer).where(Offer.id.in_(wanted)).options(selectinload(Offer.places)))
    return {offer.id: offer for offer in rows}


def is_over(offer: Offer, *, today: date) -> bool:
    """Whether the last day to apply or to leave has passed."""
    return any(day is not None and day < today for day in (offer.deadline, offer.start_until))


def is_available(offer: Offer, *, today: date) -> bool:
    """Whether young people may see and apply to an offer on `today`."""
    return offer.status == "published" and not is_over(offer, today=today)


async def _known_offers(session: AsyncSession, source: str, external_ids: Sequence[str]) -> dict[str, Offer]:
    pairs = [(source, external_id) for external_id in external_ids]
    is_known = tuple_(Offer.source, Offer.external_id).in_(pairs)
    # Locked in one order: two writers make two revisions, one after the other.
    rows = await session.scalars(_LOCKED.where(is_known).order_by(Offer.id))
    return {offer.external_id: offer for offer in rows}


async def _lock_offer(session: AsyncSession, offer_id: int) -> Offer | None:
    return (await session.scalars(_LOCKED.where(Offer.id == offer_id))).one_or_none()


def _new_offer(source: str, draft: OfferDraft, now: datetime, *, is_example: bool) -> Offer:
    return Offer(
        source=source, external_id=draft.external_id, is_example=is_example, status="draft", revision=1,
        created_at=now, updated_at=now, places=[],
    )  # fmt: skip


def _publish(offer: Offer, checked_by: str | None, now: datetime) -> bool:
    if offer.status in _KEPT_BY_IMPORTS or is_over(offer, today=local_day(now)):
        return False
    was_published = offer.status == "published"
    offer.status, offer.checked_at, offer.checked_by = "published", now, checked_by
    return not was_published


def _write(offer: Offer, draft: OfferDraft) -> Changes:
    """Write the draft's values in the offer; return what differs, before and after."""
    changes: Changes = {}
    for name, value in _values(draft).items():
        if changed := difference(getattr(offer, name, None), value):
            setattr(offer, name, value)
            changes[name] = changed
    before = [(place.country, place.city) for place in offer.places]
    after = [(place.country, place.city) for place in draft.places]
    if changed := difference(before, after):
        offer.places = [
            OfferPlace(rank=rank, country=country, city=city, city_key=city_key(city, country) if city else None)
            for rank, (country, city) in enumerate(after)
        ]
        changes["places"] = changed
    return changes


def _values(draft: OfferDraft) -> dict[str, Any]:
    plain = draft.model_dump(
        exclude={"external_id", "places", "languages", "conditions", "pay", "cost", "levels", "covers"}
    )
    return plain | {
        "levels": list(draft.levels),
        "covers": list(draft.covers),
        "languages": [language.model_dump() for language in draft.languages],
        "condition_nationality": draft.conditions.nationality,
        "condition_residence": draft.conditions.residence,
        "condition_diploma": draft.conditions.diploma,
        "pay_amount": draft.pay.amount if draft.pay else None,
        "pay_currency": draft.pay.currency if draft.pay else None,
        "pay_period": draft.pay.period if draft.pay else None,
        "cost_amount": draft.cost.amount if draft.cost else None,
        "cost_currency": draft.cost.currency if draft.cost else None,
        "cost_period": draft.cost.period if draft.cost else None,
        "cost_note": draft.cost.note if draft.cost else None,
    }
