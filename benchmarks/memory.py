"""How much memory a family of processes holds.

PostgreSQL's processes share their buffers, which RSS counts once for each of them: they are counted by PSS (each shared
page divided by those who share it), all others by RSS.
"""

from __future__ import annotations

from dataclasses import dataclass

import psutil

MIB = 2**20


@dataclass(frozen=True)
class Part:
    """The memory of one part, in MiB.

    Attributes:
        name: "worker", "rasa", "PostgreSQL"…
        processes: how many processes it is made of.
        rss: resident set size, shared pages counted in full.
        pss: proportional set size.
        counted: what counts for the sum: `pss` of PostgreSQL, `rss` of the others.
    """

    name: str
    processes: int
    rss: float
    pss: float
    counted: float


def read_memory(pid: int) -> list[Part]:
    """Return the parts of the process `pid` and of all its descendants, the largest first."""
    parent = psutil.Process(pid)
    sums: dict[str, list[float]] = {}
    for process in [parent, *parent.children(recursive=True)]:
        try:
            name = _part_of(process, is_parent=process.pid == pid)
            memory = process.memory_full_info()
        except psutil.Error:
            continue
        part = sums.setdefault(name, [0, 0.0, 0.0])
        part[0] += 1
        part[1] += memory.rss / MIB
        part[2] += memory.pss / MIB
    parts = [
        Part(name, int(count), rss, pss, pss if name == "PostgreSQL" else rss)
        for name, (count, rss, pss) in sums.items()
    ]
    return sorted(parts, key=lambda part: -part.counted)


def _part_of(process: psutil.Process, *, is_parent: bool) -> str:
    command = process.cmdline()
    if process.name().startswith("postgres"):
        return "PostgreSQL"
    if is_parent:
        return "up"
    if "nlu.serve" in command:
        return "rasa"
    return command[command.index("bot") + 1] if "bot" in command[:-1] else process.name()
