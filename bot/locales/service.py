"""Reads the catalogues and gives a sentence in a language.

A catalogue maps keys to sentences with `{placeholders}`; a key that counts maps plural categories (CLDR: zero, one,
two, few, many, other) to sentences. French stands in for a missing sentence; a test makes sure that none is missing.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml
from babel import Locale

LANGUAGES = ("fr", "en", "es", "ar")
DEFAULT_LANGUAGE = "fr"
Catalogue = dict[str, str | dict[str, str]]


def say(key: str, language: str, **values: object) -> str:
    """Return the sentence of `key` in `language`, its placeholders filled.

    Args:
        key: "topic.name", such as "search.none_found".
        language: fr, en, es or ar.
        **values: the placeholders; `count` also chooses the plural form.

    Raises:
        KeyError: the key exists in no catalogue.
    """
    entry = catalogue(language).get(key) or catalogue(DEFAULT_LANGUAGE)[key]
    if isinstance(entry, dict):
        category = str(Locale(language).plural_form(int(str(values["count"]))))
        entry = entry.get(category) or entry["other"]
    return entry.format(**values) if values else entry


@cache
def catalogue(language: str) -> Catalogue:
    """Return every sentence of `language`, keyed "topic.name"."""
    folder = resources.files("bot.locales") / language
    if not folder.is_dir():
        return {}
    sentences: Catalogue = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yml"):
            topic = file.name.removesuffix(".yml")
            loaded = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
            sentences.update({f"{topic}.{name}": entry for name, entry in loaded.items()})
    return sentences
