"""What is logged of a turn."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.incoming import log_incoming
from bot.conversation.models import Conversation
from bot.conversation.replies import Turn
from bot.kit.clock import local_day
from bot.profiles.service import person_of_chat
from bot.transcripts.models import LoggedMessage
from bot.understanding.models import Entity, Intent, Parse


async def test_what_was_understood_of_a_message_is_masked_like_the_message(
    session: AsyncSession, now: datetime
) -> None:
    person = await person_of_chat(session, channel="telegram", chat_id=1, telegram_language="fr", now=now)
    said = "chez Zoe zoe@example.org"
    turn = Turn(
        session=session, person=person, conversation=Conversation(person_id=person.id), language="fr", now=now,
        today=local_day(now), inbox_id=1, received_at=now, text=said,
    )  # fmt: skip
    organisation = Entity("organisation", said[5:], 5, len(said), norm={"names": [said[5:]]})
    await log_incoming(turn, Parse(said, "fr", Intent("search_any", 0.9), entities=(organisation,)))
    await session.flush()
    logged = (await session.scalars(select(LoggedMessage))).one()
    assert logged.text == "chez Zoe [e-mail]"
    assert logged.entities[0]["value"] == "Zoe [e-mail]"
    assert logged.entities[0]["norm"] == {"names": ["Zoe [e-mail]"]}
