"""The embedded server has one owner, survives its owner's death, and starts again after its own: F7, F9."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.db.embedded import EmbeddedServer, control, is_owned, running_url
from bot.kit.errors import ConfigurationError
from tests.fixtures.servers import OwnServer

pytestmark = pytest.mark.fault


async def test_a_second_owner_is_refused(own_server: OwnServer) -> None:
    assert is_owned(own_server.path)
    with pytest.raises(ConfigurationError, match="belongs to another running process"):
        EmbeddedServer(own_server.path)


async def test_a_stopped_server_has_no_url_and_comes_back_where_it_was(own_server: OwnServer) -> None:
    await asyncio.to_thread(own_server.stop)
    assert running_url(own_server.path) is None
    await asyncio.to_thread(own_server.start)
    assert running_url(own_server.path) == own_server.url


async def test_a_restart_costs_an_open_pool_nothing(own_server: OwnServer) -> None:
    # F7
    async with own_server.sessions() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await asyncio.to_thread(control, own_server.path, "restart", "-m", "fast", "-w")
    async with own_server.sessions() as session:
        assert await session.scalar(text("SELECT 1")) == 1


async def test_a_killed_server_recovers_what_was_committed(own_server: OwnServer) -> None:
    # F9: three kills.
    for n in range(3):
        async with own_server.sessions() as session, session.begin():
            await session.execute(text("INSERT INTO inbox_poll_offset VALUES (:n, :n)"), {"n": n})
        own_server.kill()
        await asyncio.to_thread(own_server.start)
        async with own_server.sessions() as session:
            assert await session.scalar(text("SELECT count(*) FROM inbox_poll_offset")) == n + 1
