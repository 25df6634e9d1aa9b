"""The commands that run processes: all of them on one machine, or one of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import typer

from bot.cli.shared import read_settings, standard_error

_PANEL = "Run"


def add_to(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    for command in (up, telegram, worker, batch, scheduler, console):
        app.command(rich_help_panel=_PANEL)(command)


def up() -> None:
    """Run everything on this machine: database, Rasa, workers, Telegram, scheduler, HTTP; Ctrl-C stops it."""
    from bot.apps.local import run_everything
    from bot.apps.running import run_process
    from bot.apps.status import Status

    settings = read_settings()
    status = Status(standard_error())
    run_process("up", settings, partial(run_everything, settings=settings, status=status), log_level="WARNING")


def worker() -> None:
    """Answer people's updates."""
    from bot.apps.answering import run_worker

    _run("worker", run_worker)


def batch() -> None:
    """Do the chores: alerts, reminders, campaigns, retention."""
    from bot.apps.batch import run_batch

    _run("batch", run_batch)


def telegram() -> None:
    """Receive from Telegram (by polling, unless a webhook is set) and send what waits in the outbox."""
    from bot.apps.telegram import run_telegram

    _run("telegram", run_telegram)


def scheduler() -> None:
    """Enqueue at their clock times the chores that `escale batch` does."""
    from bot.apps.scheduler import schedule_until

    _run("scheduler", schedule_until)


def console() -> None:
    """Serve HTTP: Telegram's webhook, /healthz, /readyz, /metrics, and Rasa's actions on loopback."""
    from bot.apps.http import serve_http
    from bot.apps.rasa_process import require_port

    settings = read_settings()
    require_port(settings.http_host, settings.http_port, setting="ESCALE_HTTP_PORT")
    require_port("127.0.0.1", settings.actions_port, setting="ESCALE_ACTIONS_PORT")
    _run("console", serve_http)


def _run(name: str, process: Callable[..., Awaitable[None]]) -> None:
    from bot.apps.database import open_database
    from bot.apps.running import run_process

    settings = read_settings()
    with open_database(settings) as url:
        run_process(name, settings, partial(process, settings=settings, database_url=url))
