"""A Rasa for the time of a command: the one that runs already, else one started for the purpose and ended with it."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.apps.rasa_process import (
    find_installation,
    free_port,
    is_port_free,
    rasa_base,
    rasa_environment,
    read_health,
)
from bot.apps.supervisor import die_with_parent
from bot.kit.errors import ConfigurationError, Unavailable
from bot.kit.settings import Settings

START_SECONDS = 180.0
_STOP_SECONDS = 8.0
_TELL_SECONDS = 5.0
Tell = Callable[[str], None]


@dataclass
class RasaLoan:
    """A Rasa that may be used, perhaps once it has started.

    Attributes:
        base_url: where it is, or would be.
        actions_port: where it will look for its custom actions when it was started here; whoever uses its dialogues
            serves them there. None when another process started it, and serves them.
        missing: why there is none, and what mends it; None when there is one.
    """

    base_url: str
    secret: str
    actions_port: int | None = None
    missing: ConfigurationError | None = None
    process: subprocess.Popen[bytes] | None = None

    def is_ready(self) -> bool:
        """Whether it answers with a model loaded."""
        health = read_health(self.base_url, self.secret)
        return health is not None and health.get("status") == "ok"

    def wait_ready(self, tell: Tell, *, seconds: float = START_SECONDS) -> None:
        """Wait until it answers, telling now and then how long that takes.

        Raises:
            ConfigurationError: there is none.
            Unavailable: it ended, or did not answer within `seconds`.
        """
        if self.missing is not None:
            raise self.missing
        began, told = time.monotonic(), 0.0
        while not self.is_ready():
            waited = time.monotonic() - began
            if self.process is not None and self.process.poll() is not None:
                raise Unavailable("rasa", f"it ended with code {self.process.returncode}, see logs/rasa.log")
            if waited >= seconds:
                raise Unavailable("rasa", "it did not answer in time, see logs/rasa.log")
            if waited - told >= _TELL_SECONDS:
                told = waited
                tell(f"  … Rasa is loading its model ({waited:.0f} s)")
            time.sleep(0.2)
        if (waited := time.monotonic() - began) >= 1.0:
            tell(f"✓ Rasa is ready ({waited:.1f} s)")


@contextmanager
def borrow_rasa(settings: Settings, tell: Tell) -> Iterator[RasaLoan]:
    """Lend a Rasa; one that was started here is ended here. Without a model the loan says what is missing."""
    secret = settings.secret_for_rasa()
    base = rasa_base(settings)
    if settings.rasa_url or read_health(base, secret) is not None:
        yield RasaLoan(base, secret)
        return
    try:
        installation = find_installation()
    except ConfigurationError as error:
        yield RasaLoan(base, secret, missing=error)
        return
    port = settings.rasa_port if is_port_free("127.0.0.1", settings.rasa_port) else free_port()
    actions_port = settings.actions_port if is_port_free("127.0.0.1", settings.actions_port) else free_port()
    logs = settings.data_path / "logs"
    logs.mkdir(exist_ok=True)
    tell("→ Starting Rasa …")
    with (logs / "rasa.log").open("ab") as log:
        process = subprocess.Popen(
            installation.command(port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=rasa_environment(settings, actions_port=actions_port),
            cwd=installation.root,
            process_group=0,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - no threads run yet
        )
    try:
        yield RasaLoan(f"http://127.0.0.1:{port}", secret, actions_port=actions_port, process=process)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()
