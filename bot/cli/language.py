"""The commands about language: train Rasa's model, and see what it understands."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Annotated

import typer

from bot.cli.shared import print_json, read_settings, tell
from bot.kit.errors import ConfigurationError
from bot.kit.settings import PROJECT_ROOT, Settings

_PANEL = "Language"
# Nobody waits for one answer here: a busy machine may take its time.
_PATIENCE_SECONDS = 30.0


def add_to(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.command(rich_help_panel=_PANEL)(train)
    app.command(rich_help_panel=_PANEL)(parse)


def train(force: Annotated[bool, typer.Option("--force", help="Train even when nothing has changed.")] = False) -> None:
    """Train Rasa's model, if what it is made of has changed."""
    python = PROJECT_ROOT / "nlu" / ".venv" / "bin" / "python"
    if not python.exists():
        raise ConfigurationError("Rasa is not installed", setting="nlu/.venv", mend="make setup")
    command = [str(python), "-m", "nlu.train", *(["--force"] if force else [])]
    raise typer.Exit(subprocess.run(command, cwd=PROJECT_ROOT, check=False).returncode)


def parse(
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One JSON object a line, in the order read (the default).")
    ] = True,
    without_rasa: Annotated[
        bool, typer.Option("--without-rasa", help="As a conversation does while Rasa is down.")
    ] = False,
) -> None:
    """Read a message a line (plain, or {"text": …}) and write what is understood of each, as JSON lines.

    Uses the Rasa that runs, which is much faster, else starts one for the time; none with --without-rasa. A line that
    cannot be parsed gives {"error": …} in its place.
    """
    del jsonl
    from bot.apps.rasa_loan import borrow_rasa
    from bot.kit.logs import configure_logs

    settings = read_settings()
    configure_logs("ERROR", process="parse")
    if without_rasa:
        asyncio.run(_parse_all(settings, None))
        return
    with borrow_rasa(settings, tell) as loan:
        loan.wait_ready(tell)
        asyncio.run(_parse_all(settings, loan.base_url))


async def _parse_all(settings: Settings, base_url: str | None) -> None:
    import httpx

    from bot.apps.parsing import Reader, parse_lines
    from bot.apps.wiring import open_ear
    from bot.kit.clock import local_day, utc_now
    from bot.kit.embedding import SentenceEmbedder
    from bot.understanding.service import RasaClient

    # A line that is not UTF-8 must not end the others.
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS) as http:
        rasa = None
        if base_url is not None:
            rasa = RasaClient(base_url, settings.secret_for_rasa(), http, timeout=_PATIENCE_SECONDS)
        reader = Reader(rasa, open_ear(SentenceEmbedder()), local_day(utc_now()))
        async for result in parse_lines(_lines_of_input(), reader):
            print_json(result)


async def _lines_of_input() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line
