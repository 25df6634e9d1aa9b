"""What a young person does with Rasa running: search, refine, correct, page, details, keep, switch, ask."""

import re

import pytest

from tests.acceptance.house import House
from tests.fixtures.bot_api import FakeUser, Seen

pytestmark = pytest.mark.rasa


async def tells(user: FakeUser, text: str) -> Seen:
    """Say something and return the last message read back."""
    await user.says(text)
    return (await user.reads(timeout=10))[-1]


async def presses(user: FakeUser, label: str) -> Seen:
    """Press a button and return the message as it stands then."""
    await user.presses(label)
    return (await user.reads(timeout=10))[-1]


async def met(house: House, user_id: int, language: str = "fr") -> FakeUser:
    """Return somebody who has read the first-contact notice."""
    user = house.telegram.user(user_id, language)
    await user.starts()
    assert await user.reads(timeout=10)
    return user


async def test_the_first_message_says_that_it_is_a_robot_whose_and_how_to_reach_a_human(house: House) -> None:
    user = house.telegram.user(1)
    await user.says("slt je cherche un stage en espagne 2 mois")
    notice, answer = await user.reads(timeout=10)
    for part in ("robot", "Maison de l'emploi de Saint-Étienne", "18 avenue Augustin-Dupré", "n'envoie rien"):
        assert part.lower() in notice.text.lower()
    assert len(notice.text) < 600
    assert len(notice.labels) == 3
    assert "Espagne" in answer.text


async def test_a_search_gives_a_numbered_list_with_reasons_and_buttons_in_one_message(house: House) -> None:
    user = await met(house, 2)
    await user.says("je cherche un stage en Espagne")
    messages = await user.reads(timeout=10)
    assert len(messages) == 1
    assert re.search(r"^1\. ", messages[0].text, re.MULTILINE)
    assert "✓" in messages[0].text
    assert "1" in messages[0].labels


async def test_a_correction_replaces_an_addition_adds_and_a_field_completes(house: House) -> None:
    user = await met(house, 3)
    await tells(user, "je cherche un stage en Espagne")
    replaced = await tells(user, "non finalement au Portugal")
    assert "Portugal" in replaced.text.splitlines()[0]
    assert "Espagne" not in replaced.text.splitlines()[0]
    added = await tells(user, "ou en Grèce")
    assert "Portugal" in added.text.splitlines()[0]
    assert "Grèce" in added.text.splitlines()[0]
    completed = await tells(user, "dans le tourisme")
    assert "tourisme" in completed.text.splitlines()[0].lower()
    assert "Portugal" in completed.text


async def test_pages_replace_each_other_in_place_and_details_open_and_close(house: House) -> None:
    user = await met(house, 4)
    first = await tells(user, "du bénévolat")
    second = await presses(user, "Suite ▶")
    assert second.message_id == first.message_id
    assert re.search(r"^6\. ", second.text, re.MULTILINE)
    card = await presses(user, "6")
    assert card.message_id == first.message_id
    assert "Pour postuler" in card.text
    assert "exemple" in card.text
    back = await presses(user, "◀ La liste")
    assert back.text == second.text


async def test_more_in_words_gives_the_next_page(house: House) -> None:
    user = await met(house, 5)
    await tells(user, "je cherche un job")
    more = await tells(user, "la suite")
    assert re.search(r"^6\. ", more.text, re.MULTILINE)


async def test_the_second_one_in_words_opens_it_and_keeping_it_finds_it_again(house: House) -> None:
    user = await met(house, 6)
    found = await tells(user, "un stage en Allemagne")
    title = re.search(r"^2\. (.+?) — ", found.text, re.MULTILINE)
    assert title
    card = await tells(user, "montre moi le 2e")
    assert card.text.startswith(title.group(1))
    await presses(user, "♥ Garder")
    assert (await user.toasts())[-1]["text"].startswith("C'est gardé")
    saved = await tells(user, "mes offres gardées")
    assert title.group(1) in saved.text


async def test_an_english_message_is_answered_in_english_and_one_borrowed_word_changes_nothing(house: House) -> None:
    user = await met(house, 7)
    english = await tells(user, "hello, i am looking for a job in Ireland please")
    assert "Ireland" in english.text
    assert "offer" in english.text
    french = await tells(user, "je préfère en français, un stage en Irlande")
    assert "Irlande" in french.text
    still_french = await tells(user, "ok un job")
    assert "offre" in still_french.text


async def test_a_shared_link_opens_the_offer(house: House) -> None:
    friend = await met(house, 8)
    await tells(friend, "un stage en Italie")
    card = await presses(friend, "1")
    link = re.search(r"start%3Doffer_(\d+)", card.links["↗️ Partager"])
    assert link
    newcomer = house.telegram.user(9)
    await newcomer.starts(f"offer_{link.group(1)}")
    notice, opened = await newcomer.reads(timeout=10)
    assert "robot" in notice.text
    assert opened.text.splitlines()[0] == card.text.splitlines()[0]


async def test_nothing_found_says_what_each_change_would_give(house: House) -> None:
    user = await met(house, 10)
    nothing = await tells(user, "une formation en Islande")
    assert "rien pour l'instant" in nothing.text
    *changes, bell = nothing.labels
    assert bell == "🔔 Préviens-moi"
    counts = [re.search(r"(\d+)", label) for label in changes]
    assert counts
    assert all(counts)
    promised = int(re.findall(r"\d+", nothing.labels[0])[-1])
    given = await presses(user, nothing.labels[0])
    assert given.text.startswith(f"{promised} offre")


async def test_when_no_small_change_helps_everything_of_the_kind_is_offered(house: House) -> None:
    user = await met(house, 19)
    nothing = await tells(user, "une formation en Islande dans l'énergie en février pour 1 mois")
    assert "/humain" in nothing.text
    given = await presses(user, nothing.labels[0])
    assert given.text.startswith(re.findall(r"\d+", nothing.labels[0])[-1])


async def test_a_visa_question_in_the_middle_leaves_the_search_as_it_was(house: House) -> None:
    user = await met(house, 11)
    await tells(user, "je cherche un volontariat")
    visa = await tells(user, "il faut un visa pour le Canada ?")
    assert "nationalité" in visa.text
    more = await tells(user, "montre la suite")
    assert re.search(r"^6\. ", more.text, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "part"),
    [("t'es un robot ?", "robot"), ("je veux parler à quelqu'un", "Augustin-Dupré"), ("merci beaucoup", "plaisir")],
)
async def test_questions_about_the_service_are_answered_truly(house: House, text: str, part: str) -> None:
    user = await met(house, 12)
    assert part in (await tells(user, text)).text


async def test_distress_is_answered_with_help_lines_and_never_with_offers(house: House) -> None:
    user = await met(house, 13)
    answer = await tells(user, "j'ai envie de mourir")
    assert "3114" in answer.text
    assert "112" in answer.text
    assert not answer.labels


async def test_an_edited_message_counts(house: House) -> None:
    user = await met(house, 14)
    await tells(user, "un stage en Espagne")
    await user.edits("un stage en Pologne")
    assert "Pologne" in (await user.reads(timeout=10))[-1].text


@pytest.mark.parametrize("kind", ["voice", "photo", "document", "location", "sticker", "contact", "video", "poll"])
async def test_what_is_not_text_gets_a_helpful_answer(house: House, kind: str) -> None:
    user = await met(house, 15)
    await user.sends(kind)
    assert len((await user.reads(timeout=10))[-1].text) > 20


async def test_somebody_elses_button_does_nothing_and_says_so_kindly(house: House) -> None:
    owner, other = await met(house, 16), await met(house, 17)
    mine = await tells(owner, "un stage en Espagne")
    await tells(other, "bonjour")
    stolen = {
        "update_id": 990_000_001,
        "callback_query": {
            "id": "990000001",
            "from": {"id": 17, "is_bot": False, "first_name": ""},
            "chat_instance": "17",
            "data": mine.data["1"],
        },
    }
    await house.telegram.injects([stolen])
    await house.telegram.all_taken()
    assert not await other.reads(timeout=1)
    calls = await house.telegram.requests("answerCallbackQuery")
    assert "expiré" in calls[-1]["params"]["text"]


async def test_a_group_is_left_politely(house: House) -> None:
    user = house.telegram.user(18)
    await user.does(does="adds_bot", chat_id=-100)
    await house.telegram.all_taken()
    for _ in range(50):
        if await house.telegram.requests("leaveChat"):
            break
        await user.reads(timeout=0.2)
    assert [call["chat_id"] for call in await house.telegram.requests("leaveChat")] == [-100]
