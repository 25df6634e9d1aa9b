"""Reads entries and refuses what is wrong: every problem names the file, the entry, the field and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml
from pydantic import ValidationError

from bot.kit.errors import InputError
from bot.knowledge.entries import KINDS_OF_ENTRIES, Course, Entry, Scheme, Trade
from bot.knowledge.files import TOPICS, read_file

# Fields that name entries, and the topic where these must be.
_REFERENCES: dict[type[Entry], dict[str, str]] = {
    Scheme: {"programmes": "programmes", "adds_with": "funding", "excludes": "funding"},
    Course: {"trades": "trades"},
    Trade: {"courses": "courses"},
}
_ADVICE = {
    "missing": "add the field",
    "extra_forbidden": "no such field: remove it or mend its name",
    "string_pattern_mismatch": "mend its form",
}


def shipped_contents() -> dict[str, list[dict[str, Any]]]:
    """Return the entries of every file as they are written, checked.

    Raises:
        InputError: a file or an entry is wrong.
    """
    contents = {topic: _items(topic) for topic in TOPICS}
    if problems := problems_of((topic, item) for topic, items in contents.items() for item in items):
        raise InputError(problems)
    return contents


def read_entry(topic: str, content: Mapping[str, Any]) -> Entry:
    """Return one entry, checked.

    Raises:
        InputError: a field is wrong.
    """
    if topic not in KINDS_OF_ENTRIES:
        raise InputError([f"{topic}: no such topic"])
    try:
        return KINDS_OF_ENTRIES[topic].model_validate(content)
    except ValidationError as error:
        raise InputError(list(_worded(topic, content, error))) from None


def problems_of(contents: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Return what is wrong with entries taken together: fields, identities and references."""
    problems: list[str] = []
    names: list[tuple[str, str]] = []
    entries: list[tuple[str, Entry]] = []
    for topic, content in contents:
        names.append((topic, str(content.get("id"))))
        try:
            entries.append((topic, read_entry(topic, content)))
        except InputError as error:
            problems.extend(error.problems)
    return problems + list(_written_twice(names)) + list(_wrong_references(entries, known=set(names)))


def _items(topic: str) -> list[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        items = yaml.load(read_file(topic), Loader=loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise InputError([f"{topic}.yml is no YAML: {error}"]) from None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InputError([f"{topic}.yml must be a list of entries"])
    return items


def _worded(topic: str, content: Mapping[str, Any], error: ValidationError) -> Iterator[str]:
    for part in error.errors():
        field = ".".join(str(step) for step in part["loc"]) or "the entry"
        advice = _ADVICE.get(part["type"], part["msg"].removeprefix("Value error, "))
        yield f"{topic}.yml, entry {content.get('id', '?')!r}, {field}: {advice}"


def _written_twice(names: Sequence[tuple[str, str]]) -> Iterator[str]:
    for topic, name in sorted(set(names)):
        if names.count((topic, name)) > 1:
            yield f"{topic}.yml, entry {name!r}, id: written twice, choose another"


def _wrong_references(entries: Sequence[tuple[str, Entry]], *, known: set[tuple[str, str]]) -> Iterator[str]:
    for topic, entry in entries:
        for field, target in _REFERENCES.get(type(entry), {}).items():
            for name in getattr(entry, field):
                if (target, name) not in known:
                    yield f"{topic}.yml, entry {entry.id!r}, {field}: {name!r} is not in {target}.yml"
