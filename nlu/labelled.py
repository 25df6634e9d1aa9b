"""Reads messages whose meaning is known: the examples that are trained on, and the sets that never are."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterator, Optional, Tuple

from nlu.settings import ROOT

LANGUAGES = ("fr", "en", "es", "ar")
STYLES = ("clean", "sms", "typo", "no_accent", "long", "mixed")
HELD_OUT = ROOT / "tests/nlu/held_out"
VALIDATION = ROOT / "tests/nlu/validation"
_ENTITY = re.compile(r"\[(?P<value>[^\]]+)\](?:\((?P<name>[^)]+)\)|(?P<options>\{[^}]+\}))")

Span = Tuple[str, int, int]


@dataclass(frozen=True)
class Labelled:
    """One message and what it means.

    Attributes:
        spans: its entities as (name, first character, one after the last).
        roles: the role of each span that has one.
        style: how it is written, such as "sms"; "" when nobody said.
    """

    text: str
    intent: str
    spans: FrozenSet[Span]
    roles: FrozenSet[Tuple[Span, str]] = frozenset()
    language: str = ""
    style: str = ""


def labelled_set(folder: Path, language: str) -> Tuple[Labelled, ...]:
    """Return the messages of one language of a set (`HELD_OUT` or `VALIDATION`)."""
    return tuple(
        read_annotated(annotated, block["intent"], language=language, style=style)
        for block in _loaded(folder / f"{language}.yml")["messages"]
        for style, messages in block.items()
        if style != "intent"
        for annotated in messages
    )


def countries_of(folder: Path, language: str) -> Dict[str, str]:
    """Return the ISO 3166-1 code of each country of a set, by the words that name it there."""
    return dict(_loaded(folder / f"{language}.yml").get("countries") or {})


def phrases_of_distress(folder: Path, language: str) -> Dict[str, Tuple[str, ...]]:
    """Return what people in distress write ("urgent"), and what only sounds like it ("calm")."""
    loaded = _loaded(folder / f"emergency_{language}.yml")
    return {name: tuple(loaded[name]) for name in ("urgent", "calm")}


def training_examples(language: str) -> Iterator[Labelled]:
    """Yield the examples that are trained on."""
    for path in sorted((ROOT / "nlu/data" / language).glob("*.yml")):
        for block in _loaded(path)["nlu"]:
            for line in block["examples"].splitlines():
                if line.strip().startswith("- "):
                    yield read_annotated(line.strip()[2:].strip(), block["intent"], language=language)


def read_annotated(annotated: str, intent: str, *, language: str = "", style: str = "") -> Labelled:
    """Return the message that an annotated line describes; offsets count characters of the plain text."""
    text, spans, roles, last = "", set(), set(), 0
    for found in _ENTITY.finditer(annotated):
        text += annotated[last : found.start()]
        options: Dict[str, Optional[str]] = json.loads(found["options"]) if found["options"] else {}
        span = (options.get("entity") or found["name"], len(text), len(text) + len(found["value"]))
        spans.add(span)
        if role := options.get("role"):
            roles.add((span, role))
        text += found["value"]
        last = found.end()
    return Labelled(text + annotated[last:], intent, frozenset(spans), frozenset(roles), language, style)


def bare(text: str) -> str:
    """Return the text in lower case, without superfluous spaces: two messages alike are the same."""
    return " ".join(text.lower().split())


def _loaded(path: Path) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
