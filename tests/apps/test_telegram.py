"""The Telegram process against the double: introduced, receiving, sending."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.apps.telegram import run_telegram
from bot.apps.telegram_profile import COMMANDS, commands_in
from bot.chat.accounts import link_base
from bot.conversation.commands import _COMMANDS
from bot.db.service import Sessions, transaction
from bot.kit.clock import utc_now
from bot.kit.errors import ConfigurationError
from bot.kit.settings import Settings
from bot.locales.service import LANGUAGES
from bot.outbox.service import enqueue_call
from tests.fixtures.bot_api import TOKEN, FakeTelegram
from tests.fixtures.processes import eventually


@asynccontextmanager
async def telegram(fake: FakeTelegram, database_url: str, tmp_path: Path, **values: object) -> AsyncIterator[None]:
    settings = Settings(
        _env_file=None, data_dir=tmp_path, telegram_token=TOKEN, telegram_api_url=fake.url, **values  # type: ignore[call-arg, arg-type]
    )  # fmt: skip
    stop = asyncio.Event()
    running = asyncio.create_task(run_telegram(stop, settings, database_url))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, 10)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_command_is_one_that_the_conversation_knows(language: str) -> None:
    known = {names[language]: meaning for meaning, names in COMMANDS.items()}
    assert {command.command: _COMMANDS[command.command] for command in commands_in(language)} == known


async def test_what_waits_is_sent_and_what_comes_is_stored(
    fake: FakeTelegram, sessions: Sessions, database_url: str, tmp_path: Path
) -> None:
    async with transaction(sessions) as session:
        await enqueue_call(
            session, channel="telegram", chat_id=7, method="send_message", params={"chat_id": 7, "text": "bonjour"},
            now=utc_now(),
        )  # fmt: skip
    user = fake.user(7)
    await user.says("coucou")
    async with telegram(fake, database_url, tmp_path):
        assert [message.text for message in await user.reads(timeout=15)] == ["bonjour"]

        async def is_stored() -> bool:
            from sqlalchemy import text

            async with sessions() as session:
                return bool((await session.scalars(text("SELECT count(*) FROM inbox_update"))).one())

        await eventually(is_stored, within=15, what="the update")


async def test_the_bot_is_remembered_for_shared_links(
    fake: FakeTelegram, sessions: Sessions, database_url: str, tmp_path: Path
) -> None:
    async def is_remembered() -> bool:
        async with sessions() as session:
            return (await link_base(session)).startswith("https://t.me/")

    async with telegram(fake, database_url, tmp_path):
        await eventually(is_remembered, within=15, what="the account")


async def test_commands_are_published_once(fake: FakeTelegram, database_url: str, tmp_path: Path) -> None:
    async def is_published() -> bool:
        return (tmp_path / "telegram-profile").exists()

    for _ in range(2):
        async with telegram(fake, database_url, tmp_path):
            await eventually(is_published, within=15, what="the profile")
            await asyncio.sleep(0.3)
    assert len(await fake.requests("setMyCommands")) == 1 + len(LANGUAGES)


async def test_while_telegram_does_not_answer_it_waits_and_stops_when_told(database_url: str, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, telegram_token=TOKEN, telegram_api_url="http://127.0.0.1:1")  # type: ignore[call-arg]
    stop = asyncio.Event()
    running = asyncio.create_task(run_telegram(stop, settings, database_url))
    await asyncio.sleep(1.0)
    assert not running.done()
    stop.set()
    await asyncio.wait_for(running, 5)


async def test_without_a_token_it_says_which_setting_is_missing(database_url: str, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, telegram_token="")  # type: ignore[call-arg]
    with pytest.raises(ConfigurationError, match="ESCALE_TELEGRAM_TOKEN"):
        await run_telegram(asyncio.Event(), settings, database_url)
