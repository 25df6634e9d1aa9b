"""The commands about the installation: bring the database up to date, load the examples, find what is missing."""

from __future__ import annotations

import asyncio

import typer

from bot.cli.shared import read_settings, standard_output, tell

_PANEL = "Installation"


def add_to(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.command(rich_help_panel=_PANEL)(migrate)
    app.command("demo-data", rich_help_panel=_PANEL)(demo_data)
    app.command(rich_help_panel=_PANEL)(doctor)


def migrate() -> None:
    """Bring the database to the newest version; harmless when it is there."""
    from bot.apps.database import open_database
    from bot.migrations.service import migrate as apply_migrations
    from bot.migrations.service import newest_revision

    with open_database(read_settings()) as url:
        apply_migrations(url)
    tell(f"✓ The database is at version {newest_revision()}.")


def demo_data() -> None:
    """Load the example offers, or bring their dates up to date; doubles nothing."""
    from bot.apps.database import open_database
    from bot.apps.offers import add_examples

    with open_database(read_settings()) as url:
        saved = asyncio.run(add_examples(url))
    tell(f"✓ Example offers: {len(saved.created)} new, {len(saved.updated)} changed, {len(saved.unchanged)} the same.")


def doctor() -> None:
    """Check the installation: what works, what does not, and the command that mends it."""
    from rich.markup import escape

    from bot.apps.doctor import examine

    console = standard_output()
    is_well = True
    for check in examine(read_settings()):
        mark = "[green]✓[/]" if check.is_well else "[yellow]–[/]" if check.is_optional else "[red]✗[/]"
        is_well &= check.is_well or check.is_optional
        console.print(f"{mark} {check.name}: {escape(check.detail)}", highlight=False, soft_wrap=True)
        if not check.is_well and check.mend:
            console.print(f"    → {check.mend}", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(0 if is_well else 1)
