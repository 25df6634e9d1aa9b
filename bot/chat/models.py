"""The tables of keyboards (what each button of a sent message means, and for whom) and of the bot's own account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base


class Keyboard(Base):
    """The buttons of one message. Telegram gets only the keyboard's opaque identity and the button's rank.

    Attributes:
        id: 12 random characters of a-z0-9.
        person_id: who may press it.
        buttons: list of {"verb": str, "arguments": {...}, "label": str} in order; a rank in callback data points here.
    """

    __tablename__ = "keyboard"
    __table_args__ = (Index("ix_keyboard_person", "person_id", "created_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    buttons: Mapped[list[Any]]
    created_at: Mapped[datetime]


class BotAccount(Base):
    """The bot as Telegram names it, remembered so that shared links can be written without asking Telegram.

    Attributes:
        bot_id: its Telegram identity, the digits before the colon of its token.
        username: its public handle, without the @.
    """

    __tablename__ = "bot_account"

    bot_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    username: Mapped[str]
    seen_at: Mapped[datetime]
