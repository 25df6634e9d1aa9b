"""The table of calls to make to Telegram, and their lanes and states."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base

# They make no message, so Telegram's limits do not count them, and no order binds them.
FREE_METHODS = frozenset({"answer_callback_query", "send_chat_action", "leave_chat", "delete_message"})
EDIT_METHODS = frozenset({"edit_message_text", "edit_message_reply_markup"})


class Lane(IntEnum):
    """Priority of a call: answers pass before transactional messages, which pass before bulk."""

    ANSWER = 0
    TRANSACTIONAL = 1
    BULK = 2


class OutboxCall(Base):
    """One call of a Bot API method, due or made.

    Attributes:
        channel: "telegram" (the sender takes it) or "terminal" (the terminal prints it).
        chat_id: the chat whose order and pace it follows; None for calls that belong to no chat.
        method: Bot API method in snake_case as python-telegram-bot names it, such as "send_message".
        params: the method's parameters, JSON.
        lane: see `Lane`.
        status: pending, sending, sent, blocked (the person cannot be reached), failed (refused by Telegram),
            expired (too late to be useful), uncertain (the answer was lost), cancelled (withdrawn before it left).
        attempts: tries, other than those that Telegram put off (429).
        repeats: how many times it may be made again when Telegram's answer was lost.
        doubts: how many times that answer was lost; sent after a doubt, it may have arrived more than once.
        not_before: earliest moment of the next try.
        expires_at: after it the call is `expired` instead of sent.
        update_id: the inbox row that caused it, if any.
        message_id: Telegram's identity of the sent message.
    """

    __tablename__ = "outbox_call"
    __table_args__ = (
        CheckConstraint(
            "status IN ('pending', 'sending', 'sent', 'blocked', 'failed', 'expired', 'uncertain', 'cancelled')",
            name="status",
        ),
        Index("ix_outbox_call_open", "channel", "lane", "id", postgresql_where="status IN ('pending', 'sending')"),
        Index("ix_outbox_call_update", "update_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    channel: Mapped[str]
    chat_id: Mapped[int | None]
    lane: Mapped[int] = mapped_column(default=int(Lane.ANSWER))
    method: Mapped[str]
    params: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    repeats: Mapped[int] = mapped_column(default=0, server_default="0")
    doubts: Mapped[int] = mapped_column(default=0, server_default="0")
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    update_id: Mapped[int | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[int | None]
    error: Mapped[str | None]
