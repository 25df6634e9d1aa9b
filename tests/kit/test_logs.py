"""Logs are one line of JSON each, without tokens."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.kit.logs import configure_logs
from tests.fixtures.bot_api import TOKEN


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_line_is_json_and_holds_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", process="worker")
    structlog.get_logger("tests").info("called", url=f"https://api.telegram.org/bot{TOKEN}/getMe", note="a\nb\x1b[31m")
    logging.getLogger("tests").warning("POST https://api.telegram.org/bot%s/getMe", TOKEN)
    logging.getLogger("httpx").info("HTTP Request: %s", TOKEN)
    written = capsys.readouterr().err
    lines = [json.loads(line) for line in written.splitlines()]
    assert len(lines) == 2
    assert TOKEN not in written
    assert "\x1b" not in written
    assert {line["process"] for line in lines} == {"worker"}


def test_a_token_in_a_traceback_or_inside_a_value_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", process="worker")
    try:
        raise ValueError(TOKEN)
    except ValueError:
        structlog.get_logger("tests").exception("failed", details={"url": TOKEN}, tried=[TOKEN])
    assert TOKEN not in capsys.readouterr().err
