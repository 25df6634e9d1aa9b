"""Reads the catalogues and gives a sentence in a language.

A catalogue maps keys to sentences with `{placeholders}`; a key that counts maps plural categories (CLDR: zero, one,
two, few, many, other) to sentences. French stands in for a missing sentence; a test makes sure that none is missing.

A person may be spoken to with "vous", or plainly: their language is then a `Voice`, and the sentences of
`<language>/plain` and `<language>/formal` take the place of those that they word anew.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml
from babel import Locale

LANGUAGES = ("fr", "en", "es", "ar")
DEFAULT_LANGUAGE = "fr"
Catalogue = dict[str, str | dict[str, str]]


class Voice(str):
    """A language with a manner of speaking; whoever asks only for a language reads it as one.

    Attributes:
        manners: the folders whose sentences come before the language's own, the first first.
    """

    manners: tuple[str, ...]

    def __new__(cls, code: str, *, is_formal: bool = False, is_plain: bool = False) -> Voice:
        """Return `code` spoken with "vous", plainly, both or neither."""
        voice = super().__new__(cls, code)
        # Plain sentences call nobody "tu" or "vous" and serve both.
        voice.manners = (*(("plain",) if is_plain else ()), *(("formal",) if is_formal else ()))
        return voice


def say(key: str, language: str, **values: object) -> str:
    """Return the sentence of `key` in `language`, its placeholders filled.

    Args:
        key: "topic.name", such as "search.none_found".
        language: fr, en, es or ar.
        **values: the placeholders; `count` also chooses the plural form.

    Raises:
        KeyError: the key exists in no catalogue.
    """
    entry = _worded(key, language) or catalogue(language).get(key) or catalogue(DEFAULT_LANGUAGE)[key]
    if isinstance(entry, dict):
        category = str(Locale(language).plural_form(int(str(values["count"]))))
        entry = entry.get(category) or entry["other"]
    return entry.format(**values) if values else entry


@cache
def catalogue(language: str, manner: str = "") -> Catalogue:
    """Return every sentence of `language`, keyed "topic.name"; with a manner, those that it words anew."""
    folder = resources.files("bot.locales") / language
    folder = folder / manner if manner else folder
    if not folder.is_dir():
        return {}
    sentences: Catalogue = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yml"):
            topic = file.name.removesuffix(".yml")
            loaded = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
            sentences.update({f"{topic}.{name}": entry for name, entry in loaded.items()})
    return sentences


def _worded(key: str, language: str) -> str | dict[str, str] | None:
    """Return the sentence as the voice words it anew, if it does."""
    manners = language.manners if isinstance(language, Voice) else ()
    return next((found for manner in manners if (found := catalogue(language, manner).get(key))), None)
