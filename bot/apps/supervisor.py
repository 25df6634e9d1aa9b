"""Keeps programs running on one machine: starts them, brings them back whatever their exit code, stops them together.

Children end with their parent, even when it is killed (Linux). Each writes to a log file of its own, kept short.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.apps.running import sleep_or_stop

SHORTEST_BACKOFF, LONGEST_BACKOFF = 0.3, 30.0
# A program that lived this long was well: its next failure is a first one.
WELL_SECONDS = 30.0
STOP_SECONDS = 7.5
HEALTH_SECONDS = 5.0
HEALTH_FAILURES = 3
START_SECONDS = 180.0
_LONGEST_LOG = 10_000_000
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

OnChange = Callable[[str, str, str], None]


@dataclass(frozen=True)
class Program:
    """One program to keep running.

    Attributes:
        name: what people and logs call it.
        command: program and arguments.
        environment: its whole environment.
        log: the file that gets its output.
        directory: where it runs.
        is_healthy: asked every 5 s; three failures after a first success end the program, which comes back.
        wait_for: what must be done before its first start; it starts all the same after `wait_seconds`.
        wait_seconds: see `wait_for`.
        grace: seconds it gets to end by itself when everything stops.
    """

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    log: Path
    directory: Path | None = None
    is_healthy: Callable[[], Awaitable[bool]] | None = None
    wait_for: asyncio.Event | None = None
    wait_seconds: float = 5.0
    grace: float = STOP_SECONDS


@dataclass
class Supervisor:
    """Runs programs until it is told to stop.

    Attributes:
        on_change: told (name, state, detail) at each change; states are "started", "ended", "hung" and "stopped".
    """

    on_change: OnChange
    _processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    def pid_of(self, name: str) -> int | None:
        """Return the process id of a program that runs now."""
        process = self._processes.get(name)
        return process.pid if process is not None and process.returncode is None else None

    def pids(self) -> list[int]:
        """Return the process ids of the programs that run now."""
        return [process.pid for process in self._processes.values() if process.returncode is None]

    async def run(self, programs: Sequence[Program], stop: asyncio.Event) -> None:
        """Keep `programs` running until `stop` is set, then end them all at once, within 7.5 s."""
        await asyncio.gather(*(self._keep(program, stop) for program in programs))

    async def _keep(self, program: Program, stop: asyncio.Event) -> None:
        await _wait_for_turn(program, stop)
        failures = 0
        while not stop.is_set():
            began = time.monotonic()
            try:
                code = await self._run_once(program, stop)
            except OSError as error:
                code = error.errno or 1
            if stop.is_set():
                self.on_change(program.name, "stopped", "")
                return
            failures = 0 if time.monotonic() - began > WELL_SECONDS else failures + 1
            pause = min(SHORTEST_BACKOFF * 2 ** max(failures - 1, 0), LONGEST_BACKOFF)
            self.on_change(program.name, "ended", f"code {code}; again in {pause:.1f} s, see {program.log}")
            await sleep_or_stop(stop, pause)

    async def _run_once(self, program: Program, stop: asyncio.Event) -> int:
        _shorten(program.log)
        with program.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=program.environment,
                cwd=program.directory,
                process_group=0,  # Ctrl-C reaches us alone, and we tell them
                preexec_fn=die_with_parent,
            )
        self._processes[program.name] = process
        self.on_change(program.name, "started", f"process {process.pid}")
        ended = asyncio.create_task(process.wait())
        watch = asyncio.create_task(self._watch(program, process))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                await _end(process, ended, program.grace)
            return ended.result()
        finally:
            watch.cancel()
            stopping.cancel()

    async def _watch(self, program: Program, process: asyncio.subprocess.Process) -> None:
        """End a program that stopped answering; one that never answered gets three minutes."""
        was_healthy, failures, began = False, 0, time.monotonic()
        while True:
            await asyncio.sleep(HEALTH_SECONDS)
            _shorten(program.log)
            if program.is_healthy is None:
                continue
            if await program.is_healthy():
                was_healthy, failures = True, 0
                continue
            failures += 1
            is_hung = was_healthy and failures >= HEALTH_FAILURES
            if is_hung or (not was_healthy and time.monotonic() - began > START_SECONDS):
                self.on_change(program.name, "hung", "it does not answer any more")
                with contextlib.suppress(ProcessLookupError):
                    process.kill()  # a stopped process would not notice anything gentler
                return


def become_subreaper() -> None:
    """Inherit the orphans of our children (the database server detaches itself); `reap_orphans` then buries them."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans(known: Sequence[int]) -> None:
    """Collect the dead among inherited processes, other than the `known` children that asyncio waits for."""
    import psutil

    for child in psutil.Process().children():
        if child.pid in known:
            continue
        with contextlib.suppress(psutil.Error, ChildProcessError):
            if child.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(child.pid, os.WNOHANG)


async def _wait_for_turn(program: Program, stop: asyncio.Event) -> None:
    if program.wait_for is None:
        return
    waits = {asyncio.create_task(program.wait_for.wait()), asyncio.create_task(stop.wait())}
    await asyncio.wait(waits, timeout=program.wait_seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in waits:
        task.cancel()


async def _end(process: asyncio.subprocess.Process, ended: asyncio.Task[int], grace: float) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    await asyncio.wait({ended}, timeout=grace)
    if not ended.done():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await ended


def die_with_parent() -> None:
    """Have this process end when its parent does, however that happens; for `preexec_fn`."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _shorten(log: Path) -> None:
    """Move what a long log holds to a second file; the program goes on writing to the first."""
    with contextlib.suppress(OSError):
        if log.exists() and log.stat().st_size > _LONGEST_LOG:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
