"""The commands about sourced entries: list those that must be read again, check what is written."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from bot.cli.shared import print_json, print_table, read_settings, tell
from bot.kit.clock import local_day, utc_now

knowledge = typer.Typer(help="Sourced entries: list, check.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.add_typer(knowledge, name="knowledge", rich_help_panel="Catalogue")


@knowledge.command("list")
def list_all(
    due: Annotated[bool, typer.Option("--due", help="Only those that somebody must read again by today.")] = False,
    topic: Annotated[str | None, typer.Option(help="Only those of this topic, such as funding.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON array.")] = False,
) -> None:
    """List the sourced entries with their confidence and the day of their review."""
    from bot.apps.database import open_database
    from bot.apps.knowledge import listed_entries

    with open_database(read_settings()) as url:
        rows = asyncio.run(listed_entries(url, topic=topic, due_on=local_day(utc_now()) if due else None))
    if as_json:
        print_json(rows)
        return
    _show_table(rows)


@knowledge.command()
def check() -> None:
    """Say what is wrong in the files of entries and in the database; ends with 4 when something is."""
    from bot.apps.database import open_database
    from bot.apps.knowledge import refuse_wrong_entries

    with open_database(read_settings()) as url:
        count = asyncio.run(refuse_wrong_entries(url))
    tell(f"✓ {count} entries, all as they should be.")


def _show_table(rows: list[dict[str, Any]]) -> None:
    names = ("topic", "id", "name", "confidence", "checked", "review", "is_shown", "is_edited")
    print_table(names, [[str(row[name]) for name in names] for row in rows])
