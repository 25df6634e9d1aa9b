"""Finds the database for a command: the one that the settings name, the embedded one that runs, or one for the time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.db.embedded import EmbeddedServer, is_owned, running_url
from bot.kit.errors import ConfigurationError
from bot.kit.settings import Settings

_OTHER_OWNER_SECONDS = 15.0


@contextmanager
def open_database(settings: Settings) -> Iterator[str]:
    """Lend the URL of a migrated database for the time of the block.

    `ESCALE_DATABASE_URL` comes first, and is left as it is; then the embedded server of a running `escale up`; else an
    embedded server is started, migrated, and stopped at the end.

    Raises:
        ConfigurationError: another process owns the embedded server and does not bring it up.
    """
    if settings.database_url:
        yield settings.database_url
        return
    # A running server whose owner was killed is adopted below: whoever comes next owns it, and stops it in the end.
    if (url := running_url(settings.data_path)) and is_owned(settings.data_path):
        yield url
        return
    server = start_or_wait(settings.data_path)
    if isinstance(server, str):
        yield server
        return
    try:
        from bot.migrations.service import migrate

        migrate(server.url)
        yield server.url
    finally:
        server.stop()


def start_or_wait(data_path: Path) -> EmbeddedServer | str:
    """Start the embedded server and own it, or return the URL of one that another process is starting.

    Raises:
        ConfigurationError: that other process did not bring it up within 15 s.
    """
    deadline = time.monotonic() + _OTHER_OWNER_SECONDS
    while True:
        try:
            return EmbeddedServer(data_path)
        except ConfigurationError:
            if url := running_url(data_path):
                return url
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
