"""The tables of heartbeats (which processes live, besides procrastinate's workers) and of the runs of chores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base


class ProcessHeartbeat(Base):
    """The last sign of life of one part.

    Attributes:
        name: the part: "worker", "batch", "scheduler" or "sender".
        at: when it gave the sign.
        detail: its state in a word or two, such as "active" or "standby".
    """

    __tablename__ = "process_heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    detail: Mapped[str]


class JobRun(Base):
    """One run of a chore: when, how it ended, what it did in numbers.

    The rows of the task "scheduler" say since when chores are enqueued.

    Attributes:
        task: the queue's name of the chore, such as "alerts:match".
        outcome: running, done or failed.
        detail: numbers by name; for a failed run the kind of error.
    """

    __tablename__ = "job_run"
    __table_args__ = (
        CheckConstraint("outcome IN ('running', 'done', 'failed')", name="outcome"),
        Index("ix_job_run_task", "task", "started_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    task: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str]
    detail: Mapped[dict[str, Any]]
