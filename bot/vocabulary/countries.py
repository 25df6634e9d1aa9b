"""Countries: from what people write to ISO 3166-1 alpha-2 codes, and back to names in four languages.

Names come from the Unicode CLDR through Babel; short names and misspellings from `countries.yml`.
"Bled" is no country: nobody but the person knows which one it is.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from babel import Locale

from bot.vocabulary.lookup import Lookup, index
from bot.vocabulary.shelf import LANGUAGES, known_language, phrases, read_shelf
from bot.vocabulary.text import fold

_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "DG", "EA", "IC", "TA"})
_FEMININE_ENDING = "e"
_VOWELS = "aeiou"


def country_code(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country as people write it, else None.

    Articles, prepositions and glued Arabic prefixes are ignored; one misspelling is accepted in a
    name of five letters or more when only one country is near.
    """
    return _lookup().find(text)


def exact_country_code(text: str) -> str | None:
    """Return the code of a country whose name, short name or listed misspelling is written, else None."""
    return _lookup().exact(text)


def is_country(code: str) -> bool:
    """Say whether a code is one of the countries known here."""
    return code in _names("fr")


def country_codes() -> tuple[str, ...]:
    """List every country code known here, in alphabetical order."""
    return tuple(sorted(_names("fr")))


def country_name(code: str, language: str) -> str:
    """Return the name of a country in a language (French when the language is not spoken here).

    An unknown code is returned as it is: an odd row must not break a conversation.
    """
    return _names(known_language(language)).get(code, code)


def country_with_preposition(code: str, language: str = "fr") -> str:
    """Return the place as an answer needs it: "en Espagne", "in Spain", "en España", "في إسبانيا"."""
    name = country_name(code, language)
    match known_language(language):
        case "en":
            return f"in the {name}" if code in _codes_line("english_the") else f"in {name}"
        case "es":
            return f"en {name}"
        case "ar":
            return f"في {name}"
        case _:
            return f"{_french_preposition(code, fold(name))} {name}"


def neighbours(code: str) -> tuple[str, ...]:
    """List the countries to offer when a search in this one finds nothing, nearest first."""
    return tuple(read_shelf("bot.vocabulary", "countries.yml")["neighbours"].get(code, "").split())


def _french_preposition(code: str, folded: str) -> str:
    rules = read_shelf("bot.vocabulary", "countries.yml")["french"]
    listed = next((word for word, codes in rules.items() if code in codes.split()), None)
    if listed:
        return "à" if listed == "a" else str(listed)
    first_word = folded.split(maxsplit=1)[0] if folded else ""
    is_feminine = first_word.endswith(_FEMININE_ENDING) or first_word in {"coree", "nouvelle"}
    return "en" if is_feminine or folded[:1] in _VOWELS else "au"


@functools.cache
def _codes_line(key: str) -> frozenset[str]:
    return frozenset(read_shelf("bot.vocabulary", "countries.yml")[key].split())


@functools.cache
def _names(language: str) -> dict[str, str]:
    shown = read_shelf("bot.vocabulary", "countries.yml")["shown"]
    official = {
        code: name
        for code, name in Locale(language).territories.items()
        if len(code) == len("FR") and code.isalpha() and code not in _NOT_COUNTRIES
    }
    return {code: shown.get(code, {}).get(language, name) for code, name in official.items()}


@functools.cache
def _lookup() -> Lookup:
    refused = frozenset(fold(word) for word in read_shelf("bot.vocabulary", "countries.yml")["refused"])
    return Lookup(index(_spellings()), score=84.0, shortest=5, refused=refused)


def _spellings() -> Iterator[tuple[str, str]]:
    """Yield (spelling, code): the house's own first, so that it wins over an official homonym."""
    for code, words in read_shelf("bot.vocabulary", "countries.yml")["aliases"].items():
        yield from ((word, code) for word in phrases(words))
    for language in LANGUAGES:
        yield from ((name, code) for code, name in _names(language).items())
        yield from ((name, code) for code, name in Locale(language).territories.items() if code in _names("fr"))
