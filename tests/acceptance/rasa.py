"""A real Rasa with the trained model for a whole test session, and the server of its actions."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from pydantic import SecretStr

from bot.apps.rasa_process import find_installation, free_port, rasa_environment, read_health
from bot.conversation.actions import actions_app
from bot.kit.settings import Settings
from tests.acceptance.house import SECRET

LONGEST_START = 90.0


@contextmanager
def running_rasa() -> Iterator[str]:
    """Run Rasa and its actions on free ports of 127.0.0.1; yields Rasa's base URL."""
    installation = find_installation()
    settings = Settings(_env_file=None, rasa_secret=SecretStr(SECRET))  # type: ignore[call-arg]
    port = free_port()
    with running_actions() as actions_port, tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            installation.command(port),
            cwd=installation.root,
            env=rasa_environment(settings, actions_port=actions_port),
            stdout=log,
            stderr=log,
        )
        try:
            _wait(process, f"http://127.0.0.1:{port}", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def running_actions() -> Iterator[int]:
    """Serve Rasa's actions in a thread; yields the port."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(actions_app(SECRET), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(10)


def _wait(process: subprocess.Popen[bytes], url: str, log: object) -> None:
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline and process.poll() is None:
        health = read_health(url, SECRET)
        if health is not None and health["status"] == "ok":
            return
        time.sleep(0.2)
    log.seek(0)  # type: ignore[attr-defined]
    raise AssertionError("Rasa did not start:\n" + log.read().decode(errors="replace")[-3000:])  # type: ignore[attr-defined]
