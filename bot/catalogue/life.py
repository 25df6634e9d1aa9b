"""The life of offers: written, changed, published, closed, expired."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.catalogue.drafts import OfferDraft
from bot.catalogue.indexing import index_offers
from bot.catalogue.models import Offer, OfferPlace, OfferSearch
from bot.catalogue.places import city_key
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
) -> Saved:
    """Write offers, each known by `source` and its external id: made when new, changed when it differs.

    A changed offer's revision grows by one. With `publish`, drafts and expired offers are published, but what a person
    closed, refused or put on hold stays so; an offer that is over already is written and not published.
    """
    known = await _known_offers(session, source, [draft.external_id for draft in drafts])
    outcome: dict[str, list[str]] = {"created": [], "updated": [], "unchanged": []}
    touched: list[Offer] = []
    for draft in drafts:
        offer = known.get(draft.external_id)
        is_new = offer is None
        if offer is None:
            offer = _new_offer(source, draft, now, is_example=is_example)
            session.add(offer)
        is_changed = _write(offer, draft)
        is_changed |= publish and _publish(offer, checked_by, now)
        if is_changed and not is_new:
            offer.revision += 1
        if is_changed:
            offer.updated_at = now
        touched.append(offer)
        outcome["created" if is_new else "updated" if is_changed else "unchanged"].append(draft.external_id)
    await session.flush()
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
    offer = (await load_offers(session, [offer_id])).get(offer_id)
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
    offer.status = status
    offer.revision += 1
    offer.updated_at = now
    await session.flush()
    await index_offers(session, [offer], embedder=embedder)
    return offer


async def close_offer(session: AsyncSession, offer_id: int, *, embedder: Embedder, now: datetime) -> Offer:
    """Take an offer out of what young people see, for good unless an adviser publishes it again."""
    return await change_status(session, offer_id, "closed", embedder=embedder, now=now)


async def expire_offers(session: AsyncSession, *, now: datetime) -> int:
    """Mark as expired the published offers whose deadline or last day of departure has passed; return how many.

    The search leaves them out from their last day on by itself: this keeps its index small and the lists true.
    """
    today = local_day(now)
    is_past = or_(Offer.deadline < today, Offer.start_until < today)
    statement = (
        update(Offer)
        .where(Offer.status == "published", is_past)
        .values(status="expired", revision=Offer.revision + 1, updated_at=now)
        .returning(Offer.id)
        .execution_options(synchronize_session=False)
    )
    ids = list(await session.scalars(statement))
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
    rows = await session.scalars(
        select(Offer).where(tuple_(Offer.source, Offer.external_id).in_(pairs)).options(selectinload(Offer.places))
    )
    return {offer.external_id: offer for offer in rows}


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


def _write(offer: Offer, draft: OfferDraft) -> bool:
    """Write the draft's values in the offer; return whether any differs."""
    is_changed = False
    for name, value in _values(draft).items():
        if getattr(offer, name, None) != value:
            setattr(offer, name, value)
            is_changed = True
    before = [(place.country, place.city) for place in offer.places]
    after = [(place.country, place.city) for place in draft.places]
    if before != after:
        offer.places = [
            OfferPlace(rank=rank, country=country, city=city, city_key=city_key(city, country) if city else None)
            for rank, (country, city) in enumerate(after)
        ]
        is_changed = True
    return is_changed


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
