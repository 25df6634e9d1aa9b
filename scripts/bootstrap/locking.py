"""Writes the requirement files anew: every package pinned, with the hashes of its files and no address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from environments import Workshop
from pip_settings import without_extra_indexes
from progress import StepFailedError, run, step

_ADVICE = "The line above says which requirement cannot be met."
# requirements file, what it is resolved from, and uv's options. Rasa pins differ by system, so its file is for one.
_LOCKS: Sequence[tuple[str, str, Sequence[str]]] = (
    ("requirements/tools.txt", "requirements/tools.in", ("--universal", "--python-version", "3.11")),
    ("requirements/dev.txt", "requirements/dev.in", ("--universal", "--python-version", "3.11")),
    (
        "requirements/app.txt",
        "requirements/app.in",
        ("--universal", "--python-version", "3.11", "-c", "requirements/dev.txt"),
    ),
    ("nlu/requirements.txt", "nlu/requirements.in", ("--python-version", "3.10", "--python-platform", "linux")),
)
_ADDRESS = re.compile(r"^\s*(-i|-f|--(extra-)?index-url|--find-links)\b|://", re.MULTILINE)


def write_locks(root: Path, workshop: Workshop) -> None:
    """Write each lock file; versions already locked stay unless `make lock UPGRADE=1` asks for the newest."""
    # What is locked must be what everybody gets, so a machine's own extra indexes have no say.
    variables = without_extra_indexes(workshop.tools())
    for target, source, options in _LOCKS:
        with step(target):
            run(
                [workshop.uv, "pip", "compile", "-q", "--generate-hashes", "--no-emit-index-url"]
                + ["--no-emit-find-links", "--custom-compile-command", "make lock", *options]
                + (["--upgrade"] if variables.get("UPGRADE") else [])
                + [source, "-o", target],
                advice=_ADVICE,
                environment=variables,
                directory=root,
            )
            if _ADDRESS.search((root / target).read_text(encoding="utf-8")):
                raise StepFailedError(f"{target} holds an address; a lock file must not.")
