"""People and saved searches that look real, for the benchmark of matching; always the same ones."""

# ruff: noqa: PLR2004 - the shares of a mix of searches read best where they stand
from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from pgvector import HalfVector
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from benchmarks.search import NOW, TODAY
from bot.alerts.asked_words import asked_words
from bot.alerts.keys import WORD, keys_of_search
from bot.alerts.models import SavedSearch, SearchKey
from bot.alerts.unfolding import columns_of
from bot.catalogue.criteria import CityChoice, Criteria
from bot.catalogue.words import free_text
from bot.kit.embedding import DIMENSIONS, SentenceEmbedder
from bot.vocabulary.fields import FIELDS, field_words
from bot.vocabulary.kinds import KINDS

_SEED = 7
_CHUNK = 5000
_PEOPLE = 40_000
_SENTENCES = 3000


def criteria_like(chance: random.Random, countries: Sequence[str], *, sentence: str) -> dict[str, Any]:
    """Return the criteria of a search as people save them: what, where, and often when or for whom, or mere words."""
    if chance.random() < 0.03:
        return {"words": sentence}
    asked: dict[str, Any] = {}
    if chance.random() < 0.9:
        asked["kind"] = chance.choice(KINDS)
    if chance.random() < 0.85 or not asked:
        asked["fields"] = (chance.choice(FIELDS),)
    asked |= _place(chance, countries, is_narrow=len(asked) > 1)
    start = TODAY + timedelta(days=chance.randrange(20, 300))
    if chance.random() < 0.35:
        asked |= {"start_from": start, "start_until": start + timedelta(days=45)}
    if chance.random() < 0.3:
        asked |= {"duration_min": 2.0, "duration_max": 4.0}
    if chance.random() < 0.25:
        asked["age"] = chance.choice((16, 17, 19, 22, 25))
    if chance.random() < 0.1:
        asked["excluded_cities"] = ("madrid",)
    if len(asked) == 1 or chance.random() < 0.15:
        asked["words"] = sentence
    return asked


def _place(chance: random.Random, countries: Sequence[str], *, is_narrow: bool) -> dict[str, Any]:
    place = chance.random()
    if place < 0.7:
        return {"countries": (chance.choice(countries),)}
    if place < 0.8:
        return {"countries": tuple(chance.sample(countries, 2))}
    if place < 0.92 or not is_narrow:
        name, country = chance.choice((("Barcelona", "ES"), ("Berlin", "DE"), ("Dublin", "IE"), ("Lisboa", "PT")))
        return {"cities": (CityChoice(name.lower(), name, country),)}
    return {"regions": ("europe",)} if place < 0.97 else {}


async def write_people(engine: AsyncEngine) -> int:
    """Write 40,000 people, who agreed to be written to; return the number of the first."""
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE person CASCADE"))
        await connection.execute(
            text(
                "INSERT INTO person (channel, chat_id, first_seen_at, last_seen_at, language_chosen)"
                " SELECT 'telegram', rank, :now, :now, false FROM generate_series(1, :people) AS rank"
            ),
            {"now": NOW, "people": _PEOPLE},
        )
        await connection.execute(
            text("INSERT INTO push_preferences (person_id, agreed_at, updated_at) SELECT id, :now, :now FROM person"),
            {"now": NOW},
        )
        return int(await connection.scalar(text("SELECT min(id) FROM person")) or 0)


@dataclass(frozen=True)
class Sentence:
    """Words that people save, with what saving makes of them."""

    words: str
    vector: Any
    queries: list[str]
    lexemes: list[str]


async def draw_sentences(session: AsyncSession, encoder: SentenceEmbedder) -> list[Sentence]:
    """Return sentences as people write them, with what saving makes of each."""
    chance = random.Random(_SEED)  # noqa: S311 - a benchmark, not a secret
    texts = []
    for _ in range(_SENTENCES):
        first, second = (chance.choice(field_words(chance.choice(FIELDS), "fr")) for _ in range(2))
        texts.append(chance.choice(("je cherche {} et {}", "{} avec {}", "m'occuper de {}, {}")).format(first, second))
    vectors = encoder.embed(texts)
    found = []
    for words, vector in zip(texts, vectors, strict=True):
        asked = await asked_words(session, Criteria(words=words))
        found.append(Sentence(words, vector, asked.queries, asked.lexemes))
    return found


async def write_searches(
    engine: AsyncEngine, ranks: range, sentences: Sequence[Sentence], *, first_person: int
) -> None:
    """Write saved searches as `save_search` does, many at a time."""
    chance = random.Random(_SEED + ranks.start)  # noqa: S311 - a benchmark, not a secret
    noise = np.random.default_rng(_SEED + ranks.start)
    async with engine.connect() as connection:
        countries = list(await connection.scalars(text("SELECT unnest(countries) FROM offer_search")))
    for start in range(ranks.start, ranks.stop, _CHUNK):
        rows, pairs = [], []
        for rank in range(start, min(ranks.stop, start + _CHUNK)):
            sentence = chance.choice(sentences)
            criteria = Criteria(**criteria_like(chance, countries, sentence=sentence.words))
            row, keys = _row(criteria, sentence, noise)
            person_id = first_person + chance.randrange(_PEOPLE)
            rows.append(row | {"id": rank + 1, "person_id": person_id, "criteria_key": str(rank)})
            pairs += [{"key": key, "search_id": rank + 1} for key in keys]
        async with engine.begin() as connection:
            await connection.execute(insert(SavedSearch), rows)
            await connection.execute(insert(SearchKey), pairs)


def _row(criteria: Criteria, sentence: Sentence, noise: Any) -> tuple[dict[str, Any], list[str]]:
    columns = columns_of(criteria, free_text(criteria))
    met_by, keys = keys_of_search(columns)
    row = {
        **columns, "criteria": criteria.to_json(), "rhythm": "at_once", "weekday": None, "hour": None, "next_at": None,
        "seen_offer_ids": [], "is_paused": False, "name": None, "created_at": NOW, "updated_at": NOW,
        "word_queries": None, "embedding": None, "met_by": met_by,
    }  # fmt: skip
    if columns["words"] is not None:
        # No two people word it alike: each has a meaning of their own, near the sentence's.
        vector = sentence.vector + noise.normal(0, 0.01, DIMENSIONS).astype("float32")
        vector /= float(np.linalg.norm(vector))
        row |= {"embedding": HalfVector(vector), "word_queries": sentence.queries}
        if met_by == "words":
            keys = [WORD + lexeme for lexeme in dict.fromkeys(sentence.lexemes)]
    return row, keys
