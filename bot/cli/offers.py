"""The commands about the catalogue: add, import, list, close."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.shared import LARGEST, print_json, print_table, read_settings, tell

_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, show_default=False)]
_Publish = Annotated[bool, typer.Option("--publish", help="Show them to young people at once.")]
_ID = Annotated[int, typer.Argument(metavar="ID", max=LARGEST, help="Number of the offer, from the list.")]
_By = Annotated[str, typer.Option(help="Who checked them.")]

offers = typer.Typer(help="The catalogue: add, import, list, publish, close.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.add_typer(offers, name="offers", rich_help_panel="Catalogue")


@offers.command()
def add(file: _File, publish: _Publish = False, by: _By = "escale") -> None:
    """Add the offers of a YAML file (one, or a list); an offer that is known already is brought up to date."""
    _save(file, source="escale", publish=publish, by=by)


@offers.command("import")
def import_file(
    file: _File,
    publish: _Publish = False,
    by: _By = "escale",
    source: Annotated[str | None, typer.Option(help="Where they come from; by default the file's name.")] = None,
) -> None:
    """Import a CSV file: everything is checked first, and nothing is written when a line is wrong."""
    _save(file, source=source or file.stem, publish=publish, by=by)


def _save(file: Path, *, source: str, publish: bool, by: str) -> None:
    from bot.apps.database import open_database
    from bot.apps.offers import add_file

    with open_database(read_settings()) as url:
        saved = asyncio.run(add_file(url, file, source=source, publish=publish, by=by))
    tell(f"✓ {len(saved.created)} new, {len(saved.updated)} changed, {len(saved.unchanged)} the same.")


@offers.command("list")
def list_all(
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON array.")] = False,
    status: Annotated[str | None, typer.Option(help="Only those of this status, such as published.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST, help="At most so many.")] = 100_000,
) -> None:
    """List the offers, the last changed first."""
    from bot.apps.database import open_database
    from bot.apps.offers import list_offers

    with open_database(read_settings()) as url:
        rows = asyncio.run(list_offers(url, status=status, limit=limit))
    if as_json:
        print_json(rows)
        return
    _show_table(rows)


def _show_table(rows: list[dict[str, Any]]) -> None:
    names = ("id", "kind", "status", "title", "organisation", "places", "deadline")
    shown = [{**row, "places": ", ".join(row["places"]), "deadline": row["deadline"] or ""} for row in rows]
    print_table(names, [[str(row[name]) for name in names] for row in shown])


@offers.command()
def close(offer_id: _ID) -> None:
    """Close an offer: young people do not see it any more."""
    from bot.apps.database import open_database
    from bot.apps.offers import close_offer

    with open_database(read_settings()) as url:
        title = asyncio.run(close_offer(url, offer_id))
    tell(f"✓ Closed: {title}")


@offers.command()
def publish(
    offer_id: _ID,
    by: Annotated[str, typer.Option(help="Who checked it.")] = "console",
) -> None:
    """Publish a draft, or an offer that was closed or on hold: young people find it from now on."""
    from bot.apps.database import open_database
    from bot.apps.offers import publish_offer

    with open_database(read_settings()) as url:
        title = asyncio.run(publish_offer(url, offer_id, by=by))
    tell(f"✓ Published: {title}")
