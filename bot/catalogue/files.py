"""What a file that advisers write may be: a text of two encodings, and YAML that is no trap."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from bot.kit.errors import InputError
from bot.locales.service import say

_DEEPEST = 10
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class DaysAsWritten(yaml.SafeLoader):
    """Leaves days as they are written: the 30th of February is said to be wrong with its field."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the library has it
        first: [pair for pair in pairs if not pair[0].endswith(":timestamp")]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def bytes_of(path: Path, *, most: int, too_big: str, language: str) -> bytes:
    """Return what a file holds; a device, which has no end, is a file that is too big.

    Raises:
        InputError: it cannot be read; or it holds more than `most` bytes, which `too_big` says.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise InputError([say("imports.unreadable", language, path=path, why=error.strerror or "")]) from None
    if len(content) > most:
        raise InputError([too_big])
    return content


def decoded(content: bytes) -> str:
    """Return the text of a file saved as UTF-8, or by an older Windows."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def check_shape(written: str) -> None:
    """Refuse what no file of ours holds: aliases (a few stand for a file without end), depth, unreadable signs.

    Raises:
        yaml.YAMLError: with the place.
    """
    depth = 0
    for event in yaml.parse(written, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        is_unreadable = isinstance(event, yaml.ScalarEvent) and _UNREADABLE.search(event.value)
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST or is_unreadable:
            raise yaml.MarkedYAMLError(problem_mark=event.start_mark)  # type: ignore[arg-type]
