"""Named schemes: Erasmus+, European Solidarity Corps, service civique, VIE, working holiday and so on.

Old names live on in what people write: SVE and EVS are the Solidarity Corps, Leonardo is an
Erasmus+ placement, Civiweb is the VIE.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from bot.vocabulary.lookup import Lookup, index
from bot.vocabulary.shelf import LANGUAGES, known_language, phrases, read_shelf
from bot.vocabulary.text import fold

PROGRAMMES: tuple[str, ...] = (
    "erasmus",
    "erasmus-etudes",
    "erasmus-stage",
    "erasmus-pro",
    "erasmus-jeunes",
    "ces",
    "service-civique",
    "vie",
    "vsi",
    "pvt",
    "eurodyssee",
    "ofaj",
    "ofqj",
    "au-pair",
    "wwoof",
    "chantier",
    "jsi",
    "vnu",
    "discovereu",
    "assistant-langue",
)
ERASMUS: tuple[str, ...] = ("erasmus-etudes", "erasmus-stage", "erasmus-pro", "erasmus-jeunes")
_LONGEST_NAME = 6
_SHORT_ANSWER = 3  # words: "le vie svp"
_COMMON_WORDS = frozenset({"ces", "vie", "via", "sc", "sci", "esc", "iec"})


def programme_codes(text: str) -> tuple[str, ...]:
    """Return every scheme a text names, in the order written, each once; () when it names none.

    `erasmus` alone stands for all the `erasmus-*` schemes: see `ERASMUS`. In a text of more than
    three words "vie", "ces" and "via" are taken for the schemes only when written in capitals.
    """
    words = fold(text).split()
    found: list[str] = []
    position = 0
    while position < len(words):
        size, code = _longest_at(words, position)
        if code and _is_meant(" ".join(words[position : position + size]), text, len(words)):
            found.append(code)
        position += size
    near = _lookup().closest(text) if not found else None
    return tuple(dict.fromkeys(found)) or ((near,) if near else ())


def exact_programme_code(text: str) -> str | None:
    """Return the scheme whose name is the whole text, else None; words of every day need capitals ("VIE")."""
    folded = fold(text)
    return _lookup().codes.get(folded) if folded not in _COMMON_WORDS or text.isupper() else None


def programme_label(code: str, language: str) -> str:
    """Return the name of a scheme in a language; an unknown code is returned as it is."""
    entry = read_shelf("bot.vocabulary", "programmes.yml").get(code)
    return phrases(entry[known_language(language)])[0] if entry else code


def widened(codes: tuple[str, ...]) -> frozenset[str]:
    """Return the codes offers carry for these schemes: generic `erasmus` brings the four others."""
    return frozenset(codes) | (frozenset(ERASMUS) if "erasmus" in codes else frozenset())


def _longest_at(words: list[str], start: int) -> tuple[int, str | None]:
    for size in range(min(_LONGEST_NAME, len(words) - start), 0, -1):
        code = _lookup().codes.get(" ".join(words[start : start + size]))
        if code:
            return size, code
    return 1, None


def _is_meant(name: str, text: str, length: int) -> bool:
    is_common = name in _COMMON_WORDS
    return not is_common or length <= _SHORT_ANSWER or name.upper() in text


@functools.cache
def _lookup() -> Lookup:
    return Lookup(index(_spellings()), score=88.0, shortest=6)


def _spellings() -> Iterator[tuple[str, str]]:
    shelf = read_shelf("bot.vocabulary", "programmes.yml")
    for code in PROGRAMMES:
        yield code, code
        for language in LANGUAGES:
            yield from ((name, code) for name in phrases(shelf[code][language]))
