"""What strangers, jokers and clumsy programs try on Telegram, and what must not come of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text, update

from bot.catalogue.models import Offer, OfferPlace
from bot.db.service import transaction
from tests.acceptance.house import House, house_now
from tests.fixtures.bot_api import FakeUser, Seen

_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


async def met(house: House, user_id: int, language: str = "fr") -> FakeUser:
    """Return somebody who has read the first-contact notice."""
    user = house.telegram.user(user_id, language)
    await user.starts()
    assert await user.reads(timeout=10)
    return user


async def tells(user: FakeUser, words: str) -> Seen:
    """Say something and return the last message read back."""
    await user.says(words)
    return (await user.reads(timeout=10))[-1]


async def changes_offers(house: House, **values: Any) -> int:
    """Give these values to the first published offer; return its identity."""
    async with transaction(house.collaborators.sessions) as session:
        offer_id = (await session.execute(text("SELECT min(id) FROM offer WHERE status = 'published'"))).scalar_one()
        await session.execute(update(Offer).where(Offer.id == offer_id).values(**values))
    return int(offer_id)


async def writes_much(house: House, user_id: int, count: int) -> None:
    """Let somebody have written `count` messages in this minute."""
    statement = text(
        "INSERT INTO logged_message (person_id, at, direction, text, intent, source, entities)"
        " SELECT p.id, :now, 'in', 'x', 'greet', 'rules', '[]' FROM person p, generate_series(1, :count)"
        " WHERE p.chat_id = :chat"
    )
    async with transaction(house.collaborators.sessions) as session:
        await session.execute(statement, {"count": count, "chat": user_id, "now": house_now()})


async def nothing_waits(house: House) -> None:
    """Wait until every update has its answer."""
    query = text("SELECT count(*) FROM inbox_update WHERE status = 'received'")
    for _ in range(200):
        async with house.collaborators.sessions() as session:
            if not (await session.execute(query)).scalar_one():
                return
        await asyncio.sleep(0.05)
    raise AssertionError("updates still wait for their answer")


@pytest.mark.parametrize("status", ["draft", "to_review", "on_hold", "refused", "closed", "expired", "duplicate"])
async def test_a_link_to_an_offer_that_is_not_published_shows_nothing_of_it(simple_house: House, status: str) -> None:
    offer_id = await changes_offers(simple_house, status=status, title="Un titre que nul ne doit lire")
    user = await met(simple_house, 1)
    hidden = await tells(user, f"/start offer_{offer_id}")
    missing = await tells(user, "/start offer_999999999999999999")
    assert hidden.text == missing.text
    assert "titre" not in hidden.text
    assert hidden.labels == missing.labels


async def test_distress_is_answered_even_in_a_flood(simple_house: House) -> None:
    user = await met(simple_house, 2)
    await writes_much(simple_house, 2, 40)
    await user.says("lol")
    await user.says("j'ai envie de mourir")
    assert "3114" in (await user.reads(timeout=10))[-1].text


async def test_the_notice_of_a_flood_comes_once_even_when_presses_stand_between(simple_house: House) -> None:
    user = await met(simple_house, 3)
    await writes_much(simple_house, 3, 25)
    for number in range(4):
        await user.says(f"message {number}")
    assert [message.text[:11] for message in await user.reads(timeout=10)] == ["Tu vas plus"]


async def test_distress_under_a_photo_is_answered_even_in_a_flood(simple_house: House) -> None:
    user = await met(simple_house, 21)
    await writes_much(simple_house, 21, 30)
    await user.sends_photo("je veux mourir")
    assert "3114" in (await user.reads(timeout=10))[-1].text


async def test_a_flood_of_distress_ends_in_silence_too(simple_house: House) -> None:
    user = await met(simple_house, 22)
    await writes_much(simple_house, 22, 60)
    for _ in range(3):
        await user.says("je veux mourir")
    assert [message.text[:11] for message in await user.reads(timeout=10)] == ["Tu vas plus"]


@pytest.mark.parametrize("command", ["/aide j'ai envie de mourir", "/jai envie de mourir", "/start je veux me tuer"])
async def test_distress_behind_a_slash_is_answered_too(simple_house: House, command: str) -> None:
    user = await met(simple_house, 4)
    await writes_much(simple_house, 4, 30)
    assert "3114" in (await tells(user, command)).text


async def test_buttons_pressed_fast_do_not_silence_what_is_written_after(simple_house: House) -> None:
    user = await met(simple_house, 5)
    await tells(user, "/aide")
    async with transaction(simple_house.collaborators.sessions) as session:
        await session.execute(
            text(
                "INSERT INTO logged_message (person_id, at, direction, text, intent, source, entities)"
                " SELECT id, :now, 'in', '[show_page]', 'button', 'button', '[]' FROM person, generate_series(1, 30)"
            ),
            {"now": house_now()},
        )
    assert "plaisir" in (await tells(user, "merci")).text


async def test_a_flood_of_presses_fills_neither_the_chat_nor_the_outbox(simple_house: House) -> None:
    user = await met(simple_house, 6)
    await tells(user, "/chercher")
    async with transaction(simple_house.collaborators.sessions) as session:
        await session.execute(
            text(
                "INSERT INTO logged_message (person_id, at, direction, text, intent, source, entities)"
                " SELECT id, :now, 'in', '[show_page]', 'button', 'button', '[]' FROM person, generate_series(1, 60)"
            ),
            {"now": house_now()},
        )
    for _ in range(5):
        await user.presses("Stage")
    await nothing_waits(simple_house)
    assert not await user.reads(timeout=1)
    async with simple_house.collaborators.sessions() as session:
        assert (await session.execute(text("SELECT count(*) FROM result_list"))).scalar_one() == 0
    for _ in range(100):
        if len(toasts := await user.toasts()) == 5:
            break
        await asyncio.sleep(0.05)
    assert [bool(toast["text"]) for toast in toasts] == [True, False, False, False, False]


async def test_the_pages_of_a_search_for_everything_are_pages_of_offers(simple_house: House) -> None:
    user = await met(simple_house, 7)
    await tells(user, "/chercher")
    await user.presses("Montre-moi tout")
    first = (await user.reads(timeout=10))[-1]
    assert "1. " in first.text
    await user.presses("Suite ▶")
    assert "6. " in (await user.reads(timeout=10))[-1].text


async def test_a_first_photo_with_words_is_answered_after_the_notice(simple_house: House) -> None:
    user = simple_house.telegram.user(8)
    await user.sends_photo("je cherche un stage en Espagne")
    messages = await user.reads(timeout=10)
    assert "robot" in messages[0].text
    assert "Espagne" in messages[-1].text


async def test_what_offers_say_is_never_markup(simple_house: House) -> None:
    title = "<b>{0} {what} & </b><a href=\"tg://user?id=1\">'clic'</a> %s \u202e\u2066"
    offer_id = await changes_offers(simple_house, title=title, organisation="<script>{", how_to_apply="<i>&lt;")
    user = await met(simple_house, 9)
    card = await tells(user, f"/start offer_{offer_id}")
    assert card.text.startswith("<b>{0} {what} & </b><a href=\"tg://user?id=1\">'clic'</a> %s")
    assert not [entity for entity in card.entities if entity["type"] in ("text_link", "code", "pre")]
    await user.presses("♥ Garder")
    await user.reads(timeout=10)
    assert "{what}" in (await tells(user, "/offres")).text


async def test_a_giant_offer_is_cut_into_messages_that_telegram_takes(simple_house: House) -> None:
    long = "'&<😀" * 300
    offer_id = await changes_offers(
        simple_house, title=long[:200], organisation=long[:300], description=long, how_to_apply=long[:1000],
        condition_nationality=long[:300], condition_residence=long[:300], condition_diploma=long[:300],
    )  # fmt: skip
    async with transaction(simple_house.collaborators.sessions) as session:
        for rank in range(1, 30):
            session.add(OfferPlace(offer_id=offer_id, rank=rank + 50, country="ES", city=long[:300], city_key="x"))
    user = await met(simple_house, 10)
    await user.says(f"/start offer_{offer_id}")
    assert "♥ Garder" in (await user.reads(timeout=30))[-1].labels
    calls = await simple_house.telegram.requests("sendMessage")
    assert {call["outcome"] for call in calls} == {"ok"}


@pytest.mark.parametrize(
    "words",
    [
        "<b>stage</b> & {what} {0} %s </i>", "\u202e\u200bstage\u2066 en \u0000Espagne", "😀" * 2000, "a" * 4000,
        "{" * 500, "ـ" * 900, "1" * 4000, "/" * 300 + "restart", "k1:aaaaaaaaaaaa:0", "' OR 1=1; --",
    ],
)  # fmt: skip
async def test_odd_words_get_an_answer_that_telegram_takes(simple_house: House, words: str) -> None:
    user = await met(simple_house, 11)
    assert (await tells(user, words)).text
    calls = await simple_house.telegram.requests("sendMessage")
    assert {call["outcome"] for call in calls} == {"ok"}


async def test_a_business_message_and_a_live_location_that_moves_get_no_answer(simple_house: House) -> None:
    user = await met(simple_house, 12)
    person = {"id": 12, "is_bot": False, "first_name": "Camille"}
    base = {"message_id": 5, "date": 1_700_000_000, "chat": {"id": 12, "type": "private"}, "from": person}
    here = {"latitude": 45.4, "longitude": 4.3, "live_period": 900}
    await simple_house.telegram.injects(
        [
            {"business_message": base | {"text": "bonjour", "business_connection_id": "1"}},
            {"edited_message": base | {"location": here, "edit_date": 1_700_000_009}},
        ]
    )
    await simple_house.telegram.all_taken()
    await nothing_waits(simple_house)
    assert not await user.reads(timeout=1)


async def test_a_button_pressed_in_a_group_makes_nobody(simple_house: House) -> None:
    await met(simple_house, 13)
    message = {"message_id": 5, "date": 1_700_000_000, "chat": {"id": -77, "type": "group", "title": "x"}}
    query = {"id": "1", "from": {"id": 13, "is_bot": False, "first_name": ""}, "chat_instance": "1", "data": "k1:x:0"}
    await simple_house.telegram.injects([{"callback_query": query | {"message": message}}])
    await simple_house.telegram.all_taken()
    await nothing_waits(simple_house)
    async with simple_house.collaborators.sessions() as session:
        assert (await session.execute(text("SELECT count(*) FROM person WHERE chat_id < 0"))).scalar_one() == 0


async def test_nothing_that_names_a_person_stays_in_any_table_or_log(
    simple_house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    user = await met(simple_house, 14)
    await tells(user, "stage en Espagne, zoecanari@example.org ou @zoe_canari ou 06 - 12 - 34 - 56 - 79")
    await user.sends_photo("mon mail zoecanari@gmail et 06.12.34.56.79, stage en Italie")
    await user.reads(timeout=10)
    await tells(user, "/aide zoecanari @ example.org")
    await user.sends("contact")
    await user.reads(timeout=10)
    async with simple_house.collaborators.sessions() as session:
        for (table,) in (await session.execute(text(_TABLES))).all():
            rows = (await session.execute(text(f'SELECT t::text FROM "{table}" t'))).scalars().all()
            said = "\n".join(rows)
            for canary in ("zoe", "Camille", "34.56", "56 - 79", "33600000000"):
                assert canary not in said, (table, canary)
    logged = capfd.readouterr()
    assert not any(canary in logged.err + logged.out for canary in ("zoecanari", "56.79", "AA-double"))
