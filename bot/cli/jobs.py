"""The command about chores: which ran, when, what came of them, and which are late."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.shared import print_json, read_settings, standard_output, town_time

if TYPE_CHECKING:
    from bot.apps.jobs import ChoreReport

_PANEL = "Installation"
_COLOURS = {"done": "green", "failed": "red", "never": "yellow"}


def add_to(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command(rich_help_panel=_PANEL)(jobs)


def jobs(json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    """Show each chore: its last run, what it did, when it comes next, whether it is late (then the exit code is 1)."""
    from bot.apps.database import open_database
    from bot.apps.jobs import read_jobs
    from bot.kit.clock import utc_now

    with open_database(read_settings()) as url:
        reports = asyncio.run(read_jobs(url, now=utc_now()))
    if json:
        for report in reports:
            print_json(asdict(report))
    else:
        _print_table(reports)
    raise typer.Exit(1 if any(report.is_overdue for report in reports) else 0)


def _print_table(reports: list[ChoreReport]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("task", "last run", "outcome", "what it did", "last success", "next", box=None, pad_edge=False)
    for report in reports:
        outcome = f"[{_COLOURS.get(report.outcome, 'cyan')}]{report.outcome}[/]"
        table.add_row(
            report.task, _shown(report.last_run), outcome, escape(_counts(report.detail)), _shown(report.last_success),
            "[red]late[/]" if report.is_overdue else _shown(report.next_at),
        )  # fmt: skip
    standard_output().print(table, highlight=False)


def _shown(moment: datetime | None) -> str:
    return town_time(moment, "%d/%m %H:%M:%S") if moment else "–"


def _counts(detail: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in detail.items())
