"""Finds the Python 3.10 that Rasa needs: on the machine, in pyenv, else installed by uv into .tools/."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from progress import StepFailedError, run, step

_CHECK = "import sys, ssl, ctypes, sqlite3, zlib; sys.exit(sys.version_info[:2] != (3, 10))"
ADVICE = (
    "Rasa 3.6 needs Python 3.10. Install it (pyenv install 3.10; Debian 11 and Ubuntu 22.04: apt install python3.10),"
    " or let this machine reach uv's download site, then run make again."
)


def find_python_310(root: Path, uv: Path, environment: Mapping[str, str]) -> Path:
    """Return a Python 3.10 that was really run, installed by uv when the machine has none.

    Raises:
        StepFailedError: there is none, and none could be installed.
    """
    for candidate in _candidates(root):
        # nlu/.python-version lets pyenv's shims answer there.
        if path := _working(candidate, directory=root / "nlu"):
            return path
    managed = root / ".tools" / "python"
    with step("Python 3.10 (none found on this machine)"):
        run(
            [uv, "python", "install", "--no-bin", "3.10"],
            advice=ADVICE,
            environment={**environment, "UV_PYTHON_INSTALL_DIR": str(managed)},
        )
    for candidate in _managed(managed):
        if path := _working(candidate, directory=root):
            return path
    raise StepFailedError(ADVICE)


def _candidates(root: Path) -> Iterator[str]:
    yield "python3.10"
    for home in _pyenv_homes():
        yield from (str(path) for path in sorted(home.glob("versions/3.10*/bin/python3.10"), reverse=True))
    yield from _managed(root / ".tools" / "python")


def _managed(folder: Path) -> list[str]:
    return [str(path) for path in sorted(folder.glob("cpython-3.10*/bin/python3.10"), reverse=True)]


def _pyenv_homes() -> list[Path]:
    homes = [Path(os.environ["PYENV_ROOT"])] if "PYENV_ROOT" in os.environ else []
    try:
        answer = subprocess.run(["pyenv", "root"], capture_output=True, text=True, timeout=20, check=True)  # noqa: S607
        homes.append(Path(answer.stdout.strip()))
    except (OSError, subprocess.SubprocessError):
        pass
    return [*homes, Path.home() / ".pyenv"]


def _working(candidate: str, *, directory: Path) -> Path | None:
    """Return the path of the interpreter behind `candidate`, when it runs and is a whole Python 3.10."""
    try:
        answer = subprocess.run(
            [candidate, "-I", "-c", f"import sys; print(sys.executable); {_CHECK}"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
            cwd=directory,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return Path(answer.stdout.strip())
