"""A house and its people for each acceptance test; Rasa is started once for the session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.catalogue.service import load_demo
from bot.db.service import open_engine, sessions_of, transaction
from bot.kit.embedding import SentenceEmbedder
from tests.acceptance.house import House, house_now, open_house
from tests.acceptance.rasa import running_rasa
from tests.conftest import copied_database
from tests.fixtures.bot_api import running_double

NOBODY = "http://127.0.0.1:9"  # a port where nothing listens


@pytest.fixture(scope="session")
def rasa_url() -> Iterator[str]:
    """URL of a real Rasa with the trained model, and its actions served."""
    with running_rasa() as url:
        yield url


@pytest.fixture(scope="session")
def demo_template(postgres: str, embedder: SentenceEmbedder) -> Iterator[str]:
    """URL of a database that holds the demonstration catalogue, to be copied."""
    with copied_database(postgres) as url:
        asyncio.run(_load_demo(url, embedder))
        yield url


async def _load_demo(url: str, embedder: SentenceEmbedder) -> None:
    engine = open_engine(url)
    async with transaction(sessions_of(engine)) as session:
        await load_demo(session, embedder=embedder, now=house_now())
    await engine.dispose()


@pytest.fixture
def demo_url(demo_template: str) -> Iterator[str]:
    """URL of a database of this test's own with the demonstration catalogue."""
    with copied_database(demo_template) as url:
        yield url


@pytest.fixture
async def house(demo_url: str, embedder: SentenceEmbedder, rasa_url: str) -> AsyncIterator[House]:
    """A house with Rasa."""
    with running_double() as double:
        async with open_house(
            database_url=demo_url, telegram_url=double.url, rasa_url=rasa_url, embedder=embedder
        ) as house:
            yield house


@pytest.fixture
async def simple_house(demo_url: str, embedder: SentenceEmbedder) -> AsyncIterator[House]:
    """A house whose Rasa is down."""
    with running_double() as double:
        async with open_house(
            database_url=demo_url, telegram_url=double.url, rasa_url=NOBODY, embedder=embedder
        ) as house:
            yield house
