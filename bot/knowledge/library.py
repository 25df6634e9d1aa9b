"""The entries that answers may use, by topic, and the names under which people ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar, cast

from bot.knowledge.entries import Course, Entry, Helpline, Paper, Programme, Scheme, Trade, Visa
from bot.vocabulary.text import fold

_E = TypeVar("_E", bound=Entry)
# Topics with sheets that people ask for by name; when two bear the same name, the first topic answers.
NAMED = ("programmes", "courses", "trades", "funding", "helplines")

_ARTICLE, _SHORTEST = "ال", 4
_DIGITS_OF_AN_AGE = 2


@dataclass(frozen=True)
class Library:
    """Every entry that is shown."""

    entries: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[tuple[str, Entry]]) -> Library:
        """Return the library of these entries; those that are not shown stay out."""
        shelves: dict[str, dict[str, Entry]] = {}
        for topic, entry in entries:
            if entry.shown:
                shelves.setdefault(topic, {})[entry.id] = entry
        return cls(shelves)

    def get(self, topic: str, identity: str) -> Entry | None:
        """Return one entry, or None when it is gone."""
        return self.entries.get(topic, {}).get(identity)

    @property
    def programmes(self) -> Mapping[str, Programme]:
        """The programmes, by identity."""
        return self._shelf("programmes", Programme)

    @property
    def schemes(self) -> Mapping[str, Scheme]:
        """The funding schemes, by identity."""
        return self._shelf("funding", Scheme)

    @property
    def papers(self) -> Mapping[str, Paper]:
        """The papers, by identity."""
        return self._shelf("papers", Paper)

    @property
    def visas(self) -> Mapping[str, Visa]:
        """The visas, by identity."""
        return self._shelf("visas", Visa)

    @property
    def courses(self) -> Mapping[str, Course]:
        """The courses, by identity."""
        return self._shelf("courses", Course)

    @property
    def trades(self) -> Mapping[str, Trade]:
        """The trades, by identity."""
        return self._shelf("trades", Trade)

    @property
    def helplines(self) -> Mapping[str, Helpline]:
        """The help lines, by identity."""
        return self._shelf("helplines", Helpline)

    @cached_property
    def names(self) -> Mapping[str, tuple[tuple[str, Entry], ...]]:
        """The entries that each folded name or alias stands for, with their topics."""
        index: dict[str, list[tuple[str, Entry]]] = {}
        for topic in NAMED:
            for entry in self.entries.get(topic, {}).values():
                for name in dict.fromkeys(_spellings(entry)):
                    if not _is_an_age(name):
                        index.setdefault(name, []).append((topic, entry))
        return {name: _of_first_topic(found) for name, found in index.items() if name}

    def _shelf(self, topic: str, kind: type[_E]) -> Mapping[str, _E]:
        del kind
        return cast("Mapping[str, _E]", self.entries.get(topic, {}))


def without_articles(folded: str) -> str:
    """Return a folded text whose Arabic words have lost their article: "اللوجستي" is "لوجستي"."""
    return " ".join(word.removeprefix(_ARTICLE) if len(word) > _SHORTEST else word for word in folded.split())


def _is_an_age(name: str) -> bool:
    """Say whether a name is also an age or a day: nobody who writes "17 ans" means the police."""
    return name.isdigit() and len(name) <= _DIGITS_OF_AN_AGE


def _spellings(entry: Entry) -> Iterator[str]:
    for name in (entry.id.replace("-", " "), *entry.names.every(), *entry.aliases):
        yield fold(name)
        yield without_articles(fold(name))


def _of_first_topic(found: Sequence[tuple[str, Entry]]) -> tuple[tuple[str, Entry], ...]:
    first = found[0][0]
    return tuple(pair for pair in found if pair[0] == first)
