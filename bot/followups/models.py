"""The tables of kept offers: what became of each, and the plan of the departure."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base

APPLICATIONS = ("not_yet", "applied", "interview", "accepted", "refused", "gave_up")


class SavedOffer(Base):
    """An offer that a person keeps.

    Attributes:
        application: what they said of their application, one of `APPLICATIONS`; None when nothing was said.
        application_at: when they said it.
    """

    __tablename__ = "saved_offer"
    __table_args__ = (
        CheckConstraint(f"application IN {APPLICATIONS}", name="application"),
        Index("ix_saved_offer_offer", "offer_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True)
    saved_at: Mapped[datetime]
    application: Mapped[str | None]
    application_at: Mapped[datetime | None]


class DeparturePlan(Base):
    """The dated steps before a departure, computed backwards from its first day.

    Attributes:
        departs_on: first day of the stay.
    """

    __tablename__ = "departure_plan"
    __table_args__ = (
        ForeignKeyConstraint(
            ["person_id", "offer_id"], ["saved_offer.person_id", "saved_offer.offer_id"], ondelete="CASCADE"
        ),
    )

    person_id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(primary_key=True)
    departs_on: Mapped[date]
    created_at: Mapped[datetime]


class DepartureStep(Base):
    """One step of a departure plan.

    Attributes:
        step: its code in `steps.yml`.
        due_on: the day by which it should be done.
        done_at: when the person ticked it.
    """

    __tablename__ = "departure_step"
    __table_args__ = (
        ForeignKeyConstraint(
            ["person_id", "offer_id"], ["departure_plan.person_id", "departure_plan.offer_id"], ondelete="CASCADE"
        ),
        Index("ix_departure_step_due", "due_on", postgresql_where="done_at IS NULL"),
    )

    person_id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
