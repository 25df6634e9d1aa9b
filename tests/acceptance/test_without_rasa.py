"""What a young person gets while Rasa is down: an answer all the same, and the truth about it."""

from tests.acceptance.house import House


async def test_a_search_still_finds_offers_and_says_that_the_mode_is_simple(simple_house: House) -> None:
    user = simple_house.telegram.user(1)
    await user.says("je cherche un stage en Espagne")
    _notice, answer = await user.reads(timeout=10, quiet=1)
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
    await simple_house.telegram.settings(chat_rate=100, chat_burst=100)
    user = simple_house.telegram.user(6)
    for number in range(30):
        await user.says(f"message {number}")
    await simple_house.telegram.all_taken(20)
    seen = []
    while messages := await user.reads(timeout=25, quiet=6):
        seen += messages
        if any("plus vite que moi" in message.text for message in messages):
            break
    texts = [message.text for message in await user.screen() if message.is_from_bot]
    assert sum("plus vite que moi" in text for text in texts) == 1
    assert len(texts) <= 30
