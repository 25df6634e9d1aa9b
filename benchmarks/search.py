"""Measures the search: `python -m benchmarks.search --offers 100000 --queries 200`.

An embedded PostgreSQL of its own is filled with offers drawn from the demonstration catalogue (titles, texts and
conditions recombined, other cities and dates; beyond 5,000, copies in SQL). Each query is a new sentence, so that
embedding it is part of the time. Beside it, in the same run, two plain peers on the same rows: full text alone
(`ts_rank`), and `ILIKE` on title and description. Times are of whole calls, one at a time, on the clock and in
processor time (which a busy machine changes less).
"""

# ruff: noqa: PLR2004 - the shares of a mix of queries read best where they stand
from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

# numpy's matrix products on several threads take ten times longer for one sentence, and all the processors.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.catalogue.criteria import CityChoice, Criteria
from bot.catalogue.drafts import OfferDraft
from bot.catalogue.examples import dated, demo_items
from bot.catalogue.service import count_lexemes, save_offers, search_offers
from bot.db.embedded import EmbeddedServer
from bot.db.service import sessions_of, sqlalchemy_url
from bot.kit.embedding import SentenceEmbedder
from bot.migrations.service import migrate
from bot.vocabulary.countries import country_codes, country_name
from bot.vocabulary.fields import FIELDS, field_words
from bot.vocabulary.kinds import KINDS, kind_label

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = NOW.date()
_WRITTEN = 5000
_SEED = 42


def offers(number: int) -> list[OfferDraft]:
    """Return offers recombined from the demonstration catalogue, always the same ones."""
    chance = random.Random(_SEED)  # noqa: S311 - a benchmark, not a secret
    items = [dated(item, TODAY) for item in demo_items()]
    towns = [place for item in items for place in item["places"] if place["city"]]
    countries = [place["country"] for item in items for place in item["places"]] * 3 + list(country_codes())
    return [_offer(chance, items, towns, countries, rank) for rank in range(number)]


def _offer(chance: random.Random, items: list[Any], towns: list[Any], countries: list[str], rank: int) -> OfferDraft:
    model, other = chance.choice(items), chance.choice(items)
    start = TODAY + timedelta(days=chance.randrange(10, 400))
    duration = chance.choice([0.5, 1, 2, 3, 4, 6, 9, 12])
    place = chance.choice(towns) if chance.random() < 0.5 else {"country": chance.choice(countries), "city": None}
    organisation = f"{other['organisation'].split(' (')[0]} {chance.choice('ABCDEFGHJKLMNPRSTUVWXYZ')}{rank % 977}"
    return OfferDraft.model_validate(
        {
            **model,
            "external_id": f"bench-{rank}",
            "title": f"{model['title']}, {place['city'] or rank % 4999}",
            "organisation": organisation,
            "description": f"{model['description']} {other['description'].split('. ')[-1]}",
            "places": [place],
            "start_from": start,
            "start_until": start + timedelta(days=chance.choice([0, 14, 60, 120])),
            "deadline": start - timedelta(days=chance.randrange(1, 9)) if chance.random() < 0.7 else None,
            "duration_min": duration,
            "duration_max": duration * chance.choice([1, 1, 1.5, 2]),
        }
    )


_SENTENCES = {
    "fr": ("je cherche {kind} {word} {place}", "bonjour, {kind} avec {word} et {other} ?", "{word} {place} cet été"),
    "en": ("I am looking for {kind} {word} {place}", "{kind} about {word} and {other}", "{word} {place} please"),
    "es": ("busco {kind} de {word} {place}", "quiero {word} o {other}", "{kind} {word} {place}"),
    "ar": ("ابحث عن {kind} {word} {place}", "{word} {place}", "اريد {kind} في {word}"),
}


def queries(number: int) -> list[Criteria]:
    """Return requests as people make them: two thirds with criteria and words, some with words or criteria alone."""
    chance = random.Random(_SEED + 1)  # noqa: S311 - a benchmark, not a secret
    return [_query(chance) for _ in range(number)]


def _query(chance: random.Random) -> Criteria:
    language = chance.choices(list(_SENTENCES), [6, 2, 1, 1])[0]
    kind, field, country = (
        chance.choice(KINDS),
        chance.choice(FIELDS),
        chance.choice(["ES", "DE", "PT", "CA", "MA", "SN"]),
    )
    word, other = (
        chance.choice(field_words(field, language)),
        chance.choice(field_words(chance.choice(FIELDS), language)),
    )
    sentence = chance.choice(_SENTENCES[language]).format(
        kind=kind_label(kind, language), word=word, other=other, place=country_name(country, language)
    )
    shape = chance.random()
    if shape < 0.15:
        return Criteria(words=sentence)
    start = TODAY + timedelta(days=chance.randrange(30, 300))
    criteria: dict[str, Any] = {"kind": kind} if chance.random() < 0.8 else {}
    if chance.random() < 0.6:
        criteria |= chance.choice(
            [
                {"countries": (country,)},
                {"regions": ("europe",)},
                {"cities": (CityChoice("barcelona", "Barcelona", "ES"),)},
                {"countries": (country, "IT"), "excluded_cities": ("madrid",)},
            ]
        )
    if chance.random() < 0.4:
        criteria["fields"] = (field,)
    if chance.random() < 0.25:
        criteria |= {"start_from": start, "start_until": start + timedelta(days=31)}
    if chance.random() < 0.25:
        criteria |= {"duration_min": 2.0, "duration_max": 3.0}
    if chance.random() < 0.15:
        criteria["age"] = chance.choice([16, 17, 19, 24])
    if chance.random() < 0.1:
        criteria["level"] = "bac"
    return Criteria(**criteria, words="" if shape > 0.85 else sentence)


# Copies of the written offers: each with the dates and stay of a second, the place of a third, and an embedding two
# thirds its own. Ids follow those written.
_COPIES = (
    """
    CREATE TEMPORARY TABLE drawn AS
    SELECT :last + rank AS id, base.ids[1 + (hashint4(rank) & 2147483647) % :written] AS own,
      base.ids[1 + (hashint4(rank + 7) & 2147483647) % :written] AS times,
      base.ids[1 + (hashint4(rank + 13) & 2147483647) % :written] AS place
    FROM generate_series(1, :copies) AS rank, (SELECT array_agg(id ORDER BY id) AS ids FROM offer) AS base
    """,
    """
    INSERT INTO offer (id, kind, title, organisation, description, language, field, start_from, start_until,
      duration_min, duration_max, deadline, age_min, age_max, open_to_minors, levels, languages, covers, how_to_apply,
      source, external_id, is_example, status, revision, created_at, updated_at)
    OVERRIDING SYSTEM VALUE
    SELECT drawn.id, o.kind, o.title, other.organisation, o.description, o.language, o.field, other.start_from,
      other.start_until, other.duration_min, other.duration_max, other.deadline, o.age_min, o.age_max, o.open_to_minors,
      o.levels, o.languages, o.covers, o.how_to_apply, 'bench', 'copy-' || drawn.id, false, 'published', 1,
      o.created_at, o.updated_at
    FROM drawn JOIN offer o ON o.id = drawn.own JOIN offer other ON other.id = drawn.times ORDER BY drawn.id
    """,
    """
    INSERT INTO offer_place SELECT drawn.id, p.rank, p.country, p.city, p.city_key
    FROM drawn JOIN offer_place p ON p.offer_id = drawn.place
    """,
    """
    CREATE TEMPORARY TABLE moved AS
    SELECT drawn.*, CAST(l2_normalize(CAST(v.embedding AS vector) * factor.own
      + CAST(o.embedding AS vector) * factor.other) AS halfvec(512)) AS vector
    FROM drawn JOIN offer_vector v ON v.offer_id = drawn.own JOIN offer_vector o ON o.offer_id = drawn.times,
      (SELECT CAST(array_fill(CAST(0.67 AS real), ARRAY[512]) AS vector) AS own,
        CAST(array_fill(CAST(0.33 AS real), ARRAY[512]) AS vector) AS other) AS factor
    """,
    """
    INSERT INTO offer_search SELECT moved.id, s.kind, s.field, t.deadline, t.start_from, t.start_until, t.duration_min,
      t.duration_max, s.age_min, s.age_max, s.open_to_minors, s.programme, p.countries, s.levels, p.city_keys, s.spoken,
      CAST(binary_quantize(moved.vector) AS bit(512)), t.organisation_key, s.updated_on
    FROM moved JOIN offer_search s ON s.offer_id = moved.own JOIN offer_search t ON t.offer_id = moved.times
    JOIN offer_search p ON p.offer_id = moved.place ORDER BY moved.id
    """,
    "INSERT INTO offer_vector SELECT id, vector, '' FROM moved ORDER BY id",
    "INSERT INTO offer_words SELECT id, w.vector FROM drawn JOIN offer_words w ON w.offer_id = drawn.own ORDER BY id",
)


async def fill(engine: AsyncEngine, number: int, encoder: SentenceEmbedder) -> None:
    """Write the offers unless they are there: the first 5,000 as the product does, copies of them in SQL."""
    async with engine.begin() as connection:
        if await connection.scalar(text("SELECT count(*) FROM offer")) == number:
            return
        await connection.execute(text("TRUNCATE offer, offer_lexeme CASCADE"))
    written = min(number, _WRITTEN)
    async with sessions_of(engine)() as session:
        await save_offers(session, offers(written), source="bench", embedder=encoder, now=NOW, publish=True)
        await session.commit()
    if number > written:
        async with engine.begin() as connection:
            definition = await connection.scalar(text("SELECT pg_get_indexdef('ix_offer_search_bits'::regclass)"))
            await connection.execute(text("DROP INDEX ix_offer_search_bits"))
            last = await connection.scalar(text("SELECT max(id) FROM offer"))
            for statement in _COPIES:
                values = {"last": last, "written": written, "copies": number - written}
                await connection.execute(
                    text(statement), {name: v for name, v in values.items() if f":{name}" in statement}
                )
            await connection.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
            await connection.execute(text(str(definition)))
    async with sessions_of(engine)() as session:
        await count_lexemes(session)
        await session.commit()
    async with engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))


_FULL_TEXT = text(
    "SELECT offer_id FROM offer_words, websearch_to_tsquery('escale_fr', :words) AS query"
    " WHERE vector @@ query ORDER BY ts_rank(vector, query) DESC LIMIT 200"
)
_ILIKE = text(
    "SELECT id FROM offer WHERE status = 'published' AND (title ILIKE :word OR description ILIKE :word)"
    " ORDER BY id LIMIT 200"
)


async def _escale(session: AsyncSession, criteria: Criteria, encoder: SentenceEmbedder) -> int:
    return len((await search_offers(session, criteria, embedder=encoder, today=TODAY)).hits)


async def _full_text(session: AsyncSession, criteria: Criteria, _encoder: SentenceEmbedder) -> int:
    return len((await session.execute(_FULL_TEXT, {"words": " or ".join(criteria.words.split())})).all())


async def _ilike(session: AsyncSession, criteria: Criteria, _encoder: SentenceEmbedder) -> int:
    longest = max(criteria.words.split(), key=len, default="stage")
    return len((await session.execute(_ILIKE, {"word": f"%{longest}%"})).all())


Way = Callable[[AsyncSession, Criteria, SentenceEmbedder], Awaitable[int]]


async def measure(
    engine: AsyncEngine, asked: list[Criteria], way: Way, encoder: SentenceEmbedder
) -> list[tuple[float, float]]:
    """Return the milliseconds of each query: on the clock, and of processor time here and in its PostgreSQL process."""
    times: list[tuple[float, float]] = []
    for criteria in asked:
        async with sessions_of(engine)() as session:
            server = await session.scalar(text("SELECT pg_backend_pid()"))  # a turn has its connection already
            begun, used = time.perf_counter(), _processor(server)
            await way(session, criteria, encoder)
            times.append(((time.perf_counter() - begun) * 1000, _processor(server) - used))
            await session.commit()
    return times


def _processor(server: int) -> float:
    """Return the processor time of this process and of the server's, in milliseconds (Linux)."""
    nanoseconds = Path(f"/proc/{server}/schedstat").read_text().split()[0]
    return time.process_time() * 1000 + int(nanoseconds) / 1_000_000


def _summary(name: str, times: list[tuple[float, float]]) -> dict[str, object]:
    summary: dict[str, object] = {"what": name, "n": len(times)}
    for column, label in enumerate(("clock", "processor")):
        values = [each[column] for each in times]
        for percent in (50, 95, 99):
            summary[f"{label}_p{percent}"] = round(float(np.percentile(values, percent)), 1)
    return summary


async def run(url: str, number: int, asked: int) -> list[dict[str, object]]:
    """Fill the database, warm it, and measure the search and its peers."""
    encoder = SentenceEmbedder()
    engine = create_async_engine(sqlalchemy_url(url), pool_size=2)
    await fill(engine, number, encoder)
    mix = queries(asked * 2)
    warm, measured = mix[:asked], mix[asked:]
    results = []
    for name, way in (("escale search", _escale), ("full text alone", _full_text), ("ILIKE", _ilike)):
        await measure(engine, warm, way, encoder)
        results.append(_summary(name, await measure(engine, measured, way, encoder)))
    begun, used = time.perf_counter(), time.process_time()
    for criteria in measured:
        encoder.embed([f"{criteria.words} {time.perf_counter()}"])
    mean = {
        "clock_mean": round((time.perf_counter() - begun) * 1000 / asked, 1),
        "processor_mean": round((time.process_time() - used) * 1000 / asked, 1),
    }
    results.append({"what": "embedding a sentence alone", **mean})
    await engine.dispose()
    return results


def main() -> None:
    """Read the arguments, run, and print one JSON line per measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", type=int, default=1000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--data-dir", type=Path, default=Path(".escale/benchmarks"), help="kept between runs")
    arguments = parser.parse_args()
    data = (arguments.data_dir / str(arguments.offers)).absolute()
    data.mkdir(parents=True, exist_ok=True)
    server = EmbeddedServer(data)
    try:
        migrate(server.url)
        results = asyncio.run(run(server.url, arguments.offers, arguments.queries))
    finally:
        server.stop()
    print(json.dumps({"offers": arguments.offers, "machine": platform.machine(), "day": str(date.today())}))  # noqa: T201, DTZ011
    for result in results:
        print(json.dumps(result))  # noqa: T201


if __name__ == "__main__":
    main()
