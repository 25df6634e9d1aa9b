"""The tables of saved searches: what was asked, the columns that matching reads, and the keys that offers meet."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pgvector.sqlalchemy import BIT, HALFVEC
from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, false
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base
from bot.kit.embedding import DIMENSIONS

RHYTHMS = ("at_once", "daily", "weekly")


class SavedSearch(Base):
    """A search that a person wants to hear of again.

    Attributes:
        name: what they call it; None: it is described by its criteria.
        criteria: see `bot.catalogue.criteria.Criteria`.
        criteria_key: digest of the criteria: the same search is saved once.
        rhythm: at_once, daily or weekly.
        weekday: 0 (Monday) to 6, of a weekly one.
        hour: 0-23 in the person's time zone, of a daily or weekly one.
        next_at: moment of the next digest; None when at once.
        is_paused: told nothing until they say so.
        is_silenced: paused because its person gave no sign of life, and they do not know it yet.
        seen_offer_ids: the offers that they were shown when they saved it: no news for them.
        kind … excluded_programmes: the criteria as matching compares them, unfolded as in `bot.catalogue.filters`
            (countries hold those of regions, fields those next to them, programmes the wider ones, levels those
            reached); None or empty asks for nothing.
        words: what is searched beyond the criteria, or None.
        word_queries: one text search query for each content word of `words`.
        embedding: sentence embedding of `words`.
        bits: signs of `embedding`, only of searches that offers meet by their words and meaning (`keys.py`).
    """

    __tablename__ = "saved_search"
    __table_args__ = (
        UniqueConstraint("person_id", "criteria_key"),
        CheckConstraint(f"rhythm IN {RHYTHMS}", name="rhythm"),
        Index("ix_saved_search_next_at", "next_at", postgresql_where="NOT is_paused"),
        Index("ix_saved_search_bits", "bits", postgresql_using="hnsw", postgresql_ops={"bits": "bit_hamming_ops"}),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[str | None]
    criteria: Mapped[dict[str, Any]]
    criteria_key: Mapped[str]
    rhythm: Mapped[str]
    weekday: Mapped[int | None]
    hour: Mapped[int | None]
    next_at: Mapped[datetime | None]
    is_paused: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_silenced: Mapped[bool] = mapped_column(default=False, server_default=false())
    seen_offer_ids: Mapped[list[int]] = mapped_column(ARRAY(BIGINT))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    kind: Mapped[str | None]
    fields: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    countries: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    city_keys: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    shortest: Mapped[float | None]
    longest: Mapped[float | None]
    start_from: Mapped[date | None]
    start_until: Mapped[date | None]
    age: Mapped[int | None]
    levels: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    programmes: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    organisation: Mapped[str | None]
    excluded_fields: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    excluded_kinds: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    excluded_programmes: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    excluded_countries: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    excluded_cities: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    words: Mapped[str | None]
    word_queries: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    embedding: Mapped[Any | None] = mapped_column(HALFVEC(DIMENSIONS))
    bits: Mapped[str | None] = mapped_column(BIT(DIMENSIONS))


class SearchKey(Base):
    """A key under which offers meet a saved search: each combination of its most telling criteria.

    An offer computes the few dozen keys that it could be met under; only the searches of those keys are compared with
    it, so that the cost grows with what matches, not with all searches.
    """

    __tablename__ = "search_key"

    key: Mapped[str] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(
        ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True, index=True
    )
