"""The commands about campaigns: write, preview, test, schedule, pause, resume, cancel, report."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.shared import LARGEST, print_json, print_table, read_settings, standard_output, tell, town_time

_ID = Annotated[int, typer.Argument(metavar="ID", max=LARGEST, help="Number of the campaign, from the list.")]
_Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
_UNCERTAIN = (
    "uncertain: Telegram's answer was lost, so the message may have arrived. It is not sent again, so that nobody gets"
    " it twice; there is nothing to do."
)

campaigns = typer.Typer(
    help="Messages to many people: write, preview, test, schedule, pause, resume, cancel, report.",
    epilog="A file to start from: docs/campaign-template.yml.",
    no_args_is_help=True,
)


def add_to(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.add_typer(campaigns, name="campaigns", rich_help_panel="Alerts and campaigns")


@campaigns.command()
def new(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, show_default=False)],
    by: Annotated[str, typer.Option(help="Who writes it.")] = "escale",
) -> None:
    """Write the campaign of a YAML file (see docs/campaign-template.yml) as a draft; nobody is sent anything."""
    from bot.apps.campaigns import new_campaign
    from bot.apps.database import open_database

    with open_database(read_settings()) as url:
        number, audience = asyncio.run(new_campaign(url, file, by=by))
    meant = _people(audience.people, audience.texts)
    tell(f"✓ Draft {number}: {audience.name}, for {meant}. See it: escale campaigns preview {number}")


@campaigns.command("list")
def list_all(
    as_json: _Json = False, limit: Annotated[int, typer.Option(min=1, max=LARGEST, help="At most so many.")] = 100
) -> None:
    """List the campaigns, the last written first."""
    from bot.apps.campaigns import list_campaigns
    from bot.apps.database import open_database

    with open_database(read_settings()) as url:
        rows = asyncio.run(list_campaigns(url, limit=limit))
    if as_json:
        print_json(rows)
        return
    names = ("id", "status", "name", "languages", "scheduled_at", "expires_at", "created_by")
    _show_table(names, [{**row, "languages": ", ".join(row["languages"])} for row in rows])


@campaigns.command()
def preview(campaign_id: _ID, as_json: _Json = False) -> None:
    """Show the message in each of its languages, and how many people it is for."""
    from bot.apps.campaigns import preview_campaign
    from bot.apps.database import open_database
    from bot.campaigns.service import as_read

    settings = read_settings()
    with open_database(settings) as url:
        shown = asyncio.run(preview_campaign(settings, url, campaign_id))
    if as_json:
        print_json({"people": shown.people, "messages": shown.messages})
        return
    console = standard_output()
    for language, (text, labels) in shown.messages.items():
        console.print(f"── {language} ──\n{as_read(text)}", markup=False, highlight=False)
        console.print("   ".join(f"[ {label} ]" for label in labels) + "\n", markup=False, highlight=False)
    console.print(f"For {_people(shown.people, shown.messages)}.", markup=False, highlight=False)


@campaigns.command()
def test(
    campaign_id: _ID,
    person: Annotated[
        int, typer.Option(metavar="N", max=LARGEST, help="Number of the person, such as yourself, from escale log.")
    ],
) -> None:
    """Send the message to one person at once; it does not count as sent."""
    from bot.apps.campaigns import send_test
    from bot.apps.database import open_database

    settings = read_settings()
    with open_database(settings) as url:
        asyncio.run(send_test(settings, url, campaign_id, person_id=person))
    tell(f"✓ On its way to person {person}.")


@campaigns.command()
def schedule(
    campaign_id: _ID,
    at: Annotated[
        str, typer.Option(help='When it begins, in the town\'s time, such as "2027-01-15 09:00", or now.')
    ] = "now",
    is_sure: Annotated[bool, typer.Option("--yes", help="Do not ask; nothing is asked when input is piped.")] = False,
) -> None:
    """Let it begin, now or later; each person still gets it at an hour that suits them."""
    from bot.apps.campaigns import foresee_schedule, schedule_campaign
    from bot.apps.database import open_database

    with open_database(read_settings()) as url:
        begins, audience = asyncio.run(foresee_schedule(url, campaign_id, at=at))
        meant = _people(audience.people, audience.texts)
        if not is_sure and sys.stdin.isatty():
            typer.confirm(f"Send {audience.name} to {meant}, from {town_time(begins)}?", abort=True)
        begins = asyncio.run(schedule_campaign(url, campaign_id, at=at))
    tell(f"✓ Begins {town_time(begins)}, for {meant}. Follow it: escale campaigns report {campaign_id}")


@campaigns.command()
def pause(campaign_id: _ID) -> None:
    """Hold everything that has not left."""
    from bot.apps.campaigns import pause_campaign
    from bot.apps.database import open_database

    with open_database(read_settings()) as url:
        held = asyncio.run(pause_campaign(url, campaign_id))
    tell(f"✓ Paused: {held} messages held. Go on: escale campaigns resume {campaign_id}")


@campaigns.command()
def resume(campaign_id: _ID) -> None:
    """Let a paused campaign go on where it stood."""
    from bot.apps.campaigns import resume_campaign
    from bot.apps.database import open_database

    with open_database(read_settings()) as url:
        name = asyncio.run(resume_campaign(url, campaign_id))
    tell(f"✓ Goes on: {name}")


@campaigns.command()
def cancel(campaign_id: _ID) -> None:
    """End it for good: what has not left never will."""
    from bot.apps.campaigns import cancel_campaign
    from bot.apps.database import open_database

    with open_database(read_settings()) as url:
        withdrawn = asyncio.run(cancel_campaign(url, campaign_id))
    tell(f"✓ Cancelled: {withdrawn} messages withdrawn.")


@campaigns.command()
def report(campaign_id: _ID, as_json: _Json = False) -> None:
    """Show what became of it: sent, blocked, failed, expired, uncertain, stopped, cancelled, waiting; by language."""
    from bot.apps.campaigns import report_campaign
    from bot.apps.database import open_database

    with open_database(read_settings()) as url:
        found = asyncio.run(report_campaign(url, campaign_id))
    if as_json:
        print_json(found)
        return
    console = standard_output()
    whole = "everybody meant" if found["is_whole"] else "more people to come"
    console.print(
        f"{found['name']}: {found['status']}, {found['total']} people, {whole}.", markup=False, highlight=False
    )
    rows = [{"language": code, **counts} for code, counts in found["languages"].items()]
    _show_table(("language", *found["outcomes"]), [*rows, {"language": "all", **found["outcomes"]}])
    if found["outcomes"]["uncertain"]:
        console.print(_UNCERTAIN, highlight=False, soft_wrap=True)


def _show_table(names: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    print_table(names, [[_shown(row[name]) for name in names] for row in rows])


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return town_time(value)
    return "" if value is None else str(value)


def _people(people: dict[str, int], texts: Collection[str]) -> str:
    """Say how many people are meant, by language, and who of them reads French for want of a text of their own."""
    parts = (f"{code} {count}" + ("" if code in texts else " (in French)") for code, count in people.items())
    return f"{sum(people.values())} people" + (f" ({', '.join(parts)})" if people else "")
