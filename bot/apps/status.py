"""What `escale up` shows: one line a change, coloured on a terminal, and what the HTTP process says is ready."""

from __future__ import annotations

import http.client
import json
import time

from rich.console import Console
from rich.markup import escape

_STYLES = {"ready": "green", "started": "cyan", "ended": "red", "hung": "red", "off": "yellow", "stopped": "dim"}


class Status:
    """Writes the state of each part to standard error."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, part: str, state: str, detail: str) -> None:
        """Write one change of one part."""
        moment = time.strftime("%H:%M:%S")
        style = _STYLES.get(state, "yellow")
        self._console.print(
            f"{moment}  {part:<10} [{style}]{state:<8}[/] {escape(detail)}".rstrip(), highlight=False, soft_wrap=True
        )

    def answering(self, seconds: float) -> None:
        """Write that messages are answered from now on."""
        self._console.print(
            f"[bold green]Escale answers[/] after {seconds:.1f} s; in simple mode until Rasa is ready.", highlight=False
        )


def read_readiness(host: str, port: int) -> dict[str, str]:
    """Return the state of each part as /readyz tells it, {} while nothing answers there."""
    connection = http.client.HTTPConnection("127.0.0.1" if host in {"0.0.0.0", "::"} else host, port, timeout=3)  # noqa: S104 - compared
    try:
        connection.request("GET", "/readyz")
        answer = json.loads(connection.getresponse().read(100_000))
        return {str(name): str(part["state"]) for name, part in answer["parts"].items()}
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError):
        return {}
    finally:
        connection.close()
