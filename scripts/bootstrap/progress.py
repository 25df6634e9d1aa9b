"""Shows what the set-up does, on standard error: one line when a step begins, one when it ends, with the time taken."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_STILL_SECONDS = 15


class StepFailedError(Exception):
    """A step of the set-up failed; the text says what to do."""


def tell(line: str) -> None:
    """Write one line of progress."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step, and how long it took."""
    tell(f"→ {title} …")
    begin = time.monotonic()
    yield
    tell(f"✓ {title} ({time.monotonic() - begin:.1f} s)")


def run(
    command: Sequence[str | Path],
    *,
    advice: str,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> None:
    """Run `command` with its output on standard error, saying now and then that it still runs.

    Args:
        command: program and arguments.
        advice: what to do when it fails.
        environment: the whole environment; None for this process's.
        directory: where to run it.

    Raises:
        StepFailedError: it could not be started or returned an error.
    """
    begin = time.monotonic()
    try:
        # Standard input belongs to the conversation that follows: the set-up must not read it.
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            env=dict(environment) if environment is not None else None,
            cwd=directory,
        )
    except OSError as error:
        raise StepFailedError(f"{command[0]} cannot be started ({error.strerror}). {advice}") from None
    while True:
        try:
            code = process.wait(timeout=_STILL_SECONDS)
            break
        except subprocess.TimeoutExpired:
            tell(f"  … still at it ({time.monotonic() - begin:.0f} s)")
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
    if code != 0:
        raise StepFailedError(f"it ended with code {code}. {advice}")
