"""What each answer of Telegram means for the call that met it."""

from __future__ import annotations

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from bot.outbox.models import Lane, OutboxCall
from bot.outbox.service import status_after_doubt
from bot.outbox.telegram_calls import Doubtful, Later, Moved, Outcome, Refused, Sent, Unreachable, outcome_of

PARAMS = {"chat_id": 1, "message_id": 9, "text": "<b>5 &lt; 6</b>", "parse_mode": "HTML"}


def caused_by(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), Unreachable("blocked")),
        (Forbidden("Forbidden: user is deactivated"), Unreachable("deactivated")),
        (BadRequest("Chat not found"), Unreachable("chat_not_found")),
        (ChatMigrated(-1005), Moved(-1005)),
        (InvalidToken("Unauthorized"), Later("token_refused", 30.0)),
        (BadRequest("Message is not modified: x"), Sent(9)),
        (BadRequest("Query is too old and response timeout expired"), Refused("expired")),
        (BadRequest("Message is too long"), Refused("Message is too long")),
        (NetworkError("Bad Gateway"), Later("http_5xx")),
        (caused_by(NetworkError("x"), httpx.ConnectError("x")), Later("ConnectError")),
        (caused_by(TimedOut(), httpx.PoolTimeout("x")), Later("PoolTimeout")),
        (caused_by(TimedOut(), httpx.ReadTimeout("x")), Doubtful("ReadTimeout")),
        (caused_by(NetworkError("x"), httpx.RemoteProtocolError("x")), Doubtful("RemoteProtocolError")),
        (TelegramError("Invalid server response"), Doubtful("unreadable_answer")),
        (Conflict("x"), Refused("Conflict")),
    ],
)
def test_each_error_has_its_meaning(error: TelegramError, outcome: Outcome) -> None:
    assert outcome_of(error, "edit_message_text", PARAMS) == outcome


def test_a_text_whose_markup_is_refused_is_sent_plain_and_readable() -> None:
    refusal = outcome_of(BadRequest("Can't parse entities: x"), "send_message", {"chat_id": 1} | PARAMS)
    assert isinstance(refusal, Refused)
    assert refusal.retry_as is not None
    assert refusal.retry_as[1]["text"] == "5 < 6"
    assert "parse_mode" not in refusal.retry_as[1]


@pytest.mark.parametrize(
    ("method", "lane", "attempts", "status"),
    [
        ("send_message", Lane.ANSWER, 1, "pending"),
        ("send_message", Lane.ANSWER, 2, "uncertain"),
        ("send_message", Lane.TRANSACTIONAL, 1, "uncertain"),
        ("send_message", Lane.BULK, 1, "uncertain"),
        ("edit_message_text", Lane.BULK, 9, "pending"),
        ("answer_callback_query", Lane.ANSWER, 9, "pending"),
    ],
)
def test_a_doubt_is_settled_by_lane_and_method(method: str, lane: Lane, attempts: int, status: str) -> None:
    assert status_after_doubt(OutboxCall(method=method, lane=int(lane), attempts=attempts)) == status
