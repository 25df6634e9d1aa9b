"""The Rasa that Escale starts: which model and interpreter, with which environment, and whether it answers."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.kit.errors import ConfigurationError
from bot.kit.settings import PROJECT_ROOT, Settings

HEALTH = "/webhooks/escale/health"
_ENVIRONMENT = {
    # By default Rasa reports to third parties.
    "RASA_TELEMETRY_ENABLED": "false",
    # Measured: more threads than one cost memory and gain nothing.
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TQDM_DISABLE": "1",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONUNBUFFERED": "1",
}


@dataclass(frozen=True)
class RasaInstallation:
    """What starting Rasa takes.

    Attributes:
        python: interpreter of Rasa's environment.
        model: the trained model, newest first.
        root: the project, where Rasa finds its configuration.
    """

    python: Path
    model: Path
    root: Path

    def command(self, port: int) -> list[str]:
        """Return the command line of a Rasa on 127.0.0.1."""
        return [str(self.python), "-m", "nlu.serve", "--port", str(port), "--model", str(self.model)]


def find_installation(root: Path = PROJECT_ROOT) -> RasaInstallation:
    """Return Rasa's interpreter and its newest model.

    Raises:
        ConfigurationError: one of them is missing; says which command makes it.
    """
    python = root / "nlu" / ".venv" / "bin" / "python"
    if not python.exists():
        raise ConfigurationError("Rasa is not installed", setting="nlu/.venv", mend="make setup")
    models = sorted((root / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        raise ConfigurationError("Rasa has no trained model", setting="models/", mend="make train")
    return RasaInstallation(python, models[-1], root)


def rasa_environment(settings: Settings, *, actions_port: int) -> dict[str, str]:
    """Return the environment of a Rasa process: what it needs, without the bot's token and the database's URL."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("ESCALE_", "VIRTUAL_ENV"))}
    return {
        **ours,
        **_ENVIRONMENT,
        "ESCALE_RASA_SECRET": settings.secret_for_rasa(),
        "ESCALE_ACTIONS_URL": f"http://127.0.0.1:{actions_port}/webhook",
    }


def rasa_base(settings: Settings) -> str:
    """Return the base URL of the Rasa in use: the one named by the settings, else the one started here."""
    return settings.rasa_url or f"http://127.0.0.1:{settings.rasa_port}"


def read_health(base_url: str, secret: str, *, timeout: float = 2.0) -> dict[str, str] | None:
    """Return what a Rasa says of itself ({"status": "ok", "model": …}), or None when it does not answer as ours.

    A server that runs but has no model yet answers {"status": "loading"}.
    """
    place = urlsplit(base_url)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = kind(place.hostname or "", place.port, timeout=timeout)
    try:
        connection.request("GET", place.path + HEALTH, headers={"Authorization": f"Bearer {secret}"})
        answer = json.loads(connection.getresponse().read(10_000))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    if not isinstance(answer, Mapping) or "status" not in answer:
        return None
    return {str(key): str(value) for key, value in answer.items()}


async def is_rasa_ready(base_url: str, secret: str) -> bool:
    """Whether Rasa answers with a model loaded; asked in a thread, never raises."""
    health = await asyncio.to_thread(read_health, base_url, secret)
    return health is not None and health.get("status") == "ok"


def is_port_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def require_port(host: str, port: int, *, setting: str) -> None:
    """Make sure that a port is free.

    Raises:
        ConfigurationError: another program listens there; names the setting that chooses another one.
    """
    if not is_port_free(host, port):
        raise ConfigurationError(
            f"port {port} of {host} is taken by another program",
            setting=setting,
            mend=f"stop that program, or put another port in {setting}",
        )


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
