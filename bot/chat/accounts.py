"""The bot's own account: learnt from Telegram at each start, read when an answer holds a link to the bot."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.models import BotAccount


async def remember_account(session: AsyncSession, *, bot_id: int, username: str, now: datetime) -> None:
    """Store the bot's public handle, without the @; the same bot again replaces it."""
    statement = insert(BotAccount).values(bot_id=bot_id, username=username, seen_at=now)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["bot_id"], set_={"username": username, "seen_at": now})
    )


async def link_base(session: AsyncSession) -> str:
    """Return the address of the bot seen last, such as "https://t.me/escale_bot", or "" before any was."""
    query = select(BotAccount.username).order_by(BotAccount.seen_at.desc()).limit(1)
    username = (await session.scalars(query)).one_or_none()
    return f"https://t.me/{username}" if username else ""
