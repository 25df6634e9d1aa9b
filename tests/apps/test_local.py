"""`escale up` with real processes: it starts, brings back what dies, and stops."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bot.apps.scheduler import list_chores
from bot.db.embedded import server_dir
from tests.fixtures.installation import Installation, Up

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]
# Figures hold on an idle machine; a busy one gets more time to start, never to stop.
START_SECONDS = 90.0
STOP_SECONDS = 10.0


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    installation = Installation(tmp_path_factory.mktemp("up"))
    with installation.up() as up:
        up.wait_for(lambda: up.readiness().get("worker") == "ready", within=START_SECONDS, what="a worker")
        for part in ("scheduler", "batch"):
            up.wait_for(lambda part=part: up.readiness().get(part) == "ready", within=START_SECONDS, what=part)
        up.wait_for(lambda: "Escale answers" in up.output, within=START_SECONDS, what="the word that it answers")
        yield up


def postmaster_of(up: Up) -> psutil.Process:
    file = server_dir(up.installation.data_path) / "postmaster.pid"
    return psutil.Process(int(file.read_text().splitlines()[0]))


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_without_a_token_everything_runs_but_telegram_and_it_says_so(up: Up) -> None:
    assert "no ESCALE_TELEGRAM_TOKEN" in up.output
    assert up.child("telegram") is None
    assert "Escale answers after" in up.output
    assert {name for name, state in up.readiness().items() if state != "ready"} == {"rasa"}


def test_a_second_up_on_the_same_data_is_refused_with_the_number_of_the_first(up: Up) -> None:
    installation = Installation(up.installation.data_path)
    second = installation.run("up")
    assert second.returncode == 3
    assert f"process {up.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_port_that_is_taken_is_named_with_its_setting(up: Up, tmp_path: Path) -> None:
    installation = Installation(tmp_path, http_port=up.installation.http_port)
    refused = installation.run("up")
    assert refused.returncode == 3
    assert str(up.installation.http_port) in refused.stderr
    assert "ESCALE_HTTP_PORT" in refused.stderr


def test_a_command_beside_it_uses_its_database(up: Up) -> None:
    listed = up.installation.run("offers", "list", "--json")
    assert (listed.returncode, listed.stdout.strip()) == (0, "[]")


def test_chores_are_done_by_a_process_of_their_own_and_shown(up: Up) -> None:
    def shown() -> dict[str, str]:
        lines = up.installation.run("jobs", "--json").stdout.splitlines()
        return {report["task"]: report["outcome"] for report in map(json.loads, lines)}

    # A new installation does at once what clock times bring later; intervals begin with the first of them.
    nightly = {chore.task for chore in list_chores() if chore.interval is None}
    up.wait_for(
        lambda: {task for task, o in shown().items() if o == "done"} >= nightly, within=START_SECONDS, what="the chores"
    )
    assert up.readiness()["jobs"] == "ready"
    assert up.installation.run("jobs").stdout.count(" done ") >= len(nightly)


@pytest.mark.parametrize("name", ["worker", "batch", "scheduler", "console"])
def test_a_killed_process_comes_back(up: Up, name: str) -> None:
    before = up.child(name)
    assert before is not None
    before.kill()

    def is_back() -> bool:
        now = up.child(name)
        return now is not None and now.pid != before.pid

    up.wait_for(is_back, within=30, what=f"another {name}")
    part = "database" if name == "console" else name
    up.wait_for(lambda: up.readiness().get(part) == "ready", within=START_SECONDS, what=f"{name} at work")


def test_the_killed_database_comes_back_and_the_others_with_it(up: Up) -> None:
    before = postmaster_of(up)
    os.kill(before.pid, signal.SIGKILL)
    up.wait_for(lambda: "started again" in up.output, within=START_SECONDS, what="the database")
    assert postmaster_of(up).pid != before.pid
    up.wait_for(
        lambda: {name for name, state in up.readiness().items() if state != "ready"} == {"rasa"},
        within=START_SECONDS,
        what="every part",
    )


def test_sigterm_stops_every_process_and_the_database_within_ten_seconds(tmp_path: Path) -> None:
    with Installation(tmp_path).up() as up:
        up.wait_for(lambda: up.readiness().get("worker") == "ready", within=START_SECONDS, what="a worker")
        server = postmaster_of(up)
        children = psutil.Process(up.process.pid).children(recursive=True)
        assert up.terminate() < STOP_SECONDS
    assert up.process.returncode == 0
    assert [process for process in (server, *children) if is_alive(process)] == []


def test_children_end_with_an_up_that_was_killed_and_the_next_one_takes_over(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    with installation.up() as up:
        up.wait_for(lambda: up.readiness().get("worker") == "ready", within=START_SECONDS, what="a worker")
        children = [child for name in ("worker", "batch", "console", "scheduler") if (child := up.child(name))]
        up.process.kill()
        up.process.wait()
        _, alive = psutil.wait_procs(children, timeout=15)
        assert alive == []
    with installation.up() as up:
        up.wait_for(lambda: up.readiness().get("worker") == "ready", within=START_SECONDS, what="a worker")
        assert up.terminate() < STOP_SECONDS
