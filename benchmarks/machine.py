"""Names the machine, the software and the commit that figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
RASA_PYTHON = ROOT / "nlu" / ".venv" / "bin" / "python"


@dataclass(frozen=True)
class Machine:
    """Where and when figures were measured, as (label, value) lines."""

    lines: tuple[tuple[str, str], ...]

    @property
    def summary(self) -> str:
        """One line for the terminal."""
        return " · ".join(value for _, value in self.lines[:4])


def describe_machine(command: str) -> Machine:
    """Return the machine as it is now; `command` is what was asked of it."""
    memory = psutil.virtual_memory().total / 2**30
    return Machine(
        (
            ("Processor", f"{_processor()}, {psutil.cpu_count()} cores"),
            ("Memory", f"{memory:.0f} GiB"),
            ("System", _system()),
            ("Python", f"{platform.python_version()} (application), {_version_of(RASA_PYTHON)} (Rasa)"),
            ("Date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
            ("Commit", _commit()),
            ("Command", f"`{command}`"),
            ("Load before the run", f"{os.getloadavg()[0]:.1f}"),
        )
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _system() -> str:
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        name = ""
    return " ".join(part for part in (name, platform.system(), platform.release()) if part)


def _version_of(python: Path) -> str:
    return _output([str(python), "-c", "import platform; print(platform.python_version())"]) or "not installed"


def _commit() -> str:
    revision = _output(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"])  # the project itself, read only
    changed = _output(["git", "-C", str(ROOT), "status", "--porcelain", "--untracked-files=no"])
    return f"{revision or 'unknown'}{' with changes' if changed else ''}"


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
