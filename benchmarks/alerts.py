"""Measures matching: 10,000 new offers with 100,000 saved searches, and how the time grows with the searches.

An embedded PostgreSQL of its own is filled with the offers of the search's benchmark (`benchmarks.search`:
demonstration offers recombined) and with searches that look real: a kind, places, a field, dates, an age; some with
words. First 10,000 searches alone, then 90,000 more of the same shapes whose dates are last year's, so that they share
the keys of the others and fit no offer; then 100,000 that all may fit. Beside it, in the same run, the obvious loop in
Python over a sample of the searches, whose time is multiplied: it grows with offers times searches.
"""

# ruff: noqa: PLR2004 - the shares of a mix of searches read best where they stand
from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from pgvector import HalfVector
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from benchmarks.figures import Figure, at_most, shown
from benchmarks.machine import describe_machine
from benchmarks.matching_loop import Plain, loop
from benchmarks.report import print_table
from benchmarks.search import NOW, TODAY, fill
from bot.alerts.keys import WORD, keys_of_search
from bot.alerts.models import SavedSearch, SearchKey
from bot.alerts.saving import words_of_search
from bot.alerts.service import match_revisions
from bot.alerts.unfolding import columns_of
from bot.catalogue.criteria import CityChoice, Criteria
from bot.catalogue.indexing import signs_text
from bot.catalogue.models import OfferPlace, OfferSearch
from bot.db.embedded import EmbeddedServer
from bot.db.service import open_engine, sessions_of, transaction
from bot.kit.embedding import DIMENSIONS, SentenceEmbedder
from bot.migrations.service import migrate
from bot.vocabulary.fields import FIELDS, field_words
from bot.vocabulary.kinds import KINDS

_SEED = 7
_CHUNK = 5000
_REVISIONS = text(
    "INSERT INTO offer_revision (offer_id, revision, at, status, changes)"
    " SELECT id, 1, :now, 'published', '{}' FROM offer ON CONFLICT DO NOTHING"
)
_PEOPLE = 40_000
_SENTENCES = 3000
_LOOP_SEARCHES = 1000
_LAST_YEAR = TODAY - timedelta(days=400)


@dataclass(frozen=True)
class Run:
    """One matching of all offers: seconds on the clock, and deliveries written."""

    seconds: float
    deliveries: int


def criteria_like(chance: random.Random, countries: Sequence[str], *, sentence: str) -> dict[str, Any]:
    """Return the criteria of a search as people save them: what, where, and often when or for whom."""
    asked: dict[str, Any] = {}
    if chance.random() < 0.9:
        asked["kind"] = chance.choice(KINDS)
    if chance.random() < 0.75 or not asked:
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


async def _people(engine: AsyncEngine) -> int:
    """Write the people, who agreed to be written to; return the number of the first."""
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


async def _sentences(session: AsyncSession, encoder: SentenceEmbedder) -> list[Sentence]:
    chance = random.Random(_SEED)  # noqa: S311 - a benchmark, not a secret
    texts = []
    for _ in range(_SENTENCES):
        first, second = (chance.choice(field_words(chance.choice(FIELDS), "fr")) for _ in range(2))
        texts.append(chance.choice(("je cherche {} et {}", "{} avec {}", "m'occuper de {}, {}")).format(first, second))
    vectors = encoder.embed(texts)
    found = []
    for words, vector in zip(texts, vectors, strict=True):
        queries, lexemes = await words_of_search(session, Criteria(words=words))
        found.append(Sentence(words, vector, queries, lexemes))
    return found


async def write_searches(
    engine: AsyncEngine, number: int, sentences: Sequence[Sentence], *, first_person: int, seed: int, fit: bool
) -> None:
    """Write saved searches as `save_search` does, many at a time; without `fit` they ask for dates of last year."""
    chance = random.Random(seed)  # noqa: S311 - a benchmark, not a secret
    noise = np.random.default_rng(seed)
    async with engine.connect() as connection:
        countries = list(await connection.scalars(text("SELECT unnest(countries) FROM offer_search")))
    for start in range(0, number, _CHUNK):
        rows, keys = [], []
        for rank in range(start, min(number, start + _CHUNK)):
            sentence = chance.choice(sentences)
            asked = criteria_like(chance, countries, sentence=sentence.words)
            if not fit:
                asked |= {"start_from": _LAST_YEAR, "start_until": _LAST_YEAR + timedelta(days=45)}
            row, own = _row(Criteria(**asked), sentence, noise)
            row |= {"person_id": first_person + chance.randrange(_PEOPLE), "criteria_key": f"{seed}-{rank}"}
            rows.append(row)
            keys.append(own)
        async with engine.begin() as connection:
            ids = list(
                await connection.scalars(
                    insert(SavedSearch).returning(SavedSearch.id, sort_by_parameter_order=True), rows
                )
            )
            pairs = [{"key": key, "search_id": one} for one, own in zip(ids, keys, strict=True) for key in own]
            await connection.execute(insert(SearchKey), pairs)


def _row(criteria: Criteria, sentence: Sentence, noise: Any) -> tuple[dict[str, Any], list[str]]:
    columns = columns_of(criteria)
    met_by, keys = keys_of_search(columns)
    row = {
        **columns, "criteria": criteria.to_json(), "rhythm": "at_once", "weekday": None, "hour": None, "next_at": None,
        "seen_offer_ids": [], "is_paused": False, "name": None, "created_at": NOW, "updated_at": NOW,
        "word_queries": None, "embedding": None, "bits": None,
    }  # fmt: skip
    if columns["words"] is not None:
        # No two people word it alike: each has a meaning of their own, near the sentence's.
        vector = sentence.vector + noise.normal(0, 0.01, DIMENSIONS).astype("float32")
        vector /= float(np.linalg.norm(vector))
        row |= {"embedding": HalfVector(vector), "word_queries": sentence.queries}
        if met_by == "words":
            row["bits"], keys = signs_text(vector), [WORD + lexeme for lexeme in dict.fromkeys(sentence.lexemes)]
    return row, keys


async def match_all(engine: AsyncEngine) -> Run:
    """Match all offers anew, with two workers as on two cores."""
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("TRUNCATE delivery"))
        await connection.execute(text("UPDATE offer_revision SET matched_at = NULL"))
        await connection.execute(text("VACUUM ANALYZE"))
    sessions = sessions_of(engine)

    async def work() -> int:
        count = 0
        while True:
            async with transaction(sessions) as session:
                done = await match_revisions(session, now=NOW)
            count += done.deliveries
            if not done.revisions:
                return count

    begun = time.perf_counter()
    deliveries = sum(await asyncio.gather(work(), work()))
    return Run(time.perf_counter() - begun, deliveries)


async def loop_seconds(engine: AsyncEngine) -> float:
    """Return how long the obvious loop takes over all offers and a sample of the searches."""
    names = [name for name in Plain.__dataclass_fields__ if name != "places"]
    async with sessions_of(engine)() as session:
        places: dict[int, list[tuple[str, str | None]]] = {}
        for place in await session.execute(select(OfferPlace.offer_id, OfferPlace.country, OfferPlace.city_key)):
            places.setdefault(place.offer_id, []).append((place.country, place.city_key))
        rows = await session.execute(select(*(getattr(OfferSearch, name) for name in names)))
        offers = [Plain(**row._mapping, places=places[row.offer_id]) for row in rows]
        found = await session.execute(
            text("SELECT * FROM saved_search ORDER BY id LIMIT :most"), {"most": _LOOP_SEARCHES}
        )
        searches = [dict(row._mapping) for row in found]
    begun = time.perf_counter()
    loop(offers, searches, TODAY)
    return time.perf_counter() - begun


async def run(url: str, offers: int, searches: int) -> list[Figure]:
    """Fill the database and measure."""
    encoder = SentenceEmbedder()
    engine = open_engine(url, pool_size=4)
    few = searches // 10
    await fill(engine, offers, encoder)
    async with engine.begin() as connection:
        await connection.execute(_REVISIONS, {"now": NOW})
    first = await _people(engine)
    async with sessions_of(engine)() as session:
        sentences = await _sentences(session, encoder)
    options = {"sentences": sentences, "first_person": first}
    await write_searches(engine, few, **options, seed=1, fit=True)
    begin = await match_all(engine)
    await write_searches(engine, searches - few, **options, seed=2, fit=False)
    grown = await match_all(engine)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM saved_search WHERE criteria_key LIKE '2-%'"))
    await write_searches(engine, searches - few, **options, seed=3, fit=True)
    whole = await match_all(engine)
    in_python = await loop_seconds(engine) * searches / _LOOP_SEARCHES
    await engine.dispose()
    return _figures(offers, searches, (begin, grown, whole), in_python)


def _figures(offers: int, searches: int, runs: tuple[Run, Run, Run], in_python: float) -> list[Figure]:
    begin, grown, whole = runs
    name = f"{shown(offers)} new offers matched with {shown(searches)} saved searches"
    beside = f"the obvious loop in Python: {shown(in_python)} s (from {shown(_LOOP_SEARCHES)} searches)"
    peer = f"{shown(whole.deliveries)} alerts; {beside}"
    growth = f"{shown(begin.seconds)} s, then {shown(grown.seconds)} s; {shown(grown.deliveries)} alerts"
    return [
        at_most(name, whole.seconds, 60, "s", peer=peer),
        at_most("ten times the searches, the same matches", grown.seconds / begin.seconds, 2, "×", peer=growth),
    ]


def measure_alerts(folder: Path, *, offers: int = 10_000, searches: int = 100_000) -> list[Figure]:
    """Return the figures, on a database in `folder`."""
    data = folder / "alerts"
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o755)
    server = EmbeddedServer(data)
    try:
        migrate(server.url)
        return asyncio.run(run(server.url, offers, searches))
    finally:
        server.stop()


def main() -> None:
    """Read the arguments, run, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", type=int, default=10_000)
    parser.add_argument("--searches", type=int, default=100_000)
    parser.add_argument("--data-dir", type=Path, help="kept between runs")
    arguments = parser.parse_args()
    sizes = {"offers": arguments.offers, "searches": arguments.searches}
    if arguments.data_dir:
        print_table(measure_alerts(arguments.data_dir, **sizes), describe_machine("python -m benchmarks.alerts"))
        return
    with tempfile.TemporaryDirectory(prefix="escale-alerts-") as name:
        Path(name).chmod(0o755)
        figures = measure_alerts(Path(name), **sizes)
    print_table(figures, describe_machine("python -m benchmarks.alerts"))


if __name__ == "__main__":
    main()
