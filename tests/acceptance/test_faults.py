"""What a young person sees when something inside goes wrong."""

import asyncio

import pytest
from sqlalchemy import select

from bot.conversation import steps
from bot.inbox.models import InboxUpdate
from bot.transcripts.models import LoggedMessage
from tests.acceptance.house import House


async def test_an_unforeseen_error_gives_a_neutral_sentence_with_a_number_that_the_row_also_holds(
    simple_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("je suis une phrase privée")

    user = simple_house.telegram.user(1)
    await user.starts()
    await user.reads(timeout=10)
    monkeypatch.setattr(steps.answers, "simple_answer", broken)
    await user.says("merci")
    answer = (await user.reads(timeout=10))[-1].text
    monkeypatch.undo()
    async with simple_house.collaborators.sessions() as session:
        row = (await session.scalars(select(InboxUpdate).where(InboxUpdate.status == "dead"))).one()
    assert row.error is not None
    incident = row.error.split()[0]
    assert incident in answer
    assert "ZeroDivision" not in answer
    assert "privée" not in row.error
    assert row.payload is None
    await user.says("merci")
    assert "plaisir" in (await user.reads(timeout=10))[-1].text


async def test_what_was_written_is_masked_before_it_is_stored_anywhere(simple_house: House) -> None:
    user = simple_house.telegram.user(2)
    await user.starts()
    await user.reads(timeout=10)
    await user.says("stage en Espagne, mon mail est camille@example.org et mon tel 06 12 34 56 78")
    assert await user.reads(timeout=10)
    async with simple_house.collaborators.sessions() as session:
        logged = [message.text for message in await session.scalars(select(LoggedMessage))]
        payloads = [row.payload for row in await session.scalars(select(InboxUpdate))]
    assert any("[e-mail]" in text and "[phone]" in text for text in logged)
    assert not any("example.org" in text or "34 56" in text for text in logged)
    assert payloads == [None, None]


async def test_criteria_that_are_kept_hold_no_address_or_number(simple_house: House) -> None:
    user = simple_house.telegram.user(3)
    await user.starts()
    await user.reads(timeout=10)
    await user.says("stage en Espagne, appelle moi au 06 12 34 56 78")
    assert await user.reads(timeout=10)
    async with simple_house.collaborators.engine.connect() as connection:
        for table in ("conversation", "result_list", "keyboard", "outbox_call"):
            rows = (await connection.exec_driver_sql(f"SELECT t::text FROM {table} t")).scalars().all()
            assert not any("34 56" in row for row in rows), table


@pytest.mark.rasa
async def test_a_conversation_that_rasa_forgot_goes_on_as_if_nothing_had_happened(house: House) -> None:
    user = house.telegram.user(4)
    await user.starts()
    await user.reads(timeout=10)
    await user.says("je cherche un stage en Espagne")
    assert "Espagne" in (await user.reads(timeout=10))[-1].text
    await forget(house)
    await user.says("non finalement au Portugal")
    answer = (await user.reads(timeout=10))[-1].text.splitlines()[0]
    assert "stage" in answer
    assert "Portugal" in answer


@pytest.mark.rasa
async def test_rasa_hanging_costs_three_seconds_at_most_and_heals_by_itself(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rasa = house.collaborators.services.rasa
    user = house.telegram.user(5)
    await user.starts()
    await user.reads(timeout=10)
    with monkeypatch.context() as patch:
        patch.setattr(rasa._http, "post", hang)  # type: ignore[attr-defined]
        began = asyncio.get_running_loop().time()
        await user.says("un job en Irlande")
        answer = (await user.reads(timeout=10))[-1].text
        assert asyncio.get_running_loop().time() - began < 6
        assert "Mode simple" in answer
    await user.says("un job en Italie")
    assert "Mode simple" not in (await user.reads(timeout=10))[-1].text


async def hang(*_: object, **__: object) -> None:
    """Answer after everybody has left."""
    await asyncio.sleep(60)


async def forget(house: House) -> None:
    """Begin another Rasa conversation for everybody: to Rasa, they are strangers."""
    async with house.collaborators.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE conversation SET rasa_epoch = rasa_epoch + 1000")
