"""The webhook against forgeries, repeats, kills, a full database and monsters: A1, F1, F3, F10, F23."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select, text

from bot.apps.ingress import LARGEST_BODY, webhook_router
from bot.db.service import Sessions, open_engine, psycopg_url, sessions_of
from bot.inbox.models import InboxUpdate
from bot.kit.clock import utc_now
from bot.queue.service import open_queue
from tests.fixtures.bot_api import TOKEN, FakeTelegram
from tests.fixtures.processes import driver, eventually, free_port, is_listening
from tests.fixtures.strategies import updates
from tests.fixtures.updates import message

SECRET = "a-secret-of-the-tests"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def client_of(sessions: Sessions, url: str) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(webhook_router(sessions, open_queue(url), secret=SECRET, clock=utc_now))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers={HEADER: SECRET})


@pytest.fixture
async def client(sessions: Sessions, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(sessions, database_url) as client:
        yield client


async def count(sessions: Sessions) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(InboxUpdate)) or 0


async def count_jobs(sessions: Sessions) -> int:
    async with sessions() as session:
        return await session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) or 0


async def post(client: httpx.AsyncClient, update: object) -> int:
    return (await client.post("/telegram/webhook", content=json.dumps(update))).status_code


@pytest.mark.parametrize("given", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "é"])
async def test_a_call_without_the_secret_is_refused(
    client: httpx.AsyncClient, sessions: Sessions, given: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    # A1
    headers = {} if given is None else {HEADER: given.encode()}
    client.headers.pop(HEADER)
    answer = await client.post("/telegram/webhook", json=message(1), headers=headers)
    assert (answer.status_code, await count(sessions)) == (403, 0)
    assert not given or given not in caplog.text


async def test_other_paths_and_methods_do_not_exist(client: httpx.AsyncClient, sessions: Sessions) -> None:
    # A1
    assert (await client.post("/webhook", json=message(1))).status_code == 404
    assert (await client.get("/telegram/webhook")).status_code == 405
    assert await count(sessions) == 0


async def test_a_repeated_update_is_accepted_without_effect(client: httpx.AsyncClient, sessions: Sessions) -> None:
    # F1, A2: ten updates, five times each, at the same time.
    assert set(await asyncio.gather(*(post(client, message(n % 10)) for n in range(50)))) == {200}
    assert (await count(sessions), await count_jobs(sessions)) == (10, 10)


async def test_a_body_over_one_megabyte_is_refused(client: httpx.AsyncClient, sessions: Sessions) -> None:
    assert await post(client, message(1, text="x" * LARGEST_BODY)) == 413
    assert await post(client, message(2, text="x" * (LARGEST_BODY - 1000))) == 200
    assert await count(sessions) == 1


@settings(max_examples=1000, deadline=None, suppress_health_check=[*HealthCheck], derandomize=True)
@given(update=updates())
def test_nothing_that_can_be_sent_makes_an_error(update: Any, database_url: str, runner: asyncio.Runner) -> None:
    # F23
    assert runner.run(_post_once(update, database_url, runner)) == 200


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner
        if (client := getattr(runner, "client", None)) is not None:
            runner.run(client.aclose())
            runner.run(runner.engine.dispose())  # type: ignore[attr-defined]


async def _post_once(update: Any, url: str, runner: Any) -> int:
    if not hasattr(runner, "client"):
        runner.engine = open_engine(url)
        runner.client = client_of(sessions_of(runner.engine), url)
    body = json.dumps(update).encode()
    return (await runner.client.post("/telegram/webhook", content=body)).status_code


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{", b"\xff\xfe", b'"text"', b"[" * 100_000,
        b'{"update_id":1,"message":' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"update_id":1,"message":' + b'{"a":' * 100_000,
        b'{"update_id":1e400}', b'{"update_id":NaN}', b'{"update_id":-Infinity}', b'{"update_id":' + b"9" * 5000 + b"}",
        b'{"update_id":1,"message":{"chat":{"id":' + b"9" * 4000 + b"}}}",
        b'{"update_id":1,"message":{"text":"a\\u0000b","chat":{"id":7}}}',
        b'{"update_id":1,"message":{"text":"\\ud800","chat":{"id":7}}}',
        b'{"update_id":1,"\\u0000\\ud800":{"chat":{"id":7}}}',
        b'{"update_id":1,"message":{"n":NaN,"i":Infinity,"chat":{"id":7}}}',
        b'{"update_id":9223372036854775807,"message":{"chat":{"id":-9223372036854775808}}}',
        b'{"update_id":1,"message":{"text":"' + b"\\ud83d" * 100_000 + b'"}}',
        b'{"update_id":1,' + b",".join(b'"k%d":1' % n for n in range(50_000)) + b"}",
    ],
)  # fmt: skip
async def test_handpicked_monsters_are_accepted_and_forgotten(
    client: httpx.AsyncClient, sessions: Sessions, body: bytes
) -> None:
    # F23
    assert (await client.post("/telegram/webhook", content=body)).status_code == 200
    assert await count(sessions) in {0, 1}
    assert await post(client, message(2)) == 200


async def test_a_full_database_is_an_answer_503_and_nothing_half_done(
    sessions: Sessions, database_url: str, client: httpx.AsyncClient
) -> None:
    # F10: every connection is taken, then given back.
    held: list[psycopg.Connection[Any]] = []
    try:
        while len(held) < 200:
            held.append(psycopg.connect(psycopg_url(database_url)))
    except psycopg.OperationalError:
        pass
    try:
        assert len(held) < 200, "the server took more than 200 connections"
        codes = await asyncio.gather(*(post(client, message(n)) for n in range(8)))
        assert 503 in codes
    finally:
        for connection in held:
            connection.close()

    async def has_room() -> bool:  # closed connections end by themselves, a moment later
        try:
            with psycopg.connect(psycopg_url(database_url)) as connection:
                others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                return connection.execute(others).fetchone()[0] < len(held) / 2  # type: ignore[index]
        except psycopg.OperationalError:
            return False

    await eventually(has_room, within=20, what="room for connections")
    assert set(await asyncio.gather(*(post(client, message(n)) for n in range(8)))) == {200}
    assert (await count(sessions), await count_jobs(sessions)) == (8, 8)


@pytest.mark.fault
@pytest.mark.timeout(300)
async def test_an_ingress_killed_before_its_200_gets_the_update_again(
    fake: FakeTelegram, sessions: Sessions, database_url: str, tmp_path: Path
) -> None:
    # F3: 10 kills between the commit and the answer.
    kills, port, restarts = tmp_path / "kills", free_port(), 0
    kills.write_text("10")
    await fake.settings(webhook_backoff=0.1, webhook_longest_backoff=0.3, webhook_most_attempts=1000)
    hook = {"url": f"http://127.0.0.1:{port}/telegram/webhook", "secret_token": SECRET, "max_connections": 1}
    async with httpx.AsyncClient() as telegram:
        assert (await telegram.post(f"{fake.url}/bot{TOKEN}/setWebhook", json=hook)).status_code == 200
    await fake.injects([message(n, chat_id=n % 5) for n in range(1, 31)])
    deadline = time.monotonic() + 240
    while (await fake.state())["waiting"]:
        assert time.monotonic() < deadline
        with driver("receive", database_url, str(port), SECRET, str(kills)) as ingress:
            await eventually(lambda: is_listening(port), within=60, what="ingress up")
            while ingress.is_alive and (await fake.state())["waiting"]:  # noqa: ASYNC110 - two conditions, two processes
                await asyncio.sleep(0.05)
        restarts += 1
    assert restarts == 11
    assert (await count(sessions), await count_jobs(sessions)) == (30, 30)


async def test_telegram_delivers_through_a_refusal(fake: FakeTelegram, sessions: Sessions, database_url: str) -> None:
    port = free_port()
    hook = {"url": f"http://127.0.0.1:{port}/telegram/webhook", "secret_token": SECRET}
    async with httpx.AsyncClient() as telegram:
        await telegram.post(f"{fake.url}/bot{TOKEN}/setWebhook", json=hook)
    user = fake.user(7)
    await user.says("personne n'écoute encore")
    with driver("receive", database_url, str(port), SECRET):
        await eventually(lambda: is_listening(port), within=60, what="ingress up")
        await fake.all_taken(timeout=10)
    state = await fake.state()
    assert state["deliveries"]["accepted"] == 1
    assert state["deliveries"]["ConnectError"] >= 1
    assert await count(sessions) == 1
