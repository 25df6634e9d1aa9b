"""An offer of the list is opened by what names it; several that fit are asked about by their numbers."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.criteria import Criteria
from bot.catalogue.service import load_offers, save_offers
from bot.chat.keyboards import Button, store_keyboard
from bot.conversation.models import ResultList
from bot.conversation.naming import is_naming, named_offers
from bot.conversation.offers import open_offer, show_chosen_offer
from bot.conversation.pushed import take_up_if_pointing
from bot.conversation.replies import Reply, Turn
from bot.conversation.searching import current_list, search
from bot.kit.embedding import SentenceEmbedder
from bot.understanding.models import Entity, Intent, Parse
from tests.catalogue.conftest import draft
from tests.conversation.turns import open_turn

OFFERS = (
    draft(
        "lisbon",
        organisation="Casa da Baixa",
        title="Vente en épicerie fine",
        places=[{"country": "PT", "city": "Lisbonne"}],
        field="commerce",
    ),
    draft(
        "porto",
        organisation="Maison du Douro",
        title="Accueil dans une auberge",
        places=[{"country": "PT", "city": "Porto"}],
    ),
    draft("madrid", organisation="Casa Sol", title="Aide en cuisine", places=[{"country": "ES", "city": "Madrid"}]),
    draft("madrid2", organisation="Hotel Sol", title="Réception d'hôtel", places=[{"country": "ES", "city": "Madrid"}]),
)


@pytest.fixture
async def turn(session: AsyncSession, embedder: SentenceEmbedder, now: datetime) -> Turn:
    """A turn under the list of four internships."""
    await save_offers(session, OFFERS, source="test", embedder=embedder, now=now, publish=True)
    opened = await open_turn(session, now)
    await search(opened, Criteria(kind="internship"), embedder=embedder)
    return opened


def parsed(text: str, *entities: Entity) -> Parse:
    return Parse(text, "fr", Intent("search_any", 0.4), entities=entities)


async def opens(turn: Turn, text: str, embedder: SentenceEmbedder) -> Reply | None:
    turn.text = text
    return await show_chosen_offer(turn, embedder=embedder) if await is_naming(turn, parsed(text)) else None


async def shown(turn: Turn) -> ResultList:
    listed = await current_list(turn)
    assert listed is not None
    return listed


async def ids_of(turn: Turn, *names: str) -> list[int]:
    offers = await load_offers(turn.session, (await shown(turn)).offer_ids)
    return [offer_id for offer_id, offer in offers.items() if offer.external_id in names]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("celui de Lisbonne", "lisbon"),
        ("celle à Porto m'intéresse, raconte", "porto"),
        ("i like the one in Porto, give me all info", "porto"),
        ("je préfère celui de Porto", "porto"),
        ("l'épicerie fine", "lisbon"),
        ("ouvre l'épicerie fine", "lisbon"),
        ("l'offre de l'auberge", "porto"),
        ("celui en commerce", "lisbon"),
        ("the one in Porto", "porto"),
        ("show me the one in Lisbon", "lisbon"),
        ("la de Lisboa", "lisbon"),
        ("quiero ver la de Oporto", "porto"),
        ("العرض في لشبونة", "lisbon"),
        ("اللي في بورتو", "porto"),
    ],
)
async def test_the_one_offer_that_is_named_opens(turn: Turn, embedder: SentenceEmbedder, text: str, name: str) -> None:
    assert await opens(turn, text, embedder) is not None
    assert [turn.conversation.offer_id] == await ids_of(turn, name)


@pytest.mark.parametrize("text", ["celui de Madrid", "the one in Spain", "la de Madrid", "العرض في مدريد"])
async def test_of_several_that_fit_the_numbers_are_asked(turn: Turn, embedder: SentenceEmbedder, text: str) -> None:
    reply = await opens(turn, text, embedder)
    assert reply is not None
    assert reply.text == "Laquelle ? Donne-moi son numéro."
    buttons = [button for row in reply.rows for button in row]
    assert {button.arguments["offer_id"] for button in buttons} == set(await ids_of(turn, "madrid", "madrid2"))
    listed = (await shown(turn)).offer_ids
    assert [button.label for button in buttons] == [
        str(listed.index(button.arguments["offer_id"]) + 1) for button in buttons
    ]
    assert turn.conversation.offer_id is None


@pytest.mark.parametrize(
    "text",
    [
        "celui de Rome",
        "celui de Lisbonne, garde-le",
        "celui de Lisbonne est payé ?",
        "garde celui de Porto",
        "Lisbonne",
        "le stage à Lisbonne",
        "une épicerie fine",
        "je cherche un stage en épicerie fine",
        "celles en Espagne",
        "l'offre",
    ],
)
async def test_what_asks_or_seeks_something_else_opens_nothing(turn: Turn, text: str) -> None:
    turn.text = text
    assert not await is_naming(turn, parsed(text))


async def test_a_place_that_the_model_hears_is_a_word_of_the_search_when_nothing_points(turn: Turn) -> None:
    turn.text = "le Portugal"
    assert not await is_naming(turn, parsed(turn.text, Entity("country", "Portugal", 3, 11, norm="PT")))


async def test_a_name_alone_may_be_the_answer_to_a_question(turn: Turn) -> None:
    turn.text, turn.conversation.pending_question = "l'épicerie fine", "name_alert"
    assert not await is_naming(turn, parsed(turn.text))


async def test_keeping_the_one_that_is_named_does_not_keep_the_card_that_is_open(
    turn: Turn, embedder: SentenceEmbedder
) -> None:
    await opens(turn, "celui de Lisbonne", embedder)
    turn.text = "garde celui de Porto"
    assert [await open_offer(turn, embedder=embedder)] == await ids_of(turn, "porto")
    turn.text = "garde l'offre de stage"  # every one of them is: the open card is meant
    assert [await open_offer(turn, embedder=embedder)] == await ids_of(turn, "lisbon")


async def test_without_a_list_nothing_is_named(turn: Turn) -> None:
    turn.conversation.list_id, turn.text = None, "celui de Lisbonne"
    assert await named_offers(turn) == []


async def test_after_a_digest_a_name_is_that_of_one_of_its_offers(turn, embedder) -> None:
    (lisbon,) = await ids_of(turn, "lisbon")
    await search(turn, Criteria(countries=("ES",)), embedder=embedder)
    before = turn.conversation.list_id
    digest = [[Button("1", "show_offer", {"offer_id": lisbon})], [Button("⏹", "pushes_stop")]]
    await store_keyboard(turn.session, digest, person_id=turn.person.id, now=turn.now)
    for text in ("celui de Porto", "celui de Madrid", "Lisbonne"):
        turn.text = text
        await take_up_if_pointing(turn)
        assert turn.conversation.list_id == before
    turn.text = "celui de Lisbonne"
    await take_up_if_pointing(turn)
    assert (await shown(turn)).offer_ids == [lisbon]
    card = await opens(turn, "celui de Lisbonne", embedder)
    assert card is not None
    assert "Vente en épicerie fine" in card.text
