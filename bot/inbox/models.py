"""The tables of received updates and of the polling offset."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base


class InboxUpdate(Base):
    """One update as it arrived, kept until it is answered.

    Attributes:
        channel: "telegram" or "terminal".
        update_id: identity given by the channel; the same one twice is one update.
        chat_id: the chat it belongs to, or None when it has none (or none that can be read).
        kind: the Bot API's name of what it holds: "message", "callback_query", …
        payload: the update as received, less names and handles; emptied once `done`.
        attempts: how often the work on it was cut short (its worker died, its job was lost).
        status: received, done, or dead (cannot be answered; `error` says why).
    """

    __tablename__ = "inbox_update"
    __table_args__ = (
        UniqueConstraint("channel", "update_id"),
        CheckConstraint("status IN ('received', 'done', 'dead')", name="status"),
        Index("ix_inbox_update_open", "id", postgresql_where="status = 'received'"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    channel: Mapped[str]
    update_id: Mapped[int]
    chat_id: Mapped[int | None]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    status: Mapped[str] = mapped_column(default="received")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class PollOffset(Base):
    """Where polling goes on: the next `offset` of getUpdates, moved only with the rows it confirms."""

    __tablename__ = "inbox_poll_offset"

    bot_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next_offset: Mapped[int]
