"""`escale up`: everything on one machine. Owns the embedded database, starts the other processes, keeps them running.

Nothing waits for Rasa: answers leave in simple mode until it is ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import psycopg

from bot.apps.rasa_process import find_installation, is_rasa_ready, rasa_base, rasa_environment, require_port
from bot.apps.running import sleep_or_stop
from bot.apps.status import Status, read_readiness
from bot.apps.supervisor import Program, Supervisor, become_subreaper, reap_orphans
from bot.db.embedded import EmbeddedServer, is_owned
from bot.db.urls import psycopg_url
from bot.kit.errors import ConfigurationError
from bot.kit.settings import PROJECT_ROOT, Settings
from bot.migrations.service import is_current

_OTHER_OWNER_SECONDS = 5.0
_WATCH_SECONDS = 1.0
_MIGRATION_TRIES = 20
_MIGRATION_SECONDS = 60.0
_REPORT_SECONDS = 1.0
# The others give way to the worker for so long: the first answer should not wait for a processor.
_HEAD_START_SECONDS = 6.0
_RASA_GRACE_SECONDS = 2.0  # it holds nothing that could be lost


async def run_everything(stop: asyncio.Event, settings: Settings, status: Status) -> None:
    """Run every process until `stop` is set; the database is stopped last.

    Raises:
        ConfigurationError: another `up` runs on this data directory, a port is taken, or the database does not start.
    """
    with _alone(settings.data_path):
        require_port(settings.http_host, settings.http_port, setting="ESCALE_HTTP_PORT")
        require_port("127.0.0.1", settings.actions_port, setting="ESCALE_ACTIONS_PORT")
        become_subreaper()
        if settings.database_url:
            status.say("database", "ready", "ESCALE_DATABASE_URL")
            await _run_programs(stop, settings, status, None, Supervisor(status.say))
            return
        starting = asyncio.create_task(asyncio.to_thread(_start_server, settings.data_path))
        # Once the database is ours, the worker may load what it needs while the server starts.
        await asyncio.to_thread(_await_ownership, settings.data_path, starting)
        await _run_with_server(stop, settings, status, starting)


async def _run_with_server(
    stop: asyncio.Event, settings: Settings, status: Status, starting: asyncio.Task[EmbeddedServer]
) -> None:
    supervisor = Supervisor(status.say)
    running = asyncio.create_task(_run_programs(stop, settings, status, starting, supervisor))
    try:
        server = await starting
    except BaseException:
        stop.set()
        await asyncio.gather(running, return_exceptions=True)
        raise
    status.say("database", "ready", "embedded")
    watching = asyncio.create_task(_watch_server(stop, server, supervisor, status))
    try:
        await running
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(reap_orphans, supervisor.pids())
        status.say("database", "stopped", "")


async def _run_programs(
    stop: asyncio.Event,
    settings: Settings,
    status: Status,
    starting: asyncio.Task[EmbeddedServer] | None,
    supervisor: Supervisor,
) -> None:
    migrated, working = asyncio.Event(), asyncio.Event()
    side = [
        asyncio.create_task(_prepare_database(stop, settings, status, starting, migrated=migrated, working=working)),
        asyncio.create_task(_report(stop, settings, status)),
    ]
    try:
        await supervisor.run(plan_programs(settings, status, migrated=migrated, working=working), stop)
    finally:
        for task in side:
            task.cancel()
        await asyncio.gather(*side, return_exceptions=True)


async def _prepare_database(
    stop: asyncio.Event,
    settings: Settings,
    status: Status,
    starting: asyncio.Task[EmbeddedServer] | None,
    *,
    migrated: asyncio.Event,
    working: asyncio.Event,
) -> None:
    """Migrate once the database is there, then wait until a worker has signed on: from then on Escale answers."""
    began = time.monotonic()
    url = (await asyncio.shield(starting)).url if starting else settings.database_url
    await _migrate(stop, settings, url, migrated)
    while not await asyncio.to_thread(_is_worker_on, url):
        if await sleep_or_stop(stop, 0.2):
            return
    working.set()
    status.answering(time.monotonic() - began)


def plan_programs(
    settings: Settings, status: Status, *, migrated: asyncio.Event, working: asyncio.Event
) -> list[Program]:
    """Return the programs to keep running, and say what is left out and why.

    The worker starts at once: it loads the sentence encoder while the database is migrated. What the first answers do
    not need starts when the worker works.
    """
    environment = {**os.environ, "ESCALE_DATA_DIR": str(settings.data_path)}
    logs = settings.data_path / "logs"
    logs.mkdir(exist_ok=True)

    def ours(name: str, wait_for: asyncio.Event | None, seconds: float) -> Program:
        return Program(
            name=name, command=[sys.executable, "-m", "bot", name], environment=environment, log=logs / f"{name}.log",
            directory=PROJECT_ROOT, wait_for=wait_for, wait_seconds=seconds,
        )  # fmt: skip

    # Telegram's webhook, when there is one, is received by the console.
    is_console_first = bool(settings.telegram_webhook_url)
    programs = [
        ours("worker", None, 0.0),
        ours("console", migrated if is_console_first else working, _HEAD_START_SECONDS),
        ours("batch", working, _HEAD_START_SECONDS),
        ours("scheduler", working, _HEAD_START_SECONDS),
    ]
    if settings.has_telegram:
        programs.append(ours("telegram", migrated, _MIGRATION_SECONDS))
    else:
        status.say("telegram", "off", "no ESCALE_TELEGRAM_TOKEN: everything runs but Telegram")
    if rasa := _plan_rasa(settings, status, logs, working):
        programs.append(rasa)
    return programs


def _plan_rasa(settings: Settings, status: Status, logs: Path, working: asyncio.Event) -> Program | None:
    if settings.rasa_url:
        status.say("rasa", "elsewhere", settings.rasa_url)
        return None
    try:
        installation = find_installation()
        require_port("127.0.0.1", settings.rasa_port, setting="ESCALE_RASA_PORT")
    except ConfigurationError as error:
        status.say("rasa", "off", f"simple mode: {error}")
        return None
    return Program(
        name="rasa",
        command=installation.command(settings.rasa_port),
        environment=rasa_environment(settings, actions_port=settings.actions_port),
        log=logs / "rasa.log",
        directory=installation.root,
        is_healthy=partial(is_rasa_ready, rasa_base(settings), settings.secret_for_rasa()),
        wait_for=working,
        wait_seconds=_HEAD_START_SECONDS,
        grace=_RASA_GRACE_SECONDS,
    )


async def _migrate(stop: asyncio.Event, settings: Settings, url: str, migrated: asyncio.Event) -> None:
    """Migrate if needed, in a process of its own, whose memory is given back; try again while the database is away."""
    if await asyncio.to_thread(_is_migrated, url):
        migrated.set()
        return
    environment = {**os.environ, "ESCALE_DATABASE_URL": url, "ESCALE_DATA_DIR": str(settings.data_path)}
    with (settings.data_path / "logs" / "migrate.log").open("ab") as log:
        for _ in range(_MIGRATION_TRIES):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "migrate", stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                env=environment, cwd=PROJECT_ROOT, process_group=0,
            )  # fmt: skip
            if await process.wait() == 0:
                migrated.set()
                return
            if await sleep_or_stop(stop, 1.0):
                return


def _is_migrated(url: str) -> bool:
    try:
        return is_current(url)
    except psycopg.Error:
        return False


async def _watch_server(stop: asyncio.Event, server: EmbeddedServer, supervisor: Supervisor, status: Status) -> None:
    """Bring the embedded database back when it dies; each second, and a dead server's remains are cleared first."""
    while not await sleep_or_stop(stop, _WATCH_SECONDS):
        try:
            await asyncio.to_thread(reap_orphans, supervisor.pids())
            if not await asyncio.to_thread(server.is_running):
                status.say("database", "ended", "starting it again")
                await asyncio.to_thread(server.ensure_running)
                status.say("database", "ready", "embedded, started again")
        except Exception as error:
            status.say("database", "ended", f"{type(error).__name__}; see {server.log_path}")


def _is_worker_on(url: str) -> bool:
    query = "SELECT 1 FROM process_heartbeat WHERE name = 'worker' AND at > now() - interval '5 seconds'"
    try:
        with psycopg.connect(psycopg_url(url), connect_timeout=3) as connection:
            return connection.execute(query).fetchone() is not None
    except psycopg.Error:
        return False


async def _report(stop: asyncio.Event, settings: Settings, status: Status) -> None:
    """Ask the HTTP process what is ready, and show each change."""
    began = time.monotonic()
    known: Mapping[str, str] = {}
    while not stop.is_set():
        parts = await asyncio.to_thread(read_readiness, settings.http_host, settings.http_port)
        for name, state in parts.items():
            if known.get(name) != state:
                status.say(name, state, f"after {time.monotonic() - began:.1f} s" if state == "ready" else "")
        known = parts or known
        await sleep_or_stop(stop, _REPORT_SECONDS)


def _await_ownership(data_path: Path, starting: asyncio.Task[EmbeddedServer]) -> None:
    while not starting.done() and not is_owned(data_path):
        time.sleep(0.05)


def _start_server(data_path: Path) -> EmbeddedServer:
    deadline = time.monotonic() + _OTHER_OWNER_SECONDS
    while True:
        try:
            return EmbeddedServer(data_path)
        except ConfigurationError:
            # A short command may own it for a moment.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@contextlib.contextmanager
def _alone(data_path: Path) -> Iterator[None]:
    path = data_path / "up.lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise ConfigurationError(
                f"Escale already runs on this data directory (process {lock.read().strip() or 'unknown'})",
                setting="ESCALE_DATA_DIR",
                mend="stop that one first (Ctrl-C, or kill with the number above), or choose another data directory",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
