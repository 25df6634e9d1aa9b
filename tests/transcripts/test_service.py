from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.profiles.service import person_of_chat
from bot.transcripts.service import (
    count_recent,
    flag_conversation,
    list_conversations,
    list_flags,
    log_answer,
    log_message,
    mark_seen,
    read_conversation,
)


async def wrote(session: AsyncSession, person_id: int, text: str, now: datetime) -> None:
    await log_message(
        session, person_id=person_id, text=text, language="fr", intent="greet", confidence=0.9, entities=[],
        source="rasa", model_version="m", update_id=1, now=now,
    )  # fmt: skip


async def test_a_conversation_is_read_in_order_with_its_latest_messages(session: AsyncSession, now: datetime) -> None:
    person = await person_of_chat(session, channel="telegram", chat_id=7, telegram_language=None, now=now)
    for number in range(3):
        await wrote(session, person.id, f"message {number}", now + timedelta(seconds=number))
    await log_answer(
        session, person_id=person.id, text="réponse", language="fr", latency_ms=12, update_id=1,
        now=now + timedelta(seconds=9),
    )  # fmt: skip
    messages = await read_conversation(session, person_id=person.id, limit=2)
    assert [(message.direction, message.text) for message in messages] == [("in", "message 2"), ("out", "réponse")]


async def test_conversations_are_listed_with_the_latest_first(session: AsyncSession, now: datetime) -> None:
    early = await person_of_chat(session, channel="telegram", chat_id=1, telegram_language=None, now=now)
    late = await person_of_chat(session, channel="telegram", chat_id=2, telegram_language=None, now=now)
    await wrote(session, early.id, "tôt", now)
    await wrote(session, late.id, "tard", now + timedelta(minutes=1))
    assert [(person, count) for person, _, count in await list_conversations(session)] == [(late.id, 1), (early.id, 1)]


async def test_only_what_was_written_lately_counts_as_recent(session: AsyncSession, now: datetime) -> None:
    person = await person_of_chat(session, channel="telegram", chat_id=7, telegram_language=None, now=now)
    await wrote(session, person.id, "hier", now - timedelta(days=1))
    await wrote(session, person.id, "maintenant", now)
    count = await count_recent(session, person_id=person.id, now=now, window=timedelta(minutes=1))
    assert count == 1


async def test_a_conversation_is_flagged_once_until_somebody_looks(session: AsyncSession, now: datetime) -> None:
    person = await person_of_chat(session, channel="telegram", chat_id=7, telegram_language=None, now=now)
    for minute in range(3):
        at = now + timedelta(minutes=minute)
        await flag_conversation(session, person_id=person.id, reason="emergency", now=at)
    assert [(flag.person_id, flag.at, flag.times) for flag in await list_flags(session)] == [(person.id, now, 3)]


async def test_a_conversation_that_was_looked_at_is_flagged_anew(session: AsyncSession, now: datetime) -> None:
    person = await person_of_chat(session, channel="telegram", chat_id=7, telegram_language=None, now=now)
    await flag_conversation(session, person_id=person.id, reason="emergency", now=now)
    assert await mark_seen(session, person_id=person.id, now=now) == 1
    assert list(await list_flags(session)) == []
    later = now + timedelta(hours=1)
    await flag_conversation(session, person_id=person.id, reason="emergency", now=later)
    assert [(flag.at, flag.times) for flag in await list_flags(session)] == [(later, 1)]
