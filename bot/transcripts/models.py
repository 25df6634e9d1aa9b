"""The table of logged messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base


class LoggedMessage(Base):
    """One message of a conversation.

    Attributes:
        direction: "in" (the person wrote or pressed) or "out" (the assistant answered).
        text: the masked text.
        intent: what was understood, for "in"; "button" for a pressed button.
        entities: masked entities as `escale parse` prints them.
        latency_ms: from the update's reception to the answer's enqueueing, for "out".
        source: who understood: "rasa", "rules" (before Rasa), "simple" (without Rasa) or "button"; "push" for
            an "out" that answers nothing.
        model_version: the Rasa model, when it answered.
    """

    __tablename__ = "logged_message"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        Index("ix_logged_message_person", "person_id", "id"),
        Index("ix_logged_message_at", "at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    direction: Mapped[str]
    text: Mapped[str]
    language: Mapped[str | None]
    intent: Mapped[str | None]
    confidence: Mapped[float | None]
    entities: Mapped[list[Any]]
    source: Mapped[str | None]
    model_version: Mapped[str | None]
    latency_ms: Mapped[int | None]
    update_id: Mapped[int | None]


class ConversationFlag(Base):
    """A conversation that an operator must look at.

    Attributes:
        reason: why, such as "emergency".
        at: when it was first flagged since somebody looked.
        times: how many messages have raised it since.
        seen_at: when an operator looked; the next message that raises it makes a new row.
    """

    __tablename__ = "conversation_flag"
    __table_args__ = (
        Index(
            "uq_conversation_flag_unseen", "person_id", "reason", unique=True, postgresql_where=text("seen_at IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    reason: Mapped[str]
    at: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)
    seen_at: Mapped[datetime | None]
