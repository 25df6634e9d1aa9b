"""The five kinds of offer, with their names in the singular and the plural."""

from __future__ import annotations

from bot.vocabulary.shelf import known_language, read_shelf

KINDS: tuple[str, ...] = ("internship", "job", "volunteering", "training", "exchange")
_KIND_OF_INTENT = {f"search_{kind}": kind for kind in KINDS}


def kind_label(code: str, language: str, *, is_plural: bool = False) -> str:
    """Return the name of a kind of offer, in lower case; an unknown code is returned as it is."""
    entry = read_shelf("bot.vocabulary", "kinds.yml").get(code)
    return str(entry[known_language(language)][is_plural]) if entry else code


def kind_of_intent(intent: str) -> str | None:
    """Return the kind of offer a search intent asks for; None when it asks for any or is no search."""
    return _KIND_OF_INTENT.get(intent)
