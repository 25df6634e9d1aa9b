"""The tables of offers, of their places, and of the index that searches read."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pgvector.sqlalchemy import BIT, HALFVEC
from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.db.models import Base
from bot.kit.embedding import DIMENSIONS

KINDS = ("internship", "job", "volunteering", "training", "exchange")
STATUSES = ("draft", "to_review", "on_hold", "published", "closed", "expired", "refused", "duplicate")

_PUBLISHED = "status = 'published'"


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
    """

    __tablename__ = "offer"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint(_one_of("kind", KINDS), name="kind"),
        CheckConstraint(_one_of("status", STATUSES), name="status"),
        Index("ix_offer_deadline", "deadline", postgresql_where=text(_PUBLISHED)),
        Index("ix_offer_start_until", "start_until", postgresql_where=text(_PUBLISHED)),
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


class OfferRevision(Base):
    """What one change made of an offer, field by field; written with the change itself.

    Attributes:
        revision: the offer's revision after it; 1 is its creation.
        status: the offer's status after it; `was_status` before it, None at its creation.
        changes: {field: [before, after]}, JSON values; empty for a creation or a mere change of status.
        matched_at: when saved searches were compared with it; None while that is to be done.
        followed_at: when those who keep the offer were thought of; None while that is to be done.
    """

    __tablename__ = "offer_revision"
    __table_args__ = (
        Index("ix_offer_revision_unmatched", "at", postgresql_where=text("matched_at IS NULL")),
        Index("ix_offer_revision_unfollowed", "at", postgresql_where=text("followed_at IS NULL")),
    )

    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    status: Mapped[str]
    was_status: Mapped[str | None]
    changes: Mapped[dict[str, Any]]
    matched_at: Mapped[datetime | None]
    followed_at: Mapped[datetime | None]


class OfferSearch(Base):
    """What filters read: one short row for each published offer, and none for any other.

    A filter over 100,000 offers reads these rows alone; texts, words and vectors stand elsewhere.

    Attributes:
        countries: the countries of its places.
        city_keys: folded names of its cities, in each language that the vocabulary knows.
        organisation_key: folded name of the organisation.
        spoken: codes of the languages asked for.
        bits: signs of the embedding's numbers, which order offers by meaning nearly as the embedding does, at a
            sixteenth of its size; the nearest are then compared by the embedding itself.
    """

    __tablename__ = "offer_search"
    __table_args__ = (
        Index("ix_offer_search_kind", "kind", "field"),
        Index("ix_offer_search_field", "field"),
        Index("ix_offer_search_programme", "programme"),
        Index("ix_offer_search_countries", "countries", postgresql_using="gin"),
        Index("ix_offer_search_city_keys", "city_keys", postgresql_using="gin"),
        Index(
            "ix_offer_search_organisation",
            "organisation_key",
            postgresql_using="gin",
            postgresql_ops={"organisation_key": "gin_trgm_ops"},
        ),
        Index("ix_offer_search_bits", "bits", postgresql_using="hnsw", postgresql_ops={"bits": "bit_hamming_ops"}),
    )

    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str]
    field: Mapped[str]
    deadline: Mapped[date | None]
    start_from: Mapped[date | None]
    start_until: Mapped[date | None]
    duration_min: Mapped[float | None]
    duration_max: Mapped[float | None]
    age_min: Mapped[int | None]
    age_max: Mapped[int | None]
    open_to_minors: Mapped[bool]
    programme: Mapped[str | None]
    countries: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    levels: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    city_keys: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    spoken: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    bits: Mapped[str] = mapped_column(BIT(DIMENSIONS))
    organisation_key: Mapped[str]
    updated_on: Mapped[date]


class OfferVector(Base):
    """The sentence embedding of a published offer: unit length, 16-bit floats.

    Attributes:
        source_hash: what the rows of the index were computed from; an unchanged offer is not computed again.
    """

    __tablename__ = "offer_vector"

    offer_id: Mapped[int] = mapped_column(ForeignKey("offer_search.offer_id", ondelete="CASCADE"), primary_key=True)
    embedding: Mapped[Any] = mapped_column(HALFVEC(DIMENSIONS))
    source_hash: Mapped[str]


class OfferWords(Base):
    """The words of a published offer, stemmed in French and English.

    Attributes:
        vector: weighted A title, organisation and city, B field, country, kind and programme, C description.
    """

    __tablename__ = "offer_words"
    __table_args__ = (
        Index("ix_offer_words_vector", "vector", postgresql_using="gin"),
        # The whole row stays in place: ranking reads it for every offer that holds a word.
        {"postgresql_with": {"toast_tuple_target": "8160"}},
    )

    offer_id: Mapped[int] = mapped_column(ForeignKey("offer_search.offer_id", ondelete="CASCADE"), primary_key=True)
    vector: Mapped[str] = mapped_column(TSVECTOR)


class OfferLexeme(Base):
    """A word or stem of the search index: what misspelt words are compared with, and how common each one is.

    Attributes:
        offers: number of offers that hold it; 0 when it came after the last count.
        is_name: whether a title, an organisation or a city holds it: misspelt words are compared with these only.
    """

    __tablename__ = "offer_lexeme"
    __table_args__ = (
        Index(
            "ix_offer_lexeme_trigram",
            "lexeme",
            postgresql_using="gin",
            postgresql_ops={"lexeme": "gin_trgm_ops"},
            postgresql_where=text("is_name"),
        ),
    )

    lexeme: Mapped[str] = mapped_column(primary_key=True)
    offers: Mapped[int] = mapped_column(default=0)
    is_name: Mapped[bool] = mapped_column(default=False)
