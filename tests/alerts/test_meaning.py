"""Searches of words are found by their meaning: all that are close, and only those."""

from __future__ import annotations

from sqlalchemy import select, text

from bot.alerts import meaning
from bot.alerts.matching import CLOSE_ENOUGH
from bot.alerts.meaning import close_pairs
from bot.alerts.service import pause_search
from bot.catalogue.criteria import Criteria
from bot.catalogue.models import Offer
from tests.catalogue.conftest import draft

_WORDS = (
    "m'occuper de chevaux", "soigner des animaux", "la comptabilité d'une banque", "guider des touristes",
    "coder un jeu", "construire des maisons en bois", "enseigner le français aux enfants",
)  # fmt: skip
_CLOSE = text(
    "SELECT offer_id, s.id FROM offer_vector v, saved_search s"
    " WHERE s.met_by = 'words' AND NOT is_paused AND 1 - (v.embedding <=> s.embedding) >= :least"
)


async def test_the_pairs_are_those_of_the_cosine_itself_page_after_page(session, publish, save, monkeypatch) -> None:
    monkeypatch.setattr(meaning, "_AT_ONCE", 3)
    for words in _WORDS:
        await save(Criteria(words=words))
    await save(Criteria(kind="internship", countries=("ES",), words="les chevaux"))
    await publish(
        draft("horses", title="Soigner les chevaux", description="Tu nourris et tu panses les poneys du centre."),
        draft("books", title="Comptable", description="Tu tiens les comptes des clients de la banque."),
        draft("code", title="Développer un jeu vidéo", description="Tu programmes un jeu avec l'équipe."),
    )  # fmt: skip
    offers = list(await session.scalars(select(Offer.id)))
    found = list(zip(*await close_pairs(session, offers, least=CLOSE_ENOUGH), strict=True))
    assert sorted(found) == sorted(map(tuple, await session.execute(_CLOSE, {"least": CLOSE_ENOUGH})))
    assert 0 < len(found) < len(offers) * len(_WORDS)


async def test_a_paused_search_is_close_to_nothing_and_without_searches_nothing_is(session, now, publish, save) -> None:
    await publish(draft("a", title="Soigner les chevaux"))
    offers = list(await session.scalars(select(Offer.id)))
    assert await close_pairs(session, offers, least=-1.0) == ([], [])
    search = await save(Criteria(words="soigner les chevaux"))
    assert await close_pairs(session, offers, least=-1.0) == (offers, [search.id])
    await pause_search(session, search, now=now)
    assert await close_pairs(session, offers, least=-1.0) == ([], [])


async def test_an_offer_comes_to_every_search_that_is_close_however_many(publish, save, told) -> None:
    searches = [await save(Criteria(words="m'occuper de poneys")) for _ in range(201)]
    stable = "Tu nourris et tu panses les chevaux du centre équestre."
    await publish(draft("horses", title="Soigner les chevaux", description=stable, field="agriculture"))
    assert await told() == {search.person_id: {"horses"} for search in searches}
