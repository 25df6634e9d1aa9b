"""What `escale doctor` looks at: each part of the installation, and the command that mends it."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.apps.rasa_process import find_installation, is_port_free, rasa_base, read_health
from bot.apps.status import read_readiness
from bot.kit.errors import ConfigurationError, EscaleError
from bot.kit.settings import PROJECT_ROOT, Settings

_LEAST_DISK = 2_000_000_000


@dataclass(frozen=True)
class Check:
    """What one look found.

    Attributes:
        name: what was looked at.
        is_well: whether it is as it should be.
        detail: what was seen.
        mend: the command or change that mends it.
        is_optional: whether the assistant does without it.
    """

    name: str
    is_well: bool
    detail: str
    mend: str = ""
    is_optional: bool = False


def examine(settings: Settings) -> Iterator[Check]:
    """Look at each part, the cheap ones first; a look that fails is itself a finding."""
    looks: tuple[Callable[[Settings], Iterator[Check]], ...] = (
        _look_at_machine,
        _look_at_rasa,
        _look_at_database,
        _look_at_telegram,
        _look_at_processes,
    )
    for look in looks:
        try:
            yield from look(settings)
        except EscaleError as error:
            yield Check(look.__name__.removeprefix("_look_at_"), False, str(error))
        except Exception as error:
            yield Check(look.__name__.removeprefix("_look_at_"), False, f"{type(error).__name__}: {error}")


def _look_at_machine(settings: Settings) -> Iterator[Check]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Check("Python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer, then make setup")
    free = shutil.disk_usage(settings.data_path).free
    yield Check(
        "Disk", free > _LEAST_DISK, f"{free / 1e9:.1f} GB free under {settings.data_path}", "free some space there"
    )


def _look_at_rasa(settings: Settings) -> Iterator[Check]:
    if settings.rasa_url:
        is_there = read_health(settings.rasa_url, settings.secret_for_rasa()) is not None
        yield Check(
            "Rasa", is_there, settings.rasa_url, "start it there, or empty ESCALE_RASA_URL so that Escale starts one"
        )
        return
    try:
        installation = find_installation()
    except ConfigurationError as error:
        yield Check("Rasa", False, str(error).partition(". To mend")[0], error.mend)
        return
    yield Check("Rasa", True, f"model {installation.model.name}")
    answer = subprocess.run(
        [str(installation.python), "-c", "from nlu.train import fingerprint; print(fingerprint())"],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    is_current = answer.returncode == 0 and answer.stdout.strip() in installation.model.name
    yield Check(
        "Rasa's model", is_current, "up to date" if is_current else "older than what it is made of", "make train"
    )


def _look_at_database(settings: Settings) -> Iterator[Check]:
    import psycopg

    from bot.apps.database import open_database
    from bot.db.service import psycopg_url
    from bot.migrations.service import is_current

    with open_database(settings) as url:
        kind = "ESCALE_DATABASE_URL" if settings.database_url else "embedded"
        with psycopg.connect(psycopg_url(url), connect_timeout=5) as connection:
            version = connection.info.server_version // 10000
            yield Check("Database", True, f"PostgreSQL {version}, {kind}")
            is_newest = is_current(url)
            yield Check("Migrations", is_newest, "all applied" if is_newest else "some are missing", "escale migrate")
            if not is_newest:
                return
            row = connection.execute("SELECT count(*) FROM offer WHERE status = 'published'").fetchone()
        count = int(row[0]) if row else 0
        yield Check(
            "Catalogue", count > 0, f"{count} published offers", "escale offers import FILE.csv, or escale demo-data"
        )


def _look_at_telegram(settings: Settings) -> Iterator[Check]:
    if not settings.has_telegram:
        mend = "ask @BotFather for a token and put it in .env as ESCALE_TELEGRAM_TOKEN"
        yield Check("Telegram", False, "no token: everything works but Telegram", mend, is_optional=True)
        return
    yield asyncio.run(_ask_telegram(settings))


async def _ask_telegram(settings: Settings) -> Check:
    from telegram.error import InvalidToken, TelegramError

    from bot.outbox.telegram_calls import open_bot

    bot = open_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    try:
        me = await bot.get_me(connect_timeout=5, read_timeout=5)
    except InvalidToken:
        return Check("Telegram", False, "the token is refused", "check ESCALE_TELEGRAM_TOKEN with @BotFather")
    except TelegramError as error:
        return Check(
            "Telegram", False, f"{settings.telegram_api_url} does not answer ({type(error).__name__})",
            "check the network, or ESCALE_TELEGRAM_API_URL",
        )  # fmt: skip
    return Check("Telegram", True, f"@{me.username}")


def _look_at_jobs(settings: Settings) -> Iterator[Check]:
    from bot.apps.database import open_database
    from bot.apps.jobs import read_jobs
    from bot.kit.clock import utc_now

    with open_database(settings) as url:
        reports = asyncio.run(read_jobs(url, now=utc_now()))
    late = [report.task for report in reports if report.is_overdue]
    detail = f"late: {', '.join(late)}" if late else f"{len(reports)} chores run in their time"
    yield Check("Jobs", not late, detail, "escale jobs, then logs/batch.log in the data directory")


def _look_at_processes(settings: Settings) -> Iterator[Check]:
    parts = read_readiness(settings.http_host, settings.http_port)
    if parts:
        for name, state in parts.items():
            if name != "jobs":
                yield Check(f"Process: {name}", state == "ready", state, "see logs/ in the data directory")
        yield from _look_at_jobs(settings)
        return
    yield Check("Processes", False, "Escale is not running", "escale up", is_optional=True)
    ports = [("ESCALE_HTTP_PORT", settings.http_port), ("ESCALE_ACTIONS_PORT", settings.actions_port)]
    if not settings.rasa_url and read_health(rasa_base(settings), settings.secret_for_rasa()) is None:
        ports.append(("ESCALE_RASA_PORT", settings.rasa_port))
    for setting, port in ports:
        if not is_port_free("127.0.0.1", port):
            yield Check("Ports", False, f"{port} is taken by another program", f"put another port in {setting}")
