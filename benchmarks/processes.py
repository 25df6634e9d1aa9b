"""Starts the processes of a run in folders of their own, and stops them by their identity."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.machine import ROOT
from bot.apps.supervisor import die_with_parent

_STOP_SECONDS = 15.0


class DidNotStartError(Exception):
    """A process ended, or gave no sign in time; the text ends with the last lines of its log."""


@dataclass
class Started:
    """A process of this run.

    Attributes:
        process: what runs.
        log: the file that gets its output.
        began_at: when it was started, on `time.time`.
    """

    process: subprocess.Popen[bytes]
    log: Path
    began_at: float

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float, what: str, every: float = 0.05) -> float:
        """Wait for a sign; return the seconds since the process was started.

        Raises:
            DidNotStartError: the process ended, or the time was over.
        """
        while not is_ready():
            if self.process.poll() is not None or time.time() - self.began_at > seconds:
                raise DidNotStartError(f"{what}: nothing after {time.time() - self.began_at:.0f} s\n{self.tail()}")
            time.sleep(every)
        return time.time() - self.began_at

    def tail(self, lines: int = 15) -> str:
        """Return the last lines of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> float:
        """Ask the process to end, and kill what is left after 15 s; return the seconds it took."""
        began = time.monotonic()
        family = _family(self.process.pid)
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_STOP_SECONDS)
        took = time.monotonic() - began
        for left in family:
            with contextlib.suppress(psutil.Error):
                if left.is_running():
                    left.send_signal(signal.SIGKILL)
        self.process.wait()
        return took


@contextlib.contextmanager
def started(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None, directory: Path = ROOT
) -> Iterator[Started]:
    """Run `command` for the length of a block."""
    with log.open("ab") as output:
        began_at = time.time()
        process = subprocess.Popen(
            command, cwd=directory, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
            stdout=output, stderr=output, process_group=0,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - before any thread runs
        )  # fmt: skip
    running = Started(process, log, began_at)
    try:
        yield running
    finally:
        if process.poll() is None:
            running.stop()


def run_to_end(command: Sequence[str], *, log: Path, environment: Mapping[str, str], seconds: float) -> float:
    """Run `command` to its end; return the seconds it took.

    Raises:
        DidNotStartError: it failed, or did not end in time.
    """
    with started(command, log=log, environment=environment) as running:
        try:
            code = running.process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        if code != 0:
            raise DidNotStartError(f"{' '.join(command[-3:])}: ended with {code}\n{running.tail()}")
        return time.time() - running.began_at


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return []
