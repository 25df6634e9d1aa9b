"""What the commands share: where progress, complaints and results go."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console

from bot.kit.clock import TOWN_ZONE
from bot.kit.settings import Settings

_PIPED_WIDTH = 200
LARGEST = 2**63 - 1  # of what the database numbers
MOST_DAYS = 3650


def read_settings() -> Settings:
    """Return the settings of the environment and of .env."""
    return Settings()


def tell(line: str) -> None:
    """Write a line of progress, on standard error."""
    print(line, file=sys.stderr, flush=True)


def complain(message: str) -> None:
    """Write what went wrong, on standard error, one line a problem."""
    for line in message.splitlines():
        print(f"escale: {line}", file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """Write one result as a line of JSON, on standard output."""
    print(json.dumps(value, ensure_ascii=False, default=str), flush=True)


def print_table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows under their names, on standard output; square brackets are words, whoever wrote them."""
    from rich.table import Table
    from rich.text import Text

    table = Table(*names)
    for row in rows:
        table.add_row(*map(Text, row))
    standard_output().print(table)


def town_time(moment: datetime, shape: str = "%Y-%m-%d %H:%M") -> str:
    """Return a moment as people of the town read it on their clocks."""
    return moment.astimezone(TOWN_ZONE).strftime(shape)


def standard_error() -> Console:
    """Return the console for people who watch; plain lines when it is no terminal."""
    return Console(stderr=True)


def standard_output() -> Console:
    """Return the console for results that people read; wide where no terminal sets the width."""
    return Console() if sys.stdout.isatty() else Console(width=_PIPED_WIDTH)
