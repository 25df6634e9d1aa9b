"""Dead connections are replaced before anybody meets them."""

from __future__ import annotations

import asyncio

import psycopg
from sqlalchemy import text

from bot.db.service import open_engine, psycopg_url, sessions_of, transaction
from bot.queue.service import open_queue


async def end_backend(database_url: str, pid: int) -> None:
    """End the server's side of a connection, as a restart does."""
    async with await psycopg.AsyncConnection.connect(psycopg_url(database_url), autocommit=True) as other:
        await other.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
    await asyncio.sleep(0.05)


async def test_a_transaction_does_not_meet_a_connection_that_the_server_ended(database_url: str) -> None:
    engine = open_engine(database_url, pool_size=1)
    sessions = sessions_of(engine)
    async with transaction(sessions) as session:
        first = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    await end_backend(database_url, first)
    async with transaction(sessions) as session:
        second = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    await engine.dispose()
    assert first != second


async def test_a_connection_that_was_told_of_a_new_setting_is_kept(database_url: str) -> None:
    engine = open_engine(database_url, pool_size=1)
    sessions = sessions_of(engine)
    async with transaction(sessions) as session:
        first = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    async with await psycopg.AsyncConnection.connect(psycopg_url(database_url), autocommit=True) as other:
        await other.execute("SELECT pg_reload_conf()")
    async with transaction(sessions) as session:
        second = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    await engine.dispose()
    assert first == second


async def test_the_queue_does_not_meet_a_connection_that_the_server_ended(database_url: str) -> None:
    async with open_queue(database_url, max_connections=1).open_async() as app:
        first = await app.connector.execute_query_one_async("SELECT pg_backend_pid() AS pid")
        await end_backend(database_url, first["pid"])
        second = await app.connector.execute_query_one_async("SELECT pg_backend_pid() AS pid")
    assert first["pid"] != second["pid"]
