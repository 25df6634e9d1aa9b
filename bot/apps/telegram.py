"""The Telegram process: introduces the bot, receives by polling (or sets the webhook), and sends the outbox."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.apps.ingress import ALLOWED_UPDATES
from bot.apps.poller import poll_until
from bot.apps.running import sleep_or_stop
from bot.apps.telegram_profile import publish_profile
from bot.chat.accounts import remember_account
from bot.db.service import Sessions, open_engine, sessions_of, transaction
from bot.deliveries.service import stop_unreachable
from bot.kit.clock import Clock, utc_now
from bot.kit.errors import ConfigurationError
from bot.kit.settings import Settings
from bot.outbox.pacing import Pacer
from bot.outbox.sender import Sender
from bot.outbox.telegram_calls import open_bot
from bot.profiles.service import move_chat
from bot.queue.heartbeats import beat_until
from bot.queue.service import open_queue

_LONGEST_PAUSE = 60.0
_WEBHOOK_CONNECTIONS = 20
_log = structlog.get_logger(__name__)


async def run_telegram(stop: asyncio.Event, settings: Settings, database_url: str, *, clock: Clock = utc_now) -> None:
    """Receive and send until `stop` is set; while Telegram does not answer, try again.

    Raises:
        ConfigurationError: there is no token.
    """
    if not settings.has_telegram:
        raise ConfigurationError(
            "there is no bot token", setting="ESCALE_TELEGRAM_TOKEN", mend="ask @BotFather for one, put it in .env"
        )
    engine = open_engine(database_url, pool_size=8)
    bot = open_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    try:
        sessions = sessions_of(engine)
        if await _introduce(stop, bot, sessions, settings, clock=clock):
            await _work(stop, bot, sessions, settings, database_url, clock=clock)
    finally:
        await asyncio.gather(bot.shutdown(), engine.dispose(), return_exceptions=True)


async def _work(
    stop: asyncio.Event, bot: Bot, sessions: Sessions, settings: Settings, database_url: str, *, clock: Clock
) -> None:
    sender = Sender(
        bot,
        sessions,
        database_url,
        clock=clock,
        on_unreachable=partial(_stop_unreachable, clock=clock),
        on_moved=_move_chat,
        pacer=Pacer(overall_rate=settings.sender_rate, chat_rate=settings.sender_chat_rate),
    )
    profile = asyncio.create_task(_publish_profile(stop, bot, settings))
    works = [
        sender.run(stop),
        beat_until(stop, sessions, "sender", clock=clock, detail=lambda: "active" if sender.is_active else "standby"),
    ]
    if not settings.telegram_webhook_url:
        queue = open_queue(database_url)
        works.append(poll_until(stop, bot, sessions, queue, database_url=database_url, clock=clock))
    try:
        await asyncio.gather(*works)
    finally:
        profile.cancel()
        await asyncio.gather(profile, return_exceptions=True)


async def _introduce(stop: asyncio.Event, bot: Bot, sessions: Sessions, settings: Settings, *, clock: Clock) -> bool:
    """Learn who the bot is and tell Telegram where updates go; return False when stopped before that worked."""
    pause = 1.0
    while not stop.is_set():
        try:
            await bot.initialize()
            await _choose_reception(bot, settings)
            async with transaction(sessions) as session:
                await remember_account(session, bot_id=bot.id, username=bot.username, now=clock())
        except InvalidToken:
            _log.error("token_refused", mend="check ESCALE_TELEGRAM_TOKEN with @BotFather")
            pause = _LONGEST_PAUSE
        except Exception as error:
            _log.warning("telegram_not_ready", error=type(error).__name__, pause=pause)
        else:
            _log.info("telegram_ready", username=bot.username, webhook=bool(settings.telegram_webhook_url))
            return True
        await sleep_or_stop(stop, pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
    return False


async def _choose_reception(bot: Bot, settings: Settings) -> None:
    """Set the webhook, or remove it so that polling is allowed; updates that wait are kept in both cases."""
    if not settings.telegram_webhook_url:
        await bot.delete_webhook(drop_pending_updates=False)
        return
    await bot.set_webhook(
        settings.telegram_webhook_url,
        secret_token=settings.secret_for_webhook(),
        allowed_updates=ALLOWED_UPDATES,
        max_connections=_WEBHOOK_CONNECTIONS,
        drop_pending_updates=False,
    )


async def _publish_profile(stop: asyncio.Event, bot: Bot, settings: Settings) -> None:
    """Publish commands and descriptions; it may take long, and nobody waits for it."""
    while not stop.is_set():
        try:
            await publish_profile(bot, settings.data_path / "telegram-profile")
        except RetryAfter as error:
            wait = error.retry_after
            await sleep_or_stop(stop, wait.total_seconds() if isinstance(wait, timedelta) else float(wait))
        except TelegramError as error:
            _log.warning("profile_not_published", error=type(error).__name__)
            await sleep_or_stop(stop, _LONGEST_PAUSE)
        else:
            return


async def _stop_unreachable(session: AsyncSession, chat_id: int, reason: str, *, clock: Clock) -> None:
    await stop_unreachable(session, channel="telegram", chat_id=chat_id, reason=reason, now=clock())


async def _move_chat(session: AsyncSession, chat_id: int, new_chat_id: int) -> None:
    await move_chat(session, channel="telegram", chat_id=chat_id, new_chat_id=new_chat_id)
