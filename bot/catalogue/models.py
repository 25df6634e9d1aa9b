"""The tables of offers and their places."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pgvector.sqlalchemy import Vector
from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.db.models import Base
from bot.kit.embedding import DIMENSIONS

KINDS = ("internship", "job", "volunteering", "training", "exchange")
STATUSES = ("draft", "to_review", "on_hold", "published", "closed", "expired", "refused", "duplicate")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Offer(Base):
    """Something abroad that a young person can apply to.

    Attributes:
        language: language of the title and description (ISO 639-1).
        field: code of the taxonomy in `bot.vocabulary.fields`.
        start_from: first possible day of departure; None with `start_until` None means any time.
        duration_min: shortest stay in months (0.25 is a week).
        deadline: last day to apply; None for an offer open all year.
        levels: accepted levels (codes of `bot.vocabulary.levels`); empty for no condition.
        languages: list of {"code": ISO 639-1, "level": CEFR}.
        pay_period: hour, day, week, month, year or total.
        cost_amount: what the young person pays.
        covers: among housing, travel, insurance, meals.
        programme: code of `bot.vocabulary.programmes`.
        source: who brought the offer; unique with `external_id`.
        checked_at: when a person last checked it against its source.
        revision: grows by one at each change.
        search_text: what full text and trigrams look into.
        embedding: sentence embedding of the offer, 512 numbers, unit length.
    """

    __tablename__ = "offer"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint(_one_of("kind", KINDS), name="kind"),
        CheckConstraint(_one_of("status", STATUSES), name="status"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    organisation: Mapped[str]
    description: Mapped[str]
    language: Mapped[str]
    field: Mapped[str]
    start_from: Mapped[date | None]
    start_until: Mapped[date | None]
    duration_min: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    duration_max: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    deadline: Mapped[date | None]
    age_min: Mapped[int | None]
    age_max: Mapped[int | None]
    open_to_minors: Mapped[bool] = mapped_column(default=False)
    levels: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    languages: Mapped[list[Any]]
    condition_nationality: Mapped[str | None]
    condition_residence: Mapped[str | None]
    condition_diploma: Mapped[str | None]
    pay_amount: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    pay_currency: Mapped[str | None]
    pay_period: Mapped[str | None]
    cost_amount: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    cost_currency: Mapped[str | None]
    cost_period: Mapped[str | None]
    cost_note: Mapped[str | None]
    covers: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    programme: Mapped[str | None]
    how_to_apply: Mapped[str]
    apply_url: Mapped[str | None]
    source: Mapped[str]
    external_id: Mapped[str]
    is_example: Mapped[bool] = mapped_column(default=False)
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="draft")
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    search_text: Mapped[str] = mapped_column(deferred=True)
    search_vector: Mapped[str] = mapped_column(TSVECTOR, deferred=True)
    embedding: Mapped[Any] = mapped_column(Vector(DIMENSIONS), deferred=True)

    places: Mapped[list[OfferPlace]] = relationship(
        back_populates="offer", lazy="raise", order_by="OfferPlace.rank", cascade="all, delete-orphan"
    )


class OfferPlace(Base):
    """One of an offer's places.

    Attributes:
        country: ISO 3166-1 alpha-2.
        city: as the offer writes it, or None for the whole country.
        city_key: the folded name that searches compare.
    """

    __tablename__ = "offer_place"
    __table_args__ = (Index("ix_offer_place_country", "country", "offer_id"), Index("ix_offer_place_city", "city_key"))

    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str]
    city: Mapped[str | None]
    city_key: Mapped[str | None]

    offer: Mapped[Offer] = relationship(back_populates="places", lazy="raise")
