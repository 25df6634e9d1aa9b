"""The state of a conversation, owned by these tables: Rasa's own tracker may vanish at any time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base

# In the place of criteria; a search for everything has none.
KEPT = {"kept": True}


class Conversation(Base):
    """Where a person's conversation stands.

    Attributes:
        criteria: the running search (see `bot.catalogue.criteria.Criteria`), or None.
        list_id: the result list last shown.
        page: its page last shown, from 0.
        offer_id: the offer whose details were last shown.
        pending_question: what the assistant asked and waits for, such as "which_kind".
        situation: what the person said of themselves and that answers depend on (age, status, nationality…), by the
            names of `bot.knowledge.conditions`; forgotten with a restart, or after thirty silent days.
        flow: the several questions under way, such as those of the funding answer; None when there are none.
        rasa_epoch: number of the short Rasa conversation in use.
        rasa_turns: turns spent in it; a fresh one is begun after a few.
        simple_notice_at: when the person was last told of the simple mode.
    """

    __tablename__ = "conversation"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    criteria: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    list_id: Mapped[int | None]
    page: Mapped[int] = mapped_column(default=0)
    offer_id: Mapped[int | None]
    pending_question: Mapped[str | None]
    situation: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    flow: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    rasa_epoch: Mapped[int] = mapped_column(default=0)
    rasa_turns: Mapped[int] = mapped_column(default=0)
    simple_notice_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class ResultList(Base):
    """The offers that one search found, in order, as they stood: pages stay the same while offers change.

    Attributes:
        criteria: what was searched; `KEPT` for the list of the offers that the person keeps.
        offer_ids: at most 200, best first.
        reasons: for each offer, in the same order, the codes of why it matched.
        total: how many the search found in all.
    """

    __tablename__ = "result_list"
    __table_args__ = (Index("ix_result_list_person", "person_id", "created_at"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    criteria: Mapped[dict[str, Any]]
    offer_ids: Mapped[list[int]] = mapped_column(ARRAY(BIGINT))
    reasons: Mapped[list[Any]]
    total: Mapped[int]
    created_at: Mapped[datetime]
