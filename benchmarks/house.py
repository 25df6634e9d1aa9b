"""The installation that a run measures: `escale up` in a folder and on ports of its own, against the double."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from benchmarks.machine import ROOT
from benchmarks.processes import Started, free_port, run_to_end, started
from bot.db.embedded import running_url
from tests.fixtures.bot_api import TOKEN

SECRET = "secret-of-this-benchmark-only"  # noqa: S105 - opens nothing but this run
# Far above what this machine can do: the pace of Telegram would be all that is measured.
_LIFTED = {"ESCALE_SENDER_RATE": "1000", "ESCALE_SENDER_CHAT_RATE": "100"}


@dataclass
class House:
    """One installation, empty until it is first started.

    Attributes:
        folder: holds its data and its logs.
        api_url: where the double of the Bot API is.
    """

    folder: Path
    api_url: str
    http_port: int = field(default_factory=free_port)
    rasa_port: int = field(default_factory=free_port)
    actions_port: int = field(default_factory=free_port)

    @property
    def webhook(self) -> str:
        """Where updates are posted."""
        return f"http://127.0.0.1:{self.http_port}/telegram/webhook"

    @property
    def rasa_url(self) -> str:
        """Base of the Rasa that `up` starts."""
        return f"http://127.0.0.1:{self.rasa_port}"

    @contextlib.contextmanager
    def up(self, *, webhook: bool = True) -> Iterator[Started]:
        """Run `escale up` for the length of a block."""
        environment = self.environment(webhook=webhook)
        with started([sys.executable, "-m", "bot", "up"], log=self.folder / "up.log", environment=environment) as up:
            yield up

    def environment(self, *, webhook: bool = True) -> dict[str, str]:
        """Return the settings; a `.env` of the machine has no say."""
        return {
            "ESCALE_DATA_DIR": str(self.folder / "data"),
            "ESCALE_DATABASE_URL": "",
            "ESCALE_RASA_URL": "",
            "ESCALE_HTTP_PORT": str(self.http_port),
            "ESCALE_RASA_PORT": str(self.rasa_port),
            "ESCALE_ACTIONS_PORT": str(self.actions_port),
            "ESCALE_RASA_SECRET": SECRET,
            "ESCALE_TELEGRAM_TOKEN": TOKEN,
            "ESCALE_TELEGRAM_API_URL": self.api_url,
            "ESCALE_TELEGRAM_WEBHOOK_URL": self.webhook if webhook else "",
            "ESCALE_TELEGRAM_WEBHOOK_SECRET": SECRET,
            **_LIFTED,
        }

    def is_ready(self) -> bool:
        """Whether all parts answer, Rasa among them."""
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.http_port}/readyz", timeout=3, trust_env=False).is_success
        return False

    def load_demo(self) -> float:
        """Load the demonstration catalogue into the running database; return the seconds it took."""
        command = [sys.executable, "-m", "bot", "demo-data"]
        return run_to_end(command, log=self.folder / "demo.log", environment=self.environment(), seconds=120)

    def let_a_minute_pass(self) -> None:
        """Make the log five minutes older: nobody may write more than 20 messages a minute, and a run is in a hurry."""
        url = running_url(self.folder / "data")
        if url is None:
            raise RuntimeError("the database of the run is away")
        with psycopg.connect(url) as connection:
            connection.execute("UPDATE logged_message SET at = at - interval '5 minutes'")


@contextlib.contextmanager
def running_double_process(folder: Path) -> Iterator[str]:
    """Run the double of the Bot API as a process; yields its base URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.fixtures.bot_api", "--port", str(port)]
    with started(command, log=folder / "double.log", directory=ROOT) as double:
        double.wait_until(lambda: _answers(f"{url}/control/state"), seconds=20, what="the double of the Bot API")
        yield url


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(url, timeout=2, trust_env=False).is_success
    return False
