"""Where the vocabularies' YAML files are read, once per process."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import yaml

LANGUAGES: tuple[str, ...] = ("fr", "en", "es", "ar")


@functools.cache
def read_shelf(package: str, name: str) -> Mapping[str, Any]:
    """Read one YAML file shipped in a package; every scalar stays a string.

    The base loader is used on purpose: the other loaders read Norway's code as "false".

    Raises:
        TypeError: the file is not a mapping.
    """
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    content = yaml.load(text, Loader=loader)  # noqa: S506 - base loader builds strings only
    if not isinstance(content, dict):
        raise TypeError(f"{package}/{name} must be a mapping")
    return content


def phrases(value: str | Sequence[str]) -> tuple[str, ...]:
    """Split a shelf entry, written as a list or as one comma-separated line, in phrases."""
    lines = [value] if isinstance(value, str) else list(value)
    return tuple(part.strip() for line in lines for part in line.replace("،", ",").split(",") if part.strip())


def known_language(language: str) -> str:
    """Return the language when the house speaks it, else French."""
    return language if language in LANGUAGES else "fr"
