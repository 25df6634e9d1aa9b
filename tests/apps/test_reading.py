import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.apps.reading import erase, mark_read, read_flagged
from bot.db.service import Sessions, transaction
from bot.inbox.models import InboxUpdate
from bot.inbox.service import claim_update
from bot.profiles.models import Person
from bot.profiles.service import person_of_chat
from bot.transcripts.service import flag_conversation, log_answer


async def test_conversations_to_look_at_come_first_until_somebody_has(
    database_url: str, sessions: Sessions, now: datetime
) -> None:
    async with transaction(sessions) as session:
        people = []
        for chat_id in (1, 2):
            person = await person_of_chat(
                session, channel="telegram", chat_id=chat_id, telegram_language="fr", now=now
            )  # fmt: skip
            await log_answer(
                session, person_id=person.id, text="…", language="fr", latency_ms=1, update_id=1,
                now=now + timedelta(minutes=chat_id),
            )  # fmt: skip
            people.append(person.id)
        await flag_conversation(session, person_id=people[0], reason="emergency", now=now)
    listed = await read_flagged(database_url, limit=10)
    assert [(row["person"], row["flag"]) for row in listed] == [(people[0], "emergency"), (people[1], None)]
    assert await mark_read(database_url, person_id=people[0]) == 1
    assert [row["flag"] for row in await read_flagged(database_url, limit=10)] == [None, None]


async def test_whoever_is_being_answered_is_erased_all_the_same(
    database_url: str, sessions: Sessions, now: datetime
) -> None:
    someone = {"channel": "telegram", "chat_id": 1, "telegram_language": "fr", "now": now}
    async with transaction(sessions) as session:
        person = (await person_of_chat(session, **someone)).id
        update = InboxUpdate(
            channel="telegram", update_id=1, chat_id=1, kind="message", payload={}, status="received", attempts=0,
            received_at=now,
        )  # fmt: skip
        session.add(update)
        await session.flush()

    async def answer() -> None:
        async with transaction(sessions) as session:
            await claim_update(session, update.id)
            await asyncio.sleep(1)  # the erasure has the person by now
            await person_of_chat(session, **someone)

    erasure = _soon(erase(database_url, person_id=person))
    answered, erased = await asyncio.gather(answer(), erasure, return_exceptions=True)
    assert erased is True, answered
    async with sessions() as session:
        for table in (Person, InboxUpdate):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


async def _soon(work: Awaitable[bool]) -> bool:
    await asyncio.sleep(0.3)
    return await work
