"""What pip is told reaches uv."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts" / "bootstrap"


@pytest.fixture(scope="module")
def pip_settings() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pip_settings", SCRIPTS / "pip_settings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["pip_settings"] = module
    spec.loader.exec_module(module)
    return module


def test_indexes_and_certificate_of_pip_reach_uv(pip_settings: ModuleType) -> None:
    listing = (
        "global.cert='/etc/own.pem'\nglobal.index-url='https://one.example/simple'\n"
        "global.extra-index-url='https://two.example/simple\\nhttps://three.example/simple'\n"
        "global.find-links='/a /b'\n"
    )
    translated = pip_settings.translate(pip_settings.read_options(listing))
    assert translated == {
        "UV_DEFAULT_INDEX": "https://one.example/simple",
        "UV_INDEX": "https://two.example/simple https://three.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/a,/b",
        "SSL_CERT_FILE": "/etc/own.pem",
    }


def test_the_environment_wins_over_the_command_and_the_command_over_the_rest(pip_settings: ModuleType) -> None:
    listing = ":env:.timeout='1'\nglobal.timeout='3'\ninstall.timeout='2'\ninstall.cert='b'\nglobal.cert='a'\n"
    assert pip_settings.read_options(listing) == {"timeout": "1", "cert": "b"}


def test_without_any_configuration_uv_is_told_nothing(pip_settings: ModuleType) -> None:
    assert pip_settings.translate(pip_settings.read_options("")) == {}


def test_the_locked_files_hold_hashes_and_no_address() -> None:
    root = SCRIPTS.parents[1]
    for file in (*sorted((root / "requirements").glob("*.txt")), root / "nlu" / "requirements.txt"):
        text = file.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "index-url" not in text
        assert "find-links" not in text
