"""Transactions, URLs, and telling a database that is away from a request that is wrong."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy.exc
from sqlalchemy import text

from bot.db.service import (
    Sessions,
    is_connection_fault,
    is_worth_repeating,
    open_engine,
    psycopg_url,
    sqlalchemy_url,
    transaction,
)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_postgresql_url_is_understood(scheme: str) -> None:
    url = f"{scheme}://u:p%40ss@h:5/db?sslmode=require"
    assert psycopg_url(url) == "postgresql://u:p%40ss@h:5/db?sslmode=require"
    assert sqlalchemy_url(url) == "postgresql+psycopg://u:p%40ss@h:5/db?sslmode=require"


async def test_a_transaction_is_undone_when_it_raises(sessions: Sessions) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with transaction(sessions) as session:
            await session.execute(text("CREATE TABLE half (n int)"))
            raise ZeroDivisionError
    async with transaction(sessions) as session:
        assert await session.scalar(text("SELECT to_regclass('half')")) is None


async def test_a_closed_door_is_a_connection_fault_and_a_wrong_request_is_not(sessions: Sessions) -> None:
    engine = open_engine("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(sqlalchemy.exc.OperationalError) as closed:
        async with engine.connect():
            pass
    await engine.dispose()
    assert is_connection_fault(closed.value)
    for wrong in ("SELECT nothing_there", "SELECT 1/0", "SELECT 'x'::int"):
        with pytest.raises(sqlalchemy.exc.SQLAlchemyError) as refused:
            async with transaction(sessions) as session:
                await session.execute(text(wrong))
        assert not is_connection_fault(refused.value)


async def test_a_session_that_the_server_ends_is_a_connection_fault(sessions: Sessions, database_url: str) -> None:
    with pytest.raises(sqlalchemy.exc.DBAPIError) as ended:  # noqa: PT012
        async with transaction(sessions) as session:
            pid = await session.scalar(text("SELECT pg_backend_pid()"))
            with psycopg.connect(psycopg_url(database_url), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [pid])
            await session.execute(text("SELECT 1"))
    assert is_connection_fault(ended.value)
    async with transaction(sessions) as session:
        assert await session.scalar(text("SELECT 1")) == 1


async def test_what_the_database_gives_up_is_not_worth_repeating(sessions: Sessions) -> None:
    with pytest.raises(sqlalchemy.exc.OperationalError) as given_up:  # noqa: PT012
        async with transaction(sessions) as session:
            await session.execute(text("SET LOCAL statement_timeout = 50"))
            await session.execute(text("SELECT pg_sleep(5)"))
    assert not is_worth_repeating(given_up.value)
    assert not is_worth_repeating(psycopg.errors.ProgramLimitExceeded())
    assert is_worth_repeating(psycopg.errors.DeadlockDetected())
