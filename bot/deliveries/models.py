"""The ledger of what is sent without being asked at that moment, and what each person wants of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base

KINDS = ("change", "reminder", "step", "question", "silence", "alert", "campaign")  # the most pressing first
STATUSES = ("due", "sending", "sent", "blocked", "failed", "uncertain", "dropped")


class Delivery(Base):
    """One thing to tell one person, once: the ledger's unit is (person, offer, reason).

    Several deliveries may travel in one message (a digest). Nothing is told twice because the three are unique; nothing
    is forgotten because the row stays `due` until a message of the outbox carries it, and comes back to `due` when that
    message expired before it left.

    Attributes:
        kind: what it is, one of `KINDS`; it says who writes the message.
        reason: what makes it unique for this person and offer, such as "alert" or "deadline:7:2027-03-01".
        offer_id: the offer it speaks of, if any.
        source_id: the saved search, campaign or other row that caused it, by `kind`.
        details: what its message needs to know besides, such as {"urgent": true}; no personal data.
        status: due, sending (a message of the outbox carries it), sent, blocked (the person cannot be reached), failed
            (refused by Telegram), uncertain (Telegram's answer was lost), dropped (`error` says why: stale, stopped,
            cancelled, muted, gone).
        due_at: not told before this moment.
        stale_at: told no more from this moment on.
        is_held: waits, whatever the time, such as those of a paused campaign.
        outbox_id: the call of the outbox that carries it, or carried it last.
        attempts: how many calls were written for it.
        settled_at: when its last status was reached.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("person_id", "offer_id", "reason", postgresql_nulls_not_distinct=True),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        Index("ix_delivery_due", "due_at", postgresql_where="status = 'due' AND NOT is_held"),
        Index("ix_delivery_sending", "outbox_id", postgresql_where="status = 'sending'"),
        Index("ix_delivery_source", "kind", "source_id", "status"),
        Index("ix_delivery_offer", "offer_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str]
    reason: Mapped[str]
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"))
    source_id: Mapped[int | None]
    details: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default="due", server_default="due")
    due_at: Mapped[datetime]
    stale_at: Mapped[datetime]
    is_held: Mapped[bool] = mapped_column(default=False, server_default=false())
    outbox_id: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class PushPreferences(Base):
    """What a person wants of messages that they did not ask for at that moment. No row: nothing is ever sent.

    Attributes:
        time_zone: IANA name, such as "Europe/Paris".
        zone_from: where the zone comes from: default, place (inferred from where they live) or told.
        quiet_from: hour (0-23, their time) from which nothing is sent, until `quiet_until`; the same hour twice means
            no quiet hours.
        holidays_off: whether nothing is sent on public holidays of their country.
        most_a_day: messages at the most in one of their days.
        follows_kept: whether kept offers bring reminders and changes; None when it was never asked.
        stopped_at: since when nothing is sent; `stop_reason` is asked, blocked, deactivated, chat_not_found or
            too_young (to agree alone).
        campaigns_stopped_at: since when no campaign is sent; alerts go on.
    """

    __tablename__ = "push_preferences"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    time_zone: Mapped[str] = mapped_column(default="Europe/Paris", server_default="Europe/Paris")
    zone_from: Mapped[str] = mapped_column(default="default", server_default="default")
    quiet_from: Mapped[int] = mapped_column(default=21, server_default="21")
    quiet_until: Mapped[int] = mapped_column(default=8, server_default="8")
    holidays_off: Mapped[bool] = mapped_column(default=True, server_default=true())
    most_a_day: Mapped[int] = mapped_column(default=3, server_default="3")
    follows_kept: Mapped[bool | None]
    agreed_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stop_reason: Mapped[str | None]
    campaigns_stopped_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
