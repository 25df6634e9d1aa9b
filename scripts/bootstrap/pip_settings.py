"""Carries pip's configuration over to uv, which does not read it.

A machine may be told by pip.conf or PIP_* where packages come from. Nothing of it is written into the repository: it
is read at each set-up and handed to uv in its environment. Hashes fix what is installed, wherever it comes from.
"""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

# pip: an option given by environment wins over one of a command's section, which wins over the global section.
_SECTIONS = (":env:", "install", "global")


def environment_for_uv(python: Path) -> dict[str, str]:
    """Return this process's environment with pip's choices in uv's words; variables set for uv already win.

    Args:
        python: an interpreter whose pip is asked.
    """
    listing = subprocess.run(
        [str(python), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False, timeout=60
    ).stdout
    environment = dict(os.environ)
    for name, value in translate(read_options(listing)).items():
        environment.setdefault(name, value)
    # A Python that pyenv or conda put forward must not be mistaken for the target.
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME"):
        environment.pop(name, None)
    return environment


def read_options(listing: str) -> dict[str, str]:
    """Return the options that `pip config list` prints, the strongest section first."""
    options: dict[tuple[str, str], str] = {}
    for line in listing.splitlines():
        place, found, value = line.partition("=")
        section, _, name = place.rpartition(".")
        if found and section in _SECTIONS:
            options[section, name] = _unquoted(value)
    names = {name for _, name in options}
    return {name: next(options[s, name] for s in _SECTIONS if (s, name) in options) for name in names}


def translate(options: dict[str, str]) -> dict[str, str]:
    """Return uv's environment variables for pip's `options`."""
    renamed = {
        "UV_DEFAULT_INDEX": options.get("index-url", ""),
        "UV_INDEX": " ".join(options.get("extra-index-url", "").split()),
        "UV_FIND_LINKS": ",".join(options.get("find-links", "").split()),
        "UV_INSECURE_HOST": " ".join(options.get("trusted-host", "").split()),
        "UV_HTTP_TIMEOUT": options.get("timeout", options.get("default-timeout", "")),
        "SSL_CERT_FILE": options.get("cert", ""),
        "HTTPS_PROXY": options.get("proxy", ""),
        "UV_NO_INDEX": "1" if options.get("no-index", "").lower() in {"1", "true", "yes", "on"} else "",
    }
    if renamed["UV_INDEX"]:
        # pip looks at all indexes alike; the hashes make that safe.
        renamed["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in renamed.items() if value}


def without_extra_indexes(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` for the main index alone: a mirror that holds some files of a version hides the others."""
    return {name: value for name, value in environment.items() if name not in {"UV_INDEX", "UV_INDEX_STRATEGY"}}


def _unquoted(value: str) -> str:
    try:
        return str(ast.literal_eval(value))
    except (ValueError, SyntaxError):
        return value
