"""The Rasa that Escale starts: found, told its environment, asked for its health, borrowed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.apps.rasa_loan import borrow_rasa
from bot.apps.rasa_process import find_installation, is_port_free, rasa_environment, read_health, require_port
from bot.kit.errors import ConfigurationError
from bot.kit.settings import Settings
from tests.fixtures.processes import free_port

SECRET = "a secret of some length"


class _Stub(BaseHTTPRequestHandler):
    body = b'{"status": "ok", "model": "escale-1"}'

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Stay silent."""


@pytest.fixture
def stub() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), _Stub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def settings_in(tmp_path: Path, **values: object) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, **values)  # type: ignore[call-arg, arg-type]


def test_without_rasa_the_error_names_the_command_that_installs_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="make setup"):
        find_installation(tmp_path)


def test_without_a_model_the_error_names_the_command_that_trains_one(tmp_path: Path) -> None:
    python = tmp_path / "nlu" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    with pytest.raises(ConfigurationError, match="make train"):
        find_installation(tmp_path)


def test_the_newest_model_is_served_on_loopback(tmp_path: Path) -> None:
    python = tmp_path / "nlu" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    (tmp_path / "models").mkdir()
    for age, name in enumerate(("old.tar.gz", "new.tar.gz")):
        (tmp_path / "models" / name).touch()
        import os

        os.utime(tmp_path / "models" / name, (1000 + age, 1000 + age))
    command = find_installation(tmp_path).command(5005)
    assert str(tmp_path / "models" / "new.tar.gz") in command
    assert "nlu.serve" in command  # which listens on 127.0.0.1 only


def test_rasa_gets_its_secret_and_neither_the_token_nor_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESCALE_TELEGRAM_TOKEN", "123456:token")
    monkeypatch.setenv("ESCALE_DATABASE_URL", "postgresql://a:b@c/d")
    environment = rasa_environment(settings_in(tmp_path, rasa_secret=SECRET), actions_port=8001)
    ours = {name: value for name, value in environment.items() if name.startswith("ESCALE_")}
    assert ours == {"ESCALE_RASA_SECRET": SECRET, "ESCALE_ACTIONS_URL": "http://127.0.0.1:8001/webhook"}
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"


def test_health_is_what_rasa_says_of_itself(stub: HTTPServer) -> None:
    base = f"http://127.0.0.1:{stub.server_port}"
    assert read_health(base, SECRET) == {"status": "ok", "model": "escale-1"}


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"other": 1}', b""])
def test_another_server_on_that_port_is_not_rasa(
    stub: HTTPServer, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Stub, "body", body)
    assert read_health(f"http://127.0.0.1:{stub.server_port}", SECRET) is None


def test_nobody_there_is_no_health() -> None:
    assert read_health(f"http://127.0.0.1:{free_port()}", SECRET, timeout=0.5) is None


def test_a_running_rasa_is_borrowed_and_left_running(stub: HTTPServer, tmp_path: Path) -> None:
    settings = settings_in(tmp_path, rasa_port=stub.server_port, rasa_secret=SECRET)
    with borrow_rasa(settings, print) as loan:
        assert (loan.process, loan.missing, loan.is_ready()) == (None, None, True)
    assert read_health(loan.base_url, SECRET) is not None


def test_a_loading_rasa_is_not_ready(stub: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Stub, "body", json.dumps({"status": "loading"}).encode())
    with borrow_rasa(settings_in(tmp_path, rasa_port=stub.server_port, rasa_secret=SECRET), print) as loan:
        assert not loan.is_ready()


def test_a_taken_port_is_an_error_that_names_the_setting(stub: HTTPServer) -> None:
    assert not is_port_free("127.0.0.1", stub.server_port)
    with pytest.raises(ConfigurationError, match="ESCALE_HTTP_PORT"):
        require_port("127.0.0.1", stub.server_port, setting="ESCALE_HTTP_PORT")
