"""The tests of this folder hold on any day: they say what day it is."""

from __future__ import annotations

from pathlib import Path

import pytest

FILES = sorted(Path(__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", [file for file in FILES if file != Path(__file__)], ids=lambda file: file.name)
def test_no_clock_is_read_but_that_of_the_house(file: Path) -> None:
    written = file.read_text(encoding="utf-8").replace("house_now()", "")
    assert [clock for clock in ("utc_now", "datetime.now", "date.today", "now()") if clock in written] == []
