"""Spoken and wanted languages: from what people write to ISO 639 codes, and names back."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from babel import Locale

from bot.vocabulary.lookup import Lookup, index
from bot.vocabulary.shelf import LANGUAGES, known_language, phrases, read_shelf


def language_code(text: str) -> str | None:
    """Return the ISO 639-1 code of a language as people write it, else None.

    A language without a two-letter code (Berber) keeps its ISO 639-2 one. Darija is Arabic here:
    offers never make the difference.
    """
    return _lookup().find(text)


def language_name(code: str, language: str) -> str:
    """Return the name of a language in another one; an unknown code is returned as it is."""
    return str(Locale(known_language(language)).languages.get(code, code))


@functools.cache
def _lookup() -> Lookup:
    return Lookup(index(_spellings()), score=84.0, shortest=6)


def _spellings() -> Iterator[tuple[str, str]]:
    for code, words in read_shelf("bot.vocabulary", "languages.yml")["aliases"].items():
        yield from ((word, code) for word in phrases(words))
    for language in LANGUAGES:
        names = Locale(language).languages.items()
        yield from ((name, code) for code, name in names if len(code) == len("fr") and code != "no")
