"""The words that a saved search requires beyond its criteria: "chevaux" in "slt, un stage en Espagne avec des chevaux".

A word that is required and that no offer holds silences an alert for good, and no list of greetings, fillers and
corrections is ever whole. Where the criteria tell offers apart already, only a word that names offers is required.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.queries import WORDS
from bot.catalogue.criteria import Criteria
from bot.catalogue.words import free_text, free_words, spellings
from bot.vocabulary.text import words_of


@dataclass(frozen=True)
class AskedWords:
    """What a search requires beyond its criteria.

    Attributes:
        text: the words as their person spelt them; "" when none is required.
        words: the same folded, each once.
        queries: one text search query for each of `words`.
        lexemes: all their lexemes.
    """

    text: str
    words: tuple[str, ...]
    queries: list[str]
    lexemes: list[str]


async def asked_words(session: AsyncSession, criteria: Criteria) -> AskedWords:
    """Return the words that a search requires.

    With criteria, only those that the title, the organisation or a town of an offer holds; with a kind of offer alone,
    which tells little apart, all of them when there is none such. A search of words alone requires its words.
    """
    rows = await _looked_up(session, free_words(criteria))
    names = [word for word, row in rows.items() if row.is_name]
    kept = list(rows) if criteria.is_bare() or not (names or _is_telling(criteria)) else names
    text = free_text(criteria, kept)
    words = tuple(word for word in words_in(criteria, text) if word in rows)
    chosen = [rows[word] for word in words]
    return AskedWords(text, words, [row.query for row in chosen], [one for row in chosen for one in row.lexemes])


def words_in(criteria: Criteria, text: str) -> tuple[str, ...]:
    """Return the free words of criteria that stand in a text, in the order of their queries."""
    there = {part for word in words_of(text) for part in word.folded.split()}
    return tuple(word for word in free_words(criteria) if word in there)


def _is_telling(criteria: Criteria) -> bool:
    asked = (criteria.fields, criteria.programmes, criteria.organisation)
    return criteria.has_place() or any(asked)


async def _looked_up(session: AsyncSession, words: Sequence[str]) -> dict[str, Any]:
    forms = [(form, rank) for rank, word in enumerate(words) for form in spellings(word)]
    values = {"forms": [form for form, _ in forms], "ranks": [rank for _, rank in forms]}
    return {words[row.rank]: row for row in (await session.execute(WORDS, values)).all()} if forms else {}
