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

from bot.outbox.doubts import PUSH_REPEATS, note_doubt
from bot.outbox.models import OutboxCall
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
    ("method", "repeats", "doubts", "status", "wait"),
    [
        ("send_message", 1, 0, "pending", (0.5, 1)),
        ("send_message", 1, 1, "uncertain", (0.5, 1)),
        ("send_message", 0, 0, "uncertain", (0.5, 1)),
        ("send_message", PUSH_REPEATS, 0, "pending", (30, 30)),
        ("send_message", PUSH_REPEATS, 1, "pending", (120, 120)),
        ("send_message", PUSH_REPEATS, 4, "pending", (7200, 7200)),
        ("send_message", PUSH_REPEATS, 5, "uncertain", (7200, 7200)),
        ("edit_message_text", 0, 9, "pending", (0.5, 1)),
        ("answer_callback_query", 1, 9, "pending", (0.5, 1)),
    ],
)
def test_a_doubt_is_settled_by_what_the_call_allows(
    method: str, repeats: int, doubts: int, status: str, wait: tuple[float, float]
) -> None:
    call = OutboxCall(method=method, repeats=repeats, doubts=doubts, attempts=1)
    assert wait[0] <= note_doubt(call, reason="ReadTimeout") <= wait[1]
    assert (call.status, call.doubts, call.error) == (status, doubts + 1, "ReadTimeout")
