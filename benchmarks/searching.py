"""Search at two sizes of catalogue, measured by `benchmarks.search` in a process of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.figures import Figure, at_most, shown, unmeasured
from benchmarks.machine import ROOT
from benchmarks.processes import DidNotStartError, run_to_end

# Milliseconds that 95 % of searches may take, by the number of offers.
TARGETS = {1_000: 8.0, 100_000: 30.0}
_QUERIES = 200
_LONGEST = 600


def measure_search(folder: Path) -> list[Figure]:
    """Return the figures of both sizes; filling 100,000 offers takes minutes once, then they are kept in .escale/."""
    return [_measure(folder, number, limit) for number, limit in TARGETS.items()]


def _measure(folder: Path, number: int, limit: float) -> Figure:
    name = f"search, p95, {shown(number)} offers"
    log = folder / f"search-{number}.log"
    kept = ROOT / ".escale" / "benchmarks"
    command = [sys.executable, "-m", "benchmarks.search", "--offers", str(number), "--queries", str(_QUERIES)]
    try:
        run_to_end([*command, "--data-dir", str(kept)], log=log, environment={}, seconds=_LONGEST)
    except DidNotStartError as error:
        return unmeasured(name, str(error).splitlines()[0])
    results = {str(line.get("what")): line for line in map(json.loads, _json_lines(log)) if "clock_p95" in line}
    found = results.pop("escale search")
    beside = [f"{what} {shown(line['clock_p95'])} ms" for what, line in results.items()]
    own = f"p50 {shown(found['clock_p50'])} ms, p95 of processor time {shown(found['processor_p95'])} ms"
    return at_most(name, float(found["clock_p95"]), limit, "ms", peer="; ".join([own, *beside]))


def _json_lines(log: Path) -> list[str]:
    return [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
