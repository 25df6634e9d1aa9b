"""Makes the two Python environments from the locked requirements, and leaves them alone when nothing changed.

A stamp inside each environment says what it was made from; it reads "unfinished" while the work goes on, so that an
interrupted set-up starts over.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pip_settings import environment_for_uv, without_extra_indexes
from progress import StepFailedError, run, step, tell
from pythons import find_python_310

_UNFINISHED = "unfinished"
_NETWORK = (
    "Check the network (or pip's configuration, which is read), then run make again: it goes on where it stopped."
)
_NO_VENV = "Debian and Ubuntu: apt install python3-venv. Then run make again."


@dataclass(frozen=True)
class Environment:
    """One environment to make.

    Attributes:
        title: what the progress calls it.
        folder: the virtual environment.
        requirements: the locked files, in order of growing size; the last is installed.
        inputs: other files that change it, such as the project's own description.
        project: whether the project itself is installed in it, editable.
    """

    title: str
    folder: Path
    requirements: Path
    inputs: Sequence[Path] = ()
    project: bool = False

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """The file that says what it was made from."""
        return self.folder / "escale-stamp.json"

    def fingerprint(self) -> dict[str, str]:
        """Return what the environment depends on: place and contents of the files."""
        digest = hashlib.sha256()
        for path in (self.requirements, *self.inputs):
            digest.update(path.read_bytes())
        return {"place": str(self.folder), "requirements": self.requirements.name, "contents": digest.hexdigest()}

    def read_stamp(self) -> dict[str, str] | None:
        """Return the stamp, {} when the work was interrupted, None when there is none."""
        try:
            text = self.stamp.read_text(encoding="utf-8")
        except OSError:
            return None
        try:
            stamp = json.loads(text)
        except ValueError:
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def is_current(self) -> bool:
        """Whether it was made from these very files and its interpreter still runs."""
        return self.read_stamp() == self.fingerprint() and runs(self.python)


def runs(python: Path) -> bool:
    """Whether this interpreter starts."""
    try:
        subprocess.run([str(python), "-I", "-S", "-c", ""], check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


class Workshop:
    """Makes environments with uv, which it installs first when it is missing."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tools = Environment("uv, the installer", root / ".tools" / "uv", root / "requirements" / "tools.txt")
        self._environment: Mapping[str, str] | None = None

    @property
    def uv(self) -> Path:
        """The installer, there once `tools` has run."""
        return self._tools.folder / "bin" / "uv"

    def tools(self) -> Mapping[str, str]:
        """Install uv by pip into an environment of its own; return the environment variables to run it with."""
        if not self._tools.is_current():
            with step(self._tools.title):
                run([sys.executable, "-m", "venv", "--clear", self._tools.folder], advice=_NO_VENV)
                pip = [self._tools.python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
                run([*pip, "--require-hashes", "-r", self._tools.requirements], advice=_NETWORK)
                write_stamp(self._tools, self._tools.fingerprint())
        if self._environment is None:
            self._environment = environment_for_uv(self._tools.python)
        return self._environment

    def make(self, environment: Environment, *, python_310: bool = False) -> None:
        """Make `environment`, or bring it to what the locked files say."""
        variables = self.tools()
        with step(environment.title):
            stamp = environment.read_stamp()
            is_sound = runs(environment.python) and (stamp is None or stamp.get("place") == str(environment.folder))
            if not is_sound:
                python = find_python_310(self._root, self.uv, variables) if python_310 else Path(sys.executable)
                environment.folder.mkdir(parents=True, exist_ok=True)
                run([self.uv, "venv", "-q", "--clear", "--python", python, environment.folder], advice=_NETWORK)
            environment.stamp.write_text(_UNFINISHED, encoding="utf-8")
            self._install(environment, variables)
            write_stamp(environment, environment.fingerprint())

    def _install(self, environment: Environment, variables: Mapping[str, str]) -> None:
        # Without a terminal the list of packages would be all there is to see.
        quiet = [] if sys.stderr.isatty() else ["-q"]
        target = ["--python", environment.python]
        # The first start would otherwise compile the libraries; Rasa's are compiled by the training.
        compile_ = ["--compile-bytecode"] if environment.project else []
        sync = [self.uv, "pip", "sync", *quiet, *compile_, *target, "--require-hashes", environment.requirements]
        try:
            run(sync, advice=_NETWORK, environment=variables)
        except StepFailedError:
            if "UV_INDEX" not in variables:
                raise
            tell("  The extra indexes of pip's configuration do not have it all: trying without them.")
            run(sync, advice=_NETWORK, environment=without_extra_indexes(variables))
        if environment.project:
            run(
                [self.uv, "pip", "install", "-q", *target, "--no-deps", "--no-build-isolation", "-e", self._root],
                advice="The line above says what is wrong.",
                environment=variables,
            )


def write_stamp(environment: Environment, stamp: dict[str, str]) -> None:
    """Write the stamp, last of all, in one move."""
    draft = environment.stamp.with_suffix(".draft")
    draft.write_text(json.dumps(stamp), encoding="utf-8")
    draft.replace(environment.stamp)
