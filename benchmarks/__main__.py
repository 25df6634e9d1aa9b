"""`python -m benchmarks`: measures everything once, prints the table, and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.alerts import measure_alerts
from benchmarks.figures import Figure, at_most, median, percentile, plain, shown, unmeasured
from benchmarks.house import House, running_double_process
from benchmarks.installation import (
    Peers,
    Size,
    measure_by_polling,
    measure_by_webhook,
    measure_first_start,
)
from benchmarks.machine import describe_machine
from benchmarks.peers import measure_echo, measure_rest
from benchmarks.report import print_table, write_document
from benchmarks.searching import measure_search
from benchmarks.training import setup_seconds, training_seconds
from benchmarks.turns import Tally

_QUICK = Size(parses=130, turns=60, people=10, crowd=20, turns_each=6, veterans=2, polled=30)
_PARTS = ("turns", "search", "alerts", "training")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--setup", action="store_true", help="also clone the project and time `make setup`: minutes")
    parser.add_argument("--quick", action="store_true", help="fewer messages, to see whether it works")
    parser.add_argument("--only", choices=_PARTS, action="append", help="this part (repeat for several)")
    parser.add_argument("--no-document", action="store_true", help="leave docs/benchmarks.md as it is")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whatever was started is stopped on the way out
    machine = describe_machine(" ".join(["python -m benchmarks", *sys.argv[1:]]))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="escale-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database server may run as another user
        figures = _measure(folder, options.only or _PARTS, _QUICK if options.quick else Size(), setup=options.setup)
    figures.append(plain("this run", time.monotonic() - began, "s"))
    print_table(figures, machine)
    if not options.no_document and not options.quick and options.only is None:
        write_document(figures, machine)


def _measure(folder: Path, parts: Sequence[str], size: Size, *, setup: bool) -> list[Figure]:
    figures: list[Figure] = []
    if "turns" in parts:
        figures += _attempt("parse and turns", lambda: asyncio.run(_measure_turns(folder, size)))
    if "search" in parts:
        figures += _attempt("search at 1,000 and 100,000 offers", lambda: measure_search(folder))
    if "alerts" in parts:
        figures += _attempt("matching of saved searches", lambda: measure_alerts(folder))
    if "training" in parts:
        figures += _attempt("training", lambda: [at_most("training", training_seconds(folder), 60, "s")])
    if setup:
        name = "set-up and training on a fresh clone"
        figures += _attempt(name, lambda: [at_most(name, setup_seconds(folder), 360, "s")])
    return figures


def _attempt(name: str, work: Callable[[], list[Figure]]) -> list[Figure]:
    """Do one part; what goes wrong in it is a line of the table, and the other parts are measured all the same."""
    _tell(name)
    try:
        return work()
    except Exception as error:
        traceback.print_exc()
        return [unmeasured(name, f"{type(error).__name__}: {error}".splitlines()[0])]


async def _measure_turns(folder: Path, size: Size) -> list[Figure]:
    with running_double_process(folder) as url:
        _tell("peer: python-telegram-bot's echo")
        echo = await measure_echo(folder, url, turns=size.turns // 2)
    _tell("peer: Rasa's rest channel")
    rest = await asyncio.to_thread(measure_rest, folder, turns=size.turns // 2)
    peers = Peers(
        turn=f"{_phrase('Rasa rest, one utter_', rest[0])}; {_phrase('PTB echo', echo[0])}",
        rate=f"Rasa rest, 8 at once: {shown(rest[1].per_second)}/s; PTB echo: {shown(echo[1].per_second)}/s",
        parse=_phrase("Rasa rest, a whole answer", rest[0]),
    )
    with running_double_process(folder) as url:
        house = House(folder, url)
        _tell("first start")
        first = await measure_first_start(house)
        _tell("parse and turns by webhook")
        found = await measure_by_webhook(house, size, peers)
        _tell("turns by polling")
        polled, figure = await measure_by_polling(house, size)
        found.count(polled)
    nothing = at_most(
        "messages lost, or answered twice", found.lost + found.doubles, 0, "", peer=f"of {found.turns} measured turns"
    )
    return [*found.figures, figure, nothing, *first]


def _phrase(name: str, tally: Tally) -> str:
    values = tally.milliseconds
    return f"{name}: p50 {shown(median(values))}, p95 {shown(percentile(values, 95))} ms"


def _tell(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} → {what} …", file=sys.stderr, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
