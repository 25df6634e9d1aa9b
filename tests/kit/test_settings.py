"""Settings come from the environment; secrets are made once, kept, and the same for every process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.kit.settings import Settings


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ESCALE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ESCALE_TELEGRAM_API_URL", "http://127.0.0.1:8081/")
    return tmp_path


def test_urls_lose_their_last_slash(directory: Path) -> None:
    assert Settings(_env_file=None).telegram_api_url == "http://127.0.0.1:8081"


def test_processes_that_start_together_read_the_same_secret(directory: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: Settings(_env_file=None).secret_for_webhook(), range(16)))
    (secret,) = secrets
    assert len(secret) >= 32
    (kept,) = (directory / "secrets").iterdir()
    assert kept.stat().st_mode & 0o077 == 0


def test_a_token_is_not_shown(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCALE_TELEGRAM_TOKEN", "12345:secret")
    settings = Settings(_env_file=None)
    assert settings.has_telegram
    assert "12345" not in repr(settings)
