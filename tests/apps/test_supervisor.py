"""The supervisor on small programs."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.apps import supervisor as module
from bot.apps.supervisor import Program, Supervisor
from tests.fixtures.processes import eventually

SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


class Changes(list[tuple[str, str, str]]):
    """What the supervisor told, in order."""

    def __call__(self, name: str, state: str, detail: str) -> None:
        self.append((name, state, detail))

    def count(self, state: object) -> int:
        return sum(change[1] == state for change in self)


def program(tmp_path: Path, code: str, **options: object) -> Program:
    return Program(
        name="small", command=[sys.executable, "-c", code], environment=dict(os.environ), log=tmp_path / "small.log",
        **options,  # type: ignore[arg-type]
    )  # fmt: skip


@asynccontextmanager
async def supervised(*programs: Program) -> AsyncIterator[tuple[Supervisor, Changes]]:
    stop, changes = asyncio.Event(), Changes()
    supervisor = Supervisor(changes)
    running = asyncio.create_task(supervisor.run(programs, stop))
    try:
        yield supervisor, changes
    finally:
        stop.set()
        await running


async def test_a_program_that_ends_comes_back_whatever_its_exit_code(tmp_path: Path) -> None:
    async with supervised(program(tmp_path, "raise SystemExit(0)")) as (_, changes):
        await eventually(lambda: _true(changes.count("started") >= 3), within=20, what="two restarts")
        pauses = [detail.split("again in ")[1].split(" s")[0] for _, state, detail in changes if state == "ended"]
    assert pauses[:2] == ["0.3", "0.6"]


async def test_a_program_that_cannot_be_started_is_tried_again(tmp_path: Path) -> None:
    missing = Program(name="small", command=["/nowhere/at/all"], environment={}, log=tmp_path / "small.log")
    async with supervised(missing) as (_, changes):
        await eventually(lambda: _true(changes.count("ended") >= 2), within=10, what="a second try")


async def test_a_program_that_ignores_sigterm_is_killed_after_its_grace(tmp_path: Path) -> None:
    log = tmp_path / "small.log"
    async with supervised(program(tmp_path, STUBBORN, grace=0.5)) as (supervisor, _):
        await eventually(lambda: _true(log.exists() and "up" in log.read_text()), within=10, what="the program")
        pid = supervisor.pid_of("small")
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 5
    with pytest.raises(ProcessLookupError):
        os.kill(pid or 0, 0)


async def test_a_program_that_stops_answering_is_restarted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEALTH_SECONDS", 0.1)
    answers = iter([True, False, False, False])

    async def is_healthy() -> bool:
        return next(answers, True)

    async with supervised(program(tmp_path, SLEEP, is_healthy=is_healthy)) as (_, changes):
        await eventually(lambda: _true(changes.count("started") == 2), within=10, what="a restart")
    assert changes.count("hung") == 1


async def test_a_stopped_process_that_hangs_is_restarted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEALTH_SECONDS", 0.1)
    answers = iter([True, False, False, False])

    async def is_healthy() -> bool:
        return next(answers, True)

    async with supervised(program(tmp_path, SLEEP, is_healthy=is_healthy)) as (supervisor, changes):
        await eventually(lambda: _true(changes.count("started") == 1), within=10, what="a start")
        os.kill(supervisor.pid_of("small") or 0, signal.SIGSTOP)
        await eventually(lambda: _true(changes.count("started") == 2), within=10, what="a restart")


async def test_a_program_waits_for_its_turn_but_not_for_ever(tmp_path: Path) -> None:
    waiting = program(tmp_path, SLEEP, wait_for=asyncio.Event(), wait_seconds=0.2)
    async with supervised(waiting) as (_, changes):
        assert changes == []
        await eventually(lambda: _true(changes.count("started") == 1), within=5, what="a start")


async def test_a_long_log_is_cut_and_its_end_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST_LOG", 10)
    log = tmp_path / "small.log"
    log.write_text("what was said before")
    async with supervised(program(tmp_path, SLEEP)) as (_, changes):
        await eventually(lambda: _true(changes.count("started") == 1), within=10, what="a start")
    assert (log.read_text(), (tmp_path / "small.log.1").read_text()) == ("", "what was said before")


async def _true(value: bool) -> bool:
    return value
