"""The table of people. No name, no birth date, no phone: a chat to answer in, and a language."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Identity, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base


class Person(Base):
    """Somebody who writes to the assistant.

    Attributes:
        channel: "telegram" or "terminal".
        chat_id: the private chat on that channel.
        language: language of their last clear message or their own choice: fr, en, es or ar.
        language_chosen: whether they chose it; then a message does not change it by itself.
        is_formal: whether they chose to be addressed with "vous" (in Spanish "usted").
        is_plain: whether they chose plain language (FALC): shorter sentences, one idea a line.
        telegram_language: what their Telegram client says, such as "fr" or "pt-br".
        welcomed_at: when the first-contact notice was sent.
        unreachable_at: when Telegram said that they blocked the bot or left.
    """

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("channel", "chat_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    channel: Mapped[str]
    chat_id: Mapped[int]
    language: Mapped[str | None]
    language_chosen: Mapped[bool] = mapped_column(default=False)
    is_formal: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_plain: Mapped[bool] = mapped_column(default=False, server_default=false())
    telegram_language: Mapped[str | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    welcomed_at: Mapped[datetime | None]
    unreachable_at: Mapped[datetime | None]
    unreachable_reason: Mapped[str | None]
