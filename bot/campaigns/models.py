"""The table of campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base

STATUSES = ("draft", "scheduled", "running", "paused", "done", "cancelled")


class Campaign(Base):
    """A message of the advisers to everybody whom its segment means.

    Attributes:
        name: what advisers call it.
        texts: the message by language; people whose language is missing get the French one.
        link: address of its one button, or None; `link_labels` are its words by language.
        segment: who is meant, see `bot.campaigns.segments.Segment`.
        status: draft, scheduled, running, paused, done (everybody is in the ledger and nothing waits) or cancelled.
        scheduled_at: not before this moment.
        expires_at: what has not left by then is dropped.
        expanded_to: the last person (by identity) that was written into the ledger: the next batch begins after.
        is_expanded: whether everybody meant is in the ledger.
    """

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint(f"status IN {STATUSES}", name="status"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    texts: Mapped[dict[str, Any]]
    link: Mapped[str | None]
    link_labels: Mapped[dict[str, Any]]
    segment: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default="draft")
    scheduled_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    expanded_to: Mapped[int] = mapped_column(default=0)
    is_expanded: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
