"""The table of sourced entries."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base


class KnowledgeEntry(Base):
    """One sourced fact or sheet, as `docs/knowledge.md` describes it.

    Attributes:
        topic: the file it came from: programmes, funding, papers, visas, courses, trades or helplines.
        id: its stable identifier within the topic.
        position: its place in the file.
        content: the whole entry.
        digest: of the shipped file that it was last compared with, so that a new version of the file is noticed.
        checked: the day on which somebody last read its source.
        review: the day from which an answer says that it should be read again.
        is_shown: whether answers may use it.
        edited_at: when somebody changed it here; from then on the shipped file no longer does.
    """

    __tablename__ = "knowledge_entry"
    __table_args__ = (Index("ix_knowledge_entry_review", "review"),)

    topic: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[str]
    checked: Mapped[date]
    review: Mapped[date]
    is_shown: Mapped[bool]
    edited_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
