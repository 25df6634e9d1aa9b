from datetime import datetime, timedelta

from bot.apps.reading import mark_read, read_flagged
from bot.db.service import Sessions, transaction
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
