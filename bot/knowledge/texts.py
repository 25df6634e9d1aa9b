"""Texts of entries: one in each language of the house, never longer than an answer can hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from bot.vocabulary.shelf import LANGUAGES, known_language

_Line: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Text(BaseModel):
    """The same words in French, English, Spanish and Arabic."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fr: _Line
    en: _Line
    es: _Line
    ar: _Line

    def said(self, language: str) -> str:
        """Return the words in a language; French when the house does not speak it."""
        return str(getattr(self, known_language(language)))

    def every(self) -> tuple[str, ...]:
        """Return the words of all languages."""
        return tuple(str(getattr(self, language)) for language in LANGUAGES)


def at_most(limit: int) -> AfterValidator:
    """Return a check that refuses a text longer than `limit` characters in any language."""
    return AfterValidator(_limited(limit))


def _limited(limit: int) -> Callable[[Text], Text]:
    def check(text: Text) -> Text:
        for language, words in zip(LANGUAGES, text.every(), strict=True):
            if len(words) > limit:
                raise ValueError(f"{language} has {len(words)} characters, {limit} at most: shorten it")
        return text

    return check
