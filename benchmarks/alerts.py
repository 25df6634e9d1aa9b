"""Measures matching: 10,000 new offers with 100,000 saved searches, and how the time grows with the searches.

An embedded PostgreSQL of its own is filled with the offers of the search's benchmark (`benchmarks.search`:
demonstration offers recombined) and with searches that look real: a kind, places, a field, dates, an age; some with
words. First 10,000 searches alone, then 90,000 more of the same shapes whose dates are last year's, so that they share
the keys of the others and fit no offer; then 100,000 that all may fit. Beside it, in the same run, the obvious loop in
Python over a sample of the searches, whose time is multiplied: it grows with offers times searches.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.figures import Figure, at_most, shown
from benchmarks.machine import describe_machine
from benchmarks.matching_loop import Plain, loop
from benchmarks.report import print_table
from benchmarks.saved_searches import draw_sentences, write_people, write_searches
from benchmarks.search import NOW, TODAY, fill
from bot.alerts.tasks import match_all
from bot.catalogue.models import OfferPlace, OfferSearch
from bot.db.embedded import EmbeddedServer
from bot.db.service import open_engine, sessions_of
from bot.kit.embedding import SentenceEmbedder
from bot.migrations.service import migrate

_REVISIONS = text(
    "INSERT INTO offer_revision (offer_id, revision, at, status, changes)"
    " SELECT id, 1, :now, 'published', '{}' FROM offer ON CONFLICT DO NOTHING"
)
# The dates of the searches added are put away, last year's stand for them, and they come back.
_TO_LAST_YEAR = (
    "DROP TABLE IF EXISTS their_dates",
    "CREATE TABLE their_dates AS SELECT id, start_from, start_until FROM saved_search WHERE id > :few",
    "UPDATE saved_search SET start_from = :first, start_until = :last WHERE id > :few",
)
_BACK = (
    "UPDATE saved_search s SET start_from = d.start_from, start_until = d.start_until FROM their_dates d"
    " WHERE d.id = s.id",
    "DROP TABLE their_dates",
)
# The loop goes through this sample of the searches, a part at a time, as long as it has time.
_LOOP_SEARCHES, _LOOP_PART, _LOOP_SECONDS = 1000, 50, 20
_LAST_YEAR = TODAY - timedelta(days=400)


@dataclass(frozen=True)
class Run:
    """One matching of all offers: seconds on the clock and of processor time, and deliveries written."""

    seconds: float
    processor: float
    deliveries: int


async def measure_all(engine: AsyncEngine) -> Run:
    """Match all offers anew, as the job of alerts does."""
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("TRUNCATE delivery"))
        await connection.execute(text("UPDATE offer_revision SET matched_at = NULL"))
        # Dates moved in SQL leave each search in twice the pages, which saving one does not.
        await connection.execute(text("VACUUM (FULL) saved_search"))
        await connection.execute(text("VACUUM ANALYZE"))
    begun, used = time.perf_counter(), await _processor(engine)
    done = await match_all(sessions_of(engine), clock=lambda: NOW)
    seconds = time.perf_counter() - begun
    return Run(seconds, await _processor(engine) - used, done.deliveries)


async def _processor(engine: AsyncEngine) -> float:
    """Return the seconds of processor time of this process and of its connections' in the server (Linux)."""
    async with engine.connect() as connection:
        query = text("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
        servers = list(await connection.scalars(query))
    return time.process_time() + sum(_seconds_of(server) for server in servers)


def _seconds_of(server: int) -> float:
    return int(Path(f"/proc/{server}/schedstat").read_text().split()[0]) / 1e9


async def _execute(engine: AsyncEngine, statements: Sequence[str], **values: object) -> None:
    async with engine.begin() as connection:
        for statement in statements:
            known = {name: value for name, value in values.items() if f":{name}" in statement}
            await connection.execute(text(statement), known)


async def loop_seconds(engine: AsyncEngine) -> tuple[float, int]:
    """Return how long the obvious loop takes over all offers and a sample of the searches, and how large that is."""
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
    begun, done = time.perf_counter(), 0
    while done < len(searches) and time.perf_counter() - begun < _LOOP_SECONDS:
        loop(offers, searches[done : done + _LOOP_PART], TODAY)
        done += _LOOP_PART
    return time.perf_counter() - begun, min(done, len(searches))


async def run(url: str, offers: int, searches: int) -> list[Figure]:
    """Fill the database and measure."""
    encoder = SentenceEmbedder()
    engine = open_engine(url, pool_size=4)
    few = searches // 10
    await fill(engine, offers, encoder)
    async with engine.begin() as connection:
        await connection.execute(_REVISIONS, {"now": NOW})
    first = await write_people(engine)
    async with sessions_of(engine)() as session:
        sentences = await draw_sentences(session, encoder)
    await write_searches(engine, range(few), sentences, first_person=first)
    begin = await measure_all(engine)
    await write_searches(engine, range(few, searches), sentences, first_person=first)
    await _execute(engine, _TO_LAST_YEAR, few=few, first=_LAST_YEAR, last=_LAST_YEAR + timedelta(days=45))
    grown = await measure_all(engine)
    await _execute(engine, _BACK)
    whole = await measure_all(engine)
    in_python = await loop_seconds(engine)
    await engine.dispose()
    return _figures(offers, searches, (begin, grown, whole), in_python)


def _figures(offers: int, searches: int, runs: tuple[Run, Run, Run], in_python: tuple[float, int]) -> list[Figure]:
    begin, grown, whole = runs
    name = f"{shown(offers)} new offers matched with {shown(searches)} saved searches"
    seconds, sample = in_python
    beside = f"the obvious loop in Python: {shown(seconds * searches / sample)} s (from {shown(sample)} searches)"
    each = f"{shown(whole.processor / max(whole.deliveries, 1) * 1e6)} µs an alert"
    peer = f"{shown(whole.deliveries)} alerts; {shown(whole.processor)} s of processor time, {each}; {beside}"
    times = f"{shown(begin.seconds)} s, then {shown(grown.seconds)} s"
    processor = f"of processor time {shown(begin.processor)} s, then {shown(grown.processor)} s"
    growth = f"{times}; {processor}; {shown(begin.deliveries)} and {shown(grown.deliveries)} alerts"
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
