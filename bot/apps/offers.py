"""The catalogue's commands, each in one transaction on the database at a URL."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.apps.sessions import session_on
from bot.catalogue import service as catalogue
from bot.catalogue.service import Saved
from bot.kit.clock import utc_now
from bot.kit.embedding import SentenceEmbedder


async def add_examples(database_url: str) -> Saved:
    """Load the demonstration catalogue, or bring its dates up to date."""
    async with session_on(database_url) as session:
        return await catalogue.load_demo(session, SentenceEmbedder(), utc_now())


async def add_file(database_url: str, file: Path, *, source: str, publish: bool, by: str) -> Saved:
    """Write the offers of a CSV or, by any other name, a YAML file; published, or as drafts.

    Raises:
        InputError: something in the file is wrong; nothing was written.
    """
    write = catalogue.import_offers if file.suffix.lower() == ".csv" else catalogue.add_offers
    async with session_on(database_url) as session:
        return await write(
            session, file, source=source, embedder=SentenceEmbedder(), now=utc_now(), publish=publish, checked_by=by
        )


async def close_offer(database_url: str, offer_id: int) -> str:
    """Close one offer; return its title.

    Raises:
        InputError: there is no such offer, or it cannot be closed.
    """
    async with session_on(database_url) as session:
        offer = await catalogue.close_offer(session, offer_id, embedder=SentenceEmbedder(), now=utc_now())
        return offer.title


async def publish_offer(database_url: str, offer_id: int, *, by: str) -> str:
    """Publish one offer, checked today by `by`; return its title.

    Raises:
        InputError: there is no such offer, it is over, or its status does not lead there.
    """
    async with session_on(database_url) as session:
        offer = await catalogue.change_status(
            session, offer_id, "published", embedder=SentenceEmbedder(), now=utc_now(), by=by
        )
        return offer.title


async def list_offers(database_url: str, *, status: str | None, limit: int) -> list[dict[str, Any]]:
    """Return offers, the last changed first, ready to print.

    Raises:
        InputError: there is no such status.
    """
    async with session_on(database_url) as session:
        return [asdict(offer) for offer in await catalogue.list_offers(session, status=status, limit=limit)]
