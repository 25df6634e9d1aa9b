"""Bringing the shipped entries to a database."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from bot.db.service import sqlalchemy_url
from bot.knowledge.models import KnowledgeEntry
from bot.knowledge.queries import read_library
from bot.knowledge.reading import problems_of, shipped_contents
from bot.knowledge.service import TOPICS, check_entries, list_entries, ship_entries, shipped_digests
from bot.knowledge.shipping import Shipped, ship_contents
from bot.migrations.service import is_current, migrate

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def shipped(url: str, contents: dict[str, list[dict[str, Any]]]) -> Shipped:
    engine = create_engine(sqlalchemy_url(url))
    with Session(engine) as session, session.begin():
        done = ship_contents(session, contents, digests=shipped_digests(), now=NOW + timedelta(days=1))
    engine.dispose()
    return done


def edited(url: str, topic: str, identity: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE knowledge_entry SET edited_at = now(), content = jsonb_set(content, '{link}', '\"https://mine.fr\"')"
            " WHERE topic = %s AND id = %s",
            (topic, identity),
        )


def content_of(url: str, topic: str, identity: str) -> dict[str, Any] | None:
    engine = create_engine(sqlalchemy_url(url))
    with Session(engine) as session:
        row = session.get(KnowledgeEntry, (topic, identity))
        content = row.content if row else None
    engine.dispose()
    return content


def test_a_migrated_database_has_every_shipped_entry(database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(database_url))
    with Session(engine) as session, session.begin():
        rows = session.scalars(select(KnowledgeEntry)).all()
        counted = {topic: sum(row.topic == topic for row in rows) for topic in TOPICS}
        again = ship_entries(session, now=NOW)
    engine.dispose()
    assert counted == {topic: len(items) for topic, items in shipped_contents().items()}
    assert again == Shipped()


def test_a_changed_entry_is_brought_and_a_removed_one_leaves(database_url: str) -> None:
    contents = deepcopy(shipped_contents())
    contents["helplines"][0]["link"] = "https://changed.example"
    gone = contents["helplines"].pop()
    assert shipped(database_url, contents) == Shipped(changed=1, removed=1)
    changed = content_of(database_url, "helplines", contents["helplines"][0]["id"])
    assert changed is not None
    assert changed["link"] == "https://changed.example"
    assert content_of(database_url, "helplines", gone["id"]) is None


def test_an_edited_entry_stays_as_it_was_edited_even_when_its_file_changes_or_loses_it(database_url: str) -> None:
    contents = deepcopy(shipped_contents())
    first, last = contents["helplines"][0], contents["helplines"].pop()
    edited(database_url, "helplines", first["id"])
    edited(database_url, "helplines", last["id"])
    first["link"] = "https://changed.example"
    assert shipped(database_url, contents) == Shipped(kept=2)
    for identity in (first["id"], last["id"]):
        kept = content_of(database_url, "helplines", identity)
        assert kept is not None
        assert kept["link"] == "https://mine.fr"


def test_a_database_of_older_files_is_not_current_until_it_is_migrated(database_url: str) -> None:
    assert is_current(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE knowledge_entry SET digest = 'older' WHERE topic = 'visas'")
    assert not is_current(database_url)
    migrate(database_url)
    assert is_current(database_url)


async def test_an_edit_is_seen_by_the_next_answer(session: AsyncSession, database_url: str) -> None:
    before = await read_library(session)
    assert await read_library(session) is before
    edited(database_url, "helplines", "112")
    await session.rollback()
    after = await read_library(session)
    assert after.helplines["112"].link == "https://mine.fr"


async def test_a_spoilt_row_leaves_the_others_and_is_reported(session: AsyncSession, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE knowledge_entry SET content = content - 'names' WHERE id = '112'")
    library = await read_library(session)
    assert "112" not in library.helplines
    assert "114" in library.helplines
    assert any("'112', names: add the field" in problem for problem in await check_entries(session))


async def test_entries_to_read_again_are_listed(session: AsyncSession) -> None:
    everything = await list_entries(session)
    due = await list_entries(session, due_on=NOW.date() + timedelta(days=92))
    assert 0 < len(due) < len(everything)
    assert {entry.topic for entry in await list_entries(session, topic="visas")} == {"visas"}
    assert all(entry.review > NOW.date() for entry in everything)


def test_every_shipped_entry_is_valid_and_within_the_limits() -> None:
    contents = shipped_contents()
    assert min(len(items) for items in contents.values()) > 5


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("whom", {"fr": "x" * 91, "en": "x", "es": "x", "ar": "x"}, "whom: fr has 91 characters, 90 at most"),
        ("whom", {"fr": "x", "en": "x", "es": "x"}, "whom.ar: add the field"),
        ("review", "2026-01-01", "the entry: review must come after checked"),
        ("surprise", 1, "surprise: no such field"),
        ("link", "ftp://x", "link: mend its form"),
    ],
)
def test_a_problem_names_the_file_the_entry_and_the_field(field: str, value: object, expected: str) -> None:
    wrong = {**shipped_contents()["helplines"][0], field: value}
    problems = problems_of([("helplines", wrong)])
    assert problems[0].startswith("helplines.yml, entry '112', ")
    assert expected in problems[0]


def test_a_reference_to_nothing_and_an_identity_written_twice_are_refused() -> None:
    course = {**shipped_contents()["courses"][0], "trades": ["juggling"]}
    problems = problems_of([("courses", course), ("courses", course)])
    assert any("'juggling' is not in trades.yml" in problem for problem in problems)
    assert any("written twice" in problem for problem in problems)


def test_a_condition_with_an_unknown_code_is_refused() -> None:
    wrong = {**shipped_contents()["visas"][0], "conditions": [{"fact": "destination", "any": ["atlantis"]}]}
    assert "'atlantis' is no value of destination" in problems_of([("visas", wrong)])[0]


@pytest.mark.parametrize(
    "link",
    ["https://[", "http:///path", "https://localhost", 'https://a.org/"onclick', "https://a.org/<b>", "https://"],
)
def test_an_address_that_telegram_would_refuse_with_the_whole_answer_is_no_link(link: str) -> None:
    shipped = shipped_contents()["papers"][0]
    assert "link" in problems_of([("papers", {**shipped, "link": link})])[0]
    assert "source.url" in problems_of([("papers", {**shipped, "source": {**shipped["source"], "url": link}})])[0]


@pytest.mark.parametrize("written", ["2026-02-31", "2026-13", "0000", "2026-00-10"])
def test_a_source_of_a_day_that_does_not_exist_is_refused(written: str) -> None:
    shipped = shipped_contents()["papers"][0]
    assert "source.date" in problems_of([("papers", {**shipped, "source": {**shipped["source"], "date": written}})])[0]


@pytest.mark.parametrize("bounds", [{"min": float("nan")}, {"max": 1e30}, {"min": -5}])
def test_a_bound_that_no_age_has_is_refused(bounds: dict[str, float]) -> None:
    wrong = {**shipped_contents()["papers"][0], "conditions": [{"fact": "age", **bounds}]}
    assert "age lies between 0 and" in problems_of([("papers", wrong)])[0]


async def test_a_row_of_no_known_topic_leaves_the_others(session: AsyncSession) -> None:
    row = (await session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.topic == "papers").limit(1))).one()
    row.topic = "recipes"
    await session.flush()
    library = await read_library(session)
    assert library.programmes
    assert row.id not in library.papers
