"""A house and its people for each acceptance test; Rasa is started once for the session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.kit.embedding import SentenceEmbedder
from tests.acceptance.house import House, open_house
from tests.acceptance.rasa import running_rasa
from tests.fixtures.bot_api import running_double

NOBODY = "http://127.0.0.1:9"  # a port where nothing listens


@pytest.fixture(scope="session")
def rasa_url() -> Iterator[str]:
    """URL of a real Rasa with the trained model, and its actions served."""
    with running_rasa() as url:
        yield url


@pytest.fixture
async def house(database_url: str, embedder: SentenceEmbedder, rasa_url: str) -> AsyncIterator[House]:
    """A house with Rasa."""
    with running_double() as double:
        async with open_house(
            database_url=database_url, telegram_url=double.url, rasa_url=rasa_url, embedder=embedder
        ) as house:
            yield house


@pytest.fixture
async def simple_house(database_url: str, embedder: SentenceEmbedder) -> AsyncIterator[House]:
    """A house whose Rasa is down."""
    with running_double() as double:
        async with open_house(
            database_url=database_url, telegram_url=double.url, rasa_url=NOBODY, embedder=embedder
        ) as house:
            yield house
