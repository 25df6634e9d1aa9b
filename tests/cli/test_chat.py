"""`escale chat` with piped lines, in simple mode."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fixtures.installation import Installation


@pytest.fixture
def escale(tmp_path: Path, database_url: str) -> Installation:
    return Installation(tmp_path, extra={"ESCALE_DATABASE_URL": database_url})


def test_piped_lines_are_answered_with_offers_as_plain_text(escale: Installation) -> None:
    chatted = escale.run("chat", "--demo", "--wait", "0", given="un stage en Espagne\n\na\n", seconds=110)
    assert chatted.returncode == 0, chatted.stderr
    assert chatted.stdout.startswith("> un stage en Espagne\n")
    assert "[a]" in chatted.stdout
    assert "\n> a\n" in chatted.stdout
    assert "Traceback" not in chatted.stderr
    assert "<b>" not in chatted.stdout
    (listed,) = json.loads(escale.run("log", "--json").stdout)
    read = json.loads(escale.run("log", str(listed["person"]), "--json").stdout)
    assert ("in", "un stage en Espagne") in [(message["direction"], message["text"]) for message in read]
