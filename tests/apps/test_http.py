"""The HTTP process: alive, ready, measured, and closed to strangers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot.apps.http import http_app
from bot.apps.scheduler import list_chores
from bot.db.service import Sessions, open_engine, sessions_of, transaction
from bot.kit.clock import utc_now
from bot.kit.settings import Settings
from bot.outbox.service import enqueue_call
from bot.queue.heartbeats import beat
from bot.queue.history import begin_run, end_run, note_watch
from bot.queue.service import open_queue
from tests.deliveries.people import plan, somebody
from tests.fixtures.processes import free_port


def settings_in(tmp_path: Path, **values: object) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, rasa_port=free_port(), **values)  # type: ignore[call-arg, arg-type]


def client_of(app: FastAPI, address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://escale")


@pytest.fixture
async def client(
    sessions: Sessions, database_url: str, tmp_path: Path, now: datetime
) -> AsyncIterator[httpx.AsyncClient]:
    app = http_app(sessions, open_queue(database_url), settings_in(tmp_path), clock=lambda: now)
    async with client_of(app) as client:
        yield client


async def sign_on(sessions: Sessions, now: datetime) -> None:
    async with transaction(sessions) as session:
        for name in ("worker", "batch", "scheduler"):
            await beat(session, name, now=now, detail="active")


async def test_the_process_says_that_it_lives(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).status_code == 200


async def test_parts_that_never_gave_a_sign_are_not_ready(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert {name: part["state"] for name, part in answer.json()["parts"].items()} == {
        "database": "ready", "migrations": "ready", "worker": "silent", "batch": "silent", "scheduler": "silent",
        "jobs": "ready", "rasa": "away",
    }  # fmt: skip


async def test_without_rasa_alone_it_is_degraded_to_the_simple_mode(
    client: httpx.AsyncClient, sessions: Sessions, now: datetime
) -> None:
    await sign_on(sessions, now)
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "degraded: simple mode")


async def test_a_chore_that_does_not_run_degrades_it_and_is_named(
    client: httpx.AsyncClient, sessions: Sessions, now: datetime
) -> None:
    await sign_on(sessions, now)
    async with transaction(sessions) as session:
        await note_watch(session, now=now - timedelta(days=2))
        for chore in list_chores():
            if chore.task != "outbox:expire_calls":
                run = await begin_run(session, chore.task, now=now - timedelta(hours=3))
                await end_run(session, run, now=now - timedelta(hours=3), counts={})
    answer = (await client.get("/readyz")).json()
    assert answer["status"] == "degraded: chores are late, simple mode"
    assert answer["parts"]["jobs"] == {"state": "late", "detail": "outbox:expire_calls: escale jobs"}
    lines = (await client.get("/metrics")).text.splitlines()
    assert 'escale_job_overdue{task="outbox:expire_calls"} 1.0' in lines
    assert 'escale_job_overdue{task="catalogue:expire"} 0.0' in lines
    assert 'escale_job_last_success_age_seconds{task="catalogue:expire"} 10800.0' in lines
    assert not any(line.startswith('escale_job_last_success_age_seconds{task="outbox:expire') for line in lines)


async def test_without_the_worker_of_chores_people_are_answered_all_the_same(
    client: httpx.AsyncClient, sessions: Sessions, now: datetime
) -> None:
    await sign_on(sessions, now)
    async with transaction(sessions) as session:
        await beat(session, "batch", now=now - timedelta(minutes=5), detail="active")
    assert (await client.get("/readyz")).json()["status"] == "degraded: no chores, simple mode"


async def test_a_sign_of_life_older_than_fifteen_seconds_does_not_count(
    client: httpx.AsyncClient, sessions: Sessions, now: datetime
) -> None:
    await sign_on(sessions, now - timedelta(seconds=16))
    parts = (await client.get("/readyz")).json()["parts"]
    assert (parts["worker"]["state"], parts["scheduler"]["state"]) == ("silent", "silent")


async def test_with_a_token_the_sender_counts_too(
    sessions: Sessions, database_url: str, tmp_path: Path, now: datetime
) -> None:
    settings = settings_in(tmp_path, telegram_token="123456:token")
    app = http_app(sessions, open_queue(database_url), settings, clock=lambda: now)
    async with client_of(app) as client:
        assert (await client.get("/readyz")).json()["parts"]["sender"]["state"] == "silent"
        assert (await client.post("/telegram/webhook")).status_code == 403


async def test_without_a_bot_there_is_no_webhook_and_never_a_description_of_the_routes(
    client: httpx.AsyncClient,
) -> None:
    assert (await client.post("/telegram/webhook")).status_code == 404
    assert {(await client.get(path)).status_code for path in ("/docs", "/redoc", "/openapi.json")} == {404}


async def test_a_database_that_is_away_is_told_within_seconds(tmp_path: Path, now: datetime) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    engine = open_engine(url)
    app = http_app(sessions_of(engine), open_queue(url), settings_in(tmp_path), clock=lambda: now)
    async with client_of(app) as client:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["parts"]["database"]["state"]) == (503, "away")
        assert (await client.get("/metrics")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200
    await engine.dispose()


async def test_metrics_count_what_waits(client: httpx.AsyncClient, sessions: Sessions, now: datetime) -> None:
    async with transaction(sessions) as session:
        call = await enqueue_call(
            session, channel="telegram", chat_id=1, method="send_message", params={}, now=now - timedelta(seconds=30)
        )
        call.status = "pending"
    lines = (await client.get("/metrics")).text.splitlines()
    assert 'escale_outbox_calls{status="pending"} 1.0' in lines
    assert "escale_outbox_oldest_seconds 30.0" in lines
    assert "escale_inbox_oldest_seconds 0.0" in lines
    assert "escale_outbox_perhaps_repeated 0.0" in lines


async def test_metrics_count_deliveries(client: httpx.AsyncClient, sessions: Sessions, now: datetime) -> None:
    async with transaction(sessions) as session:
        who = await somebody(session, now)
        await plan(session, who, now - timedelta(seconds=40), "a")
        await plan(session, who, now, "b", kind="reminder", due_at=now + timedelta(hours=1))
    lines = (await client.get("/metrics")).text.splitlines()
    assert 'escale_deliveries{kind="alert",status="due"} 1.0' in lines
    assert 'escale_deliveries{kind="reminder",status="due"} 1.0' in lines
    assert "escale_deliveries_oldest_due_seconds 40.0" in lines


STRANGERS = pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.7", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}),
        ("127.0.0.1", {"X-Real-IP": "192.0.2.7"}),
        ("127.0.0.1", {"Via": "1.1 proxy"}),
    ],
)


@STRANGERS
async def test_strangers_learn_whether_it_is_ready_and_nothing_of_the_parts(
    sessions: Sessions, database_url: str, tmp_path: Path, address: str, headers: dict[str, str]
) -> None:
    app = http_app(sessions, open_queue(database_url), settings_in(tmp_path), clock=utc_now)
    async with client_of(app, address) as client:
        answer = await client.get("/readyz", headers=headers)
    assert answer.status_code == 503
    assert set(answer.json()) == {"status"}


@STRANGERS
async def test_metrics_are_for_this_machine(
    sessions: Sessions, database_url: str, tmp_path: Path, address: str, headers: dict[str, str]
) -> None:
    app = http_app(sessions, open_queue(database_url), settings_in(tmp_path), clock=utc_now)
    async with client_of(app, address) as client:
        assert (await client.get("/metrics", headers=headers)).status_code == 403
