"""The command about what the assistant sends by itself: what became of it."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated, Any

import typer

from bot.cli.shared import MOST_DAYS, print_json, print_table, read_settings, tell

_COLUMNS = ("day", "kind", "total", "due", "sending", "sent", "repeated", "blocked", "failed", "expired", "uncertain")


class Kind(StrEnum):
    """Kinds of deliveries."""

    CHANGE = "change"
    REMINDER = "reminder"
    STEP = "step"
    QUESTION = "question"
    SILENCE = "silence"
    ALERT = "alert"
    CAMPAIGN = "campaign"


def add_to(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command(rich_help_panel="Alerts and campaigns")(deliveries)


def deliveries(
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How many days back.")] = 7,
    kind: Annotated[Kind | None, typer.Option(help="Only those of this kind.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON array.")] = False,
) -> None:
    """Report what became of the alerts, reminders and campaigns, by the day on which they were planned.

    `repeated` are those of `sent` that may have arrived twice, because Telegram's answer was lost; `expired` became too
    late to be worth telling; `uncertain` may have arrived: Telegram's answer was lost, and they are not sent again;
    `dropped` were withdrawn, with why. Of kind `silence` is what people are told who have not written for long.
    """
    from bot.apps.database import open_database
    from bot.apps.deliveries import read_report
    from bot.kit.clock import utc_now

    with open_database(read_settings()) as url:
        rows = asyncio.run(read_report(url, days=days, kind=kind, now=utc_now()))
    if as_json:
        print_json(rows)
    elif not rows:
        tell("Nothing was planned.")
    else:
        _show(rows)


def _show(rows: list[dict[str, Any]]) -> None:
    shown = []
    for row in rows:
        why = ", ".join(f"{count} {name}" for name, count in sorted(row["dropped"].items()))
        shown.append([*(str(row[name]) for name in _COLUMNS), why])
    print_table((*_COLUMNS, "dropped"), shown)
