"""Makes one call to Telegram through python-telegram-bot and says in plain terms what came of it."""

from __future__ import annotations

import html
import os
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from telegram import Bot, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, Message
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

POOL_SIZE = 16
# Nothing reached Telegram: the call may be repeated without any doubt.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_GONE_EDIT = ("message to edit not found", "message can't be edited", "message_id_invalid")
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Sent:
    """Telegram took it; `message_id` when it made a message."""

    message_id: int | None = None


@dataclass(frozen=True)
class Later:
    """Telegram did not take it; try again. `after` seconds when it said so (429: everything halts)."""

    reason: str
    after: float | None = None


@dataclass(frozen=True)
class Doubtful:
    """The answer was lost: Telegram may have taken it."""

    reason: str


@dataclass(frozen=True)
class Unreachable:
    """The person blocked the bot, left Telegram, or never was there."""

    reason: str


@dataclass(frozen=True)
class Moved:
    """The chat has another identity now."""

    chat_id: int


@dataclass(frozen=True)
class Refused:
    """Telegram will never take it as it is."""

    reason: str
    retry_as: tuple[str, dict[str, Any]] | None = None


Outcome = Sent | Later | Doubtful | Unreachable | Moved | Refused


def open_bot(token: str, api_url: str, *, read_timeout: float = 10.0) -> Bot:
    """Return python-telegram-bot's client on `api_url`; 16 connections measured best, more is slower."""
    # Without it, each 429 warns that `retry_after` will be a timedelta one day.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    request = HTTPXRequest(connection_pool_size=POOL_SIZE, pool_timeout=30.0, read_timeout=read_timeout)
    polling = HTTPXRequest(connection_pool_size=1, read_timeout=40.0)
    return Bot(token, base_url=f"{api_url}/bot", request=request, get_updates_request=polling)


async def make_call(bot: Bot, method: str, params: dict[str, Any]) -> Outcome:
    """Call `method` with `params` (JSON) and return what came of it, faults of Telegram's or the network's included."""
    try:
        result = await getattr(bot, method)(**_typed(bot, params))
    except TelegramError as error:
        return outcome_of(error, method, params)
    except Exception as error:
        # The call itself is wrong: no such method, parameters that it does not have. Trying again would not mend it.
        return Refused(f"impossible call: {type(error).__name__}")
    return Sent(result.message_id if isinstance(result, Message) else None)


def outcome_of(error: TelegramError, method: str, params: dict[str, Any]) -> Outcome:
    """Return what an error of python-telegram-bot means for the call that met it."""
    match error:
        case RetryAfter():
            wait = error.retry_after
            return Later("http_429", wait.total_seconds() if isinstance(wait, timedelta) else float(wait))
        case Forbidden():
            return Unreachable("deactivated" if "deactivated" in error.message.lower() else "blocked")
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case InvalidToken():
            return Later("token_refused", 30.0)
        case NetworkError():  # python-telegram-bot's BadRequest is one
            is_refusal = isinstance(error, BadRequest)
            return _outcome_of_refusal(error.message, method, params) if is_refusal else _outcome_of_network(error)
    # "Invalid server response": an answer came that is not Telegram's, from a proxy say.
    return Doubtful("unreadable_answer") if "server response" in error.message else Refused(type(error).__name__)


def _outcome_of_refusal(message: str, method: str, params: dict[str, Any]) -> Outcome:
    text = message.lower()
    if "not modified" in text:
        return Sent(params.get("message_id"))
    if "query is too old" in text:
        return Refused("expired")
    if "chat not found" in text:
        return Unreachable("chat_not_found")
    if method == "edit_message_text" and any(phrase in text for phrase in _GONE_EDIT):
        fresh = {key: value for key, value in params.items() if key != "message_id"}
        return Refused(message, retry_as=("send_message", fresh))
    if "can't parse entities" in text and "parse_mode" in params:
        plain = {key: value for key, value in params.items() if key != "parse_mode"}
        plain["text"] = html.unescape(_TAG.sub("", str(plain.get("text", ""))))
        return Refused(message, retry_as=(method, plain))
    return Refused(message)


def _outcome_of_network(error: NetworkError) -> Outcome:
    cause = error.__cause__
    if isinstance(cause, _NOT_SENT):
        return Later(type(cause).__name__)
    if isinstance(cause, httpx.HTTPError):
        return Doubtful(type(cause).__name__)
    return Later("http_5xx")  # an answer came, and it was an error of the server's


def _typed(bot: Bot, params: dict[str, Any]) -> dict[str, Any]:
    typed = dict(params)
    if isinstance(markup := typed.get("reply_markup"), dict):
        typed["reply_markup"] = InlineKeyboardMarkup.de_json(markup, bot)
    if isinstance(preview := typed.get("link_preview_options"), dict):
        typed["link_preview_options"] = LinkPreviewOptions.de_json(preview, bot)
    if isinstance(document := typed.get("document"), dict):  # a small text file, written in the row itself
        typed["document"] = InputFile(document["content"].encode(), filename=document["filename"])
    return typed
