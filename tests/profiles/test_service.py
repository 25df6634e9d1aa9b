from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.profiles.service import mark_unreachable, move_chat, person_of_chat


async def test_the_same_chat_is_the_same_person_and_is_seen_again(session: AsyncSession, now: datetime) -> None:
    first = await person_of_chat(session, channel="telegram", chat_id=7, telegram_language="fr", now=now)
    later = now + timedelta(days=1)
    again = await person_of_chat(session, channel="telegram", chat_id=7, telegram_language=None, now=later)
    assert (again.id, again.last_seen_at, again.telegram_language) == (first.id, later, "fr")


async def test_the_same_number_on_another_channel_is_somebody_else(session: AsyncSession, now: datetime) -> None:
    one = await person_of_chat(session, channel="telegram", chat_id=1, telegram_language=None, now=now)
    other = await person_of_chat(session, channel="terminal", chat_id=1, telegram_language=None, now=now)
    assert one.id != other.id


async def test_somebody_unreachable_who_writes_again_is_reachable(session: AsyncSession, now: datetime) -> None:
    person = await person_of_chat(session, channel="telegram", chat_id=7, telegram_language=None, now=now)
    await mark_unreachable(session, channel="telegram", chat_id=7, reason="blocked", now=now)
    await session.refresh(person)
    assert person.unreachable_reason == "blocked"
    await person_of_chat(session, channel="telegram", chat_id=7, telegram_language=None, now=now)
    await session.flush()
    await session.refresh(person)
    assert (person.unreachable_at, person.unreachable_reason) == (None, None)


async def test_a_chat_that_moved_is_followed(session: AsyncSession, now: datetime) -> None:
    person = await person_of_chat(session, channel="telegram", chat_id=7, telegram_language=None, now=now)
    await move_chat(session, channel="telegram", chat_id=7, new_chat_id=-1007)
    await session.refresh(person)
    assert person.chat_id == -1007
