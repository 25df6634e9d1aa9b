from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.keyboards import Button, store_keyboard
from bot.conversation.erasure import erase_person, erase_silent, forget_lists, forget_situations
from bot.conversation.models import Conversation, ResultList
from bot.outbox.service import enqueue_call
from bot.profiles.service import person_of_chat
from bot.transcripts.service import forget_messages, log_answer

CANARY = "canari-7f3a"


async def lived(session: AsyncSession, chat_id: int, word: str, now: datetime) -> int:
    """Leave a trace of a person in every table that knows people; return the person."""
    person = await person_of_chat(session, channel="telegram", chat_id=chat_id, telegram_language="fr", now=now)
    session.add(Conversation(person_id=person.id, criteria={"words": word}, updated_at=now))
    session.add(
        ResultList(
            person_id=person.id, criteria={"words": word}, offer_ids=[], reasons=[], total=0, created_at=now
        )
    )  # fmt: skip
    await store_keyboard(session, [[Button("1", "help", {"word": word})]], person_id=person.id, now=now)
    await enqueue_call(
        session, channel="telegram", chat_id=chat_id, method="send_message", params={"text": word}, now=now
    )
    await log_answer(
        session, person_id=person.id, text=word, language="fr", latency_ms=1, update_id=1, now=now
    )  # fmt: skip
    await session.flush()
    return person.id


async def tables_with(session: AsyncSession, word: str) -> list[str]:
    names = (await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).all()
    found = []
    for name in names:
        rows = await session.scalars(text(f"SELECT t::text FROM {name} t"))
        if any(word in row for row in rows):
            found.append(name)
    return sorted(found)


async def test_nothing_of_an_erased_person_stays_and_everything_of_others_does(
    session: AsyncSession, now: datetime
) -> None:
    person = await lived(session, 1, CANARY, now)
    await lived(session, 2, "autre-personne", now)
    traces = await tables_with(session, CANARY)
    assert traces == ["conversation", "keyboard", "logged_message", "outbox_call", "result_list"]
    assert await erase_person(session, person_id=person)
    assert await tables_with(session, CANARY) == []
    assert await tables_with(session, "autre-personne") == traces
    assert not await erase_person(session, person_id=person)


async def test_nothing_stays_of_people_who_never_came_back_in_two_years(session: AsyncSession, now: datetime) -> None:
    await lived(session, 1, CANARY, now)
    await lived(session, 2, CANARY, now)
    await lived(session, 3, "autre-personne", now + timedelta(days=1))
    assert await erase_silent(session, now=now + timedelta(days=729)) == 0
    assert [await erase_silent(session, now=now + timedelta(days=730), most=1) for _ in range(3)] == [1, 1, 0]
    assert await tables_with(session, CANARY) == []
    assert "conversation" in await tables_with(session, "autre-personne")


async def test_what_is_older_than_thirty_days_is_forgotten(session: AsyncSession, now: datetime) -> None:
    await lived(session, 1, CANARY, now)
    later = now + timedelta(days=31)
    await forget_lists(session, now=now + timedelta(days=29))
    assert await forget_messages(session, now=now + timedelta(days=29)) == 0
    await forget_lists(session, now=later)
    assert await forget_messages(session, now=later) == 1
    assert await tables_with(session, CANARY) == ["conversation", "outbox_call"]


async def test_what_a_person_said_of_themselves_is_forgotten_after_thirty_silent_days(
    session: AsyncSession, now: datetime
) -> None:
    silent, talking = await lived(session, 1, CANARY, now), await lived(session, 2, "autre-personne", now)
    for person in (silent, talking):
        conversation = await session.get_one(Conversation, person)
        conversation.situation, conversation.flow = {"age": 19, "nationality": ["ML"]}, {"subject": ["papers", "x"]}
        conversation.updated_at = now if person == talking else now - timedelta(days=31)
    await session.flush()
    await forget_situations(session, now=now)
    session.expire_all()
    forgotten, kept = [await session.get_one(Conversation, person) for person in (silent, talking)]
    assert (forgotten.situation, forgotten.flow, forgotten.criteria) == (None, None, None)
    assert kept.situation == {"age": 19, "nationality": ["ML"]}
    assert kept.criteria == {"words": "autre-personne"}
