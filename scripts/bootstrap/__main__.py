"""Sets Escale up: `scripts/setup [app|dev|nlu|model|lock]...`; what is up to date is left alone.

app    the application's environment, in .venv
dev    the same with the tools of the tests and checks
nlu    Rasa's environment (Python 3.10), in nlu/.venv
model  Rasa's model and the ear for distress, each made anew when what it is made of has changed
lock   the requirement files, written anew from requirements/*.in and nlu/requirements.in
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from environments import Environment, Workshop
from locking import write_locks
from progress import StepFailedError, run, step, tell

ROOT = Path(__file__).resolve().parents[2]
_REQUIREMENTS = ROOT / "requirements"
_APP = Environment(
    title="The application's environment (.venv)",
    folder=ROOT / ".venv",
    requirements=_REQUIREMENTS / "app.txt",
    inputs=(ROOT / "pyproject.toml",),
    project=True,
)
_DEV = Environment(
    title="The application's environment, with the tools of the tests (.venv)",
    folder=ROOT / ".venv",
    requirements=_REQUIREMENTS / "dev.txt",
    inputs=(ROOT / "pyproject.toml",),
    project=True,
)
_NLU = Environment(
    title="Rasa's environment (nlu/.venv: 160 packages, TensorFlow among them)",
    folder=ROOT / "nlu" / ".venv",
    requirements=ROOT / "nlu" / "requirements.txt",
)
# In Rasa's own environment, and without importing Rasa: it answers in a tenth of a second.
_IS_TRAINED = (
    "import sys; from nlu.train import MODEL_PREFIX, MODELS, fingerprint, models_in;"
    " names = [path.name for path in models_in(MODELS)];"
    " sys.exit(names[:1] != [f'{MODEL_PREFIX}{fingerprint()}.tar.gz'])"
)
_TARGETS = ("app", "dev", "nlu", "model", "lock")


def main(targets: Sequence[str]) -> int:
    """Bring each target up to date, in the order given; return the exit code."""
    unknown = sorted(set(targets) - set(_TARGETS))
    if unknown or not targets:
        tell(__doc__ or "")
        return 2
    begin = time.monotonic()
    try:
        with _alone():
            is_changed = [_ensure(target) for target in targets]
    except StepFailedError as failure:
        tell(f"✗ The set-up stopped: {failure}")
        return 1
    except KeyboardInterrupt:
        tell("✗ The set-up was interrupted; run make again to go on.")
        return 130
    if any(is_changed):
        tell(f"✓ Set-up finished ({time.monotonic() - begin:.0f} s)")
    return 0


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold the project's set-up lock: two `make` at once set up one after the other."""
    folder = ROOT / ".tools"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("  Another make is setting up: waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure(target: str) -> bool:
    """Bring one target up to date; return whether there was anything to do."""
    if target == "lock":
        write_locks(ROOT, Workshop(ROOT))
        return True
    if target == "model":
        return any([_train(), _fit_ear()])
    environments = {"app": (_DEV, _APP), "dev": (_DEV,), "nlu": (_NLU,)}[target]
    # What the tests need holds all that the application needs.
    if any(environment.is_current() for environment in environments):
        return False
    Workshop(ROOT).make(environments[-1], python_310=target == "nlu")
    return True


def _train() -> bool:
    """Train when the newest model was made from other sources; return whether it was."""
    check = subprocess.run(
        [str(_NLU.python), "-c", _IS_TRAINED], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if check.returncode == 0:
        return False
    with step("Rasa's model, trained"):
        run(
            [_NLU.python, "-m", "nlu.train"],
            environment={**os.environ, "LOG_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore"},
            directory=ROOT,
            advice="The lines above say which file is wrong; mend it, then run make train.",
        )
    return True


def _fit_ear() -> bool:
    """Fit the ear for distress when its weights were made from other sources; return whether it was."""
    command = [str(_APP.python), "scripts/fit_distress.py"]
    if subprocess.run([*command, "--check"], cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode == 0:
        return False
    with step("The ear for distress, fitted"):
        run(command, directory=ROOT, advice="The lines above say which file is wrong; mend it, then run make train.")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
