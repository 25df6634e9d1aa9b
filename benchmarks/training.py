"""How long training takes, and, when asked, everything that a fresh clone needs before its first conversation."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from benchmarks.machine import RASA_PYTHON, ROOT
from benchmarks.processes import run_to_end

_LONGEST_SETUP = 1800


def training_seconds(folder: Path) -> float:
    """Train the project's model into a folder of the run; return the seconds."""
    command = [str(RASA_PYTHON), "-m", "nlu.train", "--force", "--out", str(folder / "models")]
    return run_to_end(command, log=folder / "train.log", environment={"TQDM_DISABLE": "1"}, seconds=300)


def setup_seconds(folder: Path) -> float:
    """Clone the committed project and run `make setup` in it: two environments and the trained model."""
    clone = folder / "clone"
    git = shutil.which("git") or "git"
    subprocess.run([git, "clone", "--quiet", "--no-local", str(ROOT), str(clone)], check=True, timeout=120)
    # The virtual environment of this run is not that of the clone.
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL"):
        os.environ.pop(name, None)
    return run_to_end(
        ["make", "-C", str(clone), "setup"], log=folder / "setup.log", environment={}, seconds=_LONGEST_SETUP
    )
