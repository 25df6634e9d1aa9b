"""What a young person gets while Rasa is down: an answer all the same, and the truth about it."""

import asyncio

from sqlalchemy import func, select

from bot.inbox.models import InboxUpdate
from bot.outbox.models import OutboxCall
from tests.acceptance.house import House


async def test_a_search_still_finds_offers_and_says_that_the_mode_is_simple(simple_house: House) -> None:
    user = simple_house.telegram.user(1)
    await user.says("je cherche un stage en Espagne")
    _notice, answer = await user.reads(timeout=10)
    assert "Mode simple" in answer.text
    assert "Espagne" in answer.text
    assert "1" in answer.labels


async def test_words_that_no_rule_knows_are_searched_by_meaning(simple_house: House) -> None:
    user = simple_house.telegram.user(2)
    await user.starts()
    await user.reads(timeout=10)
    await user.says("m'occuper de tortues marines sur une plage")
    answer = (await user.reads(timeout=10))[-1]
    assert "1. " in answer.text


async def test_the_simple_mode_is_told_once_not_at_each_message(simple_house: House) -> None:
    user = simple_house.telegram.user(3)
    await user.starts()
    await user.reads(timeout=10)
    await user.says("volontariat au Maroc")
    assert "Mode simple" in (await user.reads(timeout=10))[-1].text
    await user.says("volontariat en Italie")
    assert "Mode simple" not in (await user.reads(timeout=10))[-1].text


async def test_distress_gets_help_lines_without_rasa(simple_house: House) -> None:
    user = simple_house.telegram.user(4)
    await user.starts()
    await user.reads(timeout=10)
    await user.says("je sais pas où dormir ce soir")
    assert "115" in (await user.reads(timeout=10))[-1].text


async def test_small_talk_the_list_and_a_human_work_without_rasa(simple_house: House) -> None:
    user = simple_house.telegram.user(5)
    await user.starts()
    await user.reads(timeout=10)
    for text, part in (("merci", "plaisir"), ("t'es un robot ?", "robot"), ("je veux parler à un humain", "Augustin")):
        await user.says(text)
        assert part in (await user.reads(timeout=10))[-1].text


async def test_a_flood_gets_one_polite_notice_then_silence(simple_house: House) -> None:
    user = simple_house.telegram.user(6)
    for number in range(30):
        await user.says(f"message {number}")
    await simple_house.telegram.all_taken(20)
    texts = await written_to(simple_house, chat_id=6, updates=30)
    assert sum("plus vite que moi" in text for text in texts) == 1
    assert len(texts) == 1 + 20 + 1  # the first-contact notice, an answer each, the polite notice


async def written_to(house: House, *, chat_id: int, updates: int) -> list[str]:
    """Return the texts written to a chat once so many updates are done, sent or not."""
    for _ in range(200):
        async with house.collaborators.sessions() as session:
            done = await session.scalar(select(func.count()).where(InboxUpdate.status == "done"))
            if done == updates:
                query = select(OutboxCall).where(OutboxCall.chat_id == chat_id, OutboxCall.method == "send_message")
                return [call.params["text"] for call in await session.scalars(query)]
        await asyncio.sleep(0.1)
    raise AssertionError(f"only {done} of {updates} updates were answered")
