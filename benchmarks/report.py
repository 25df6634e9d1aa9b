"""Shows figures as one table, on the terminal and in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure
from benchmarks.machine import ROOT, Machine

DOCUMENT = ROOT / "docs" / "benchmarks.md"
_MARKS = {True: "holds", False: "FALLS SHORT", None: ""}
_HEADINGS = ("Figure", "Target", "Measured", "", "Beside it, in the same run")
_INTRODUCTION = """\
# Benchmarks

Written by `make bench`: every figure is measured on real processes, started by the run on 127.0.0.1 in a folder of its
own, with its peers beside it. A turn counts from the POST of the update to the webhook until the double of the Bot API
(`tests/fixtures/bot_api`) has received the answer: storing, Rasa, search, database and sender are all part of it. What
people write comes from the validation files, which the model never saw, in a realistic mix (`benchmarks/sentences.py`).
The pace of Telegram is lifted on both sides (`ESCALE_SENDER_RATE`), because 30 messages a second would be all that is
measured; nothing else differs from `escale up`. PostgreSQL counts by PSS, every other process by RSS.
"""


def print_table(figures: Sequence[Figure], machine: Machine) -> None:
    """Write the table to standard output."""
    table = Table(*_HEADINGS, title=machine.summary, title_justify="left", show_edge=False, pad_edge=False)
    for figure in figures:
        style = "bold red" if figure.is_held is False else None
        table.add_row(figure.name, figure.target, figure.measured, _MARKS[figure.is_held], figure.peer, style=style)
    Console(width=180).print(table)


def write_document(figures: Sequence[Figure], machine: Machine, path: Path = DOCUMENT) -> None:
    """Write the table, and the machine it was measured on, as Markdown."""
    rows = [
        f"| {figure.name} | {figure.target} | {figure.measured} | {_MARKS[figure.is_held]} | {figure.peer} |"
        for figure in figures
    ]
    parts = [
        _INTRODUCTION,
        f"| {' | '.join(_HEADINGS)} |\n|---|---|---|---|---|\n" + "\n".join(rows) + "\n",
        "## Machine\n",
        "\n".join(f"- {label}: {value}" for label, value in machine.lines) + "\n",
    ]
    path.write_text("\n".join(parts), encoding="utf-8")
