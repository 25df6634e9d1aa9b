"""The table of heartbeats: which processes live, besides procrastinate's workers, who have their own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base


class ProcessHeartbeat(Base):
    """The last sign of life of one part.

    Attributes:
        name: the part: "scheduler", "sender" or "poller".
        at: when it gave the sign.
        detail: its state in a word or two, such as "active" or "standby".
    """

    __tablename__ = "process_heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    detail: Mapped[str]
