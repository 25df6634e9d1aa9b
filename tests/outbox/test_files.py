"""A small file written in a row of the outbox reaches Telegram as a file."""

from __future__ import annotations

from telegram import Bot

from bot.outbox.telegram_calls import Refused, Sent, make_call
from tests.fixtures.bot_api import FakeTelegram

FILE = {"filename": "escale.ics", "content": "BEGIN:VCALENDAR\r\nSUMMARY:Départ à Málaga\r\nEND:VCALENDAR\r\n"}


async def test_a_file_of_the_outbox_is_sent_with_its_name_and_every_byte(fake: FakeTelegram, bot: Bot) -> None:
    await fake.knows([7])
    outcome = await make_call(bot, "send_document", {"chat_id": 7, "document": FILE, "caption": "Ton départ"})
    (seen,) = await fake.user(7).reads()
    assert outcome == Sent(seen.message_id)
    assert (seen.document, seen.text) == (FILE, "Ton départ")


async def test_a_file_without_a_name_is_an_impossible_call_and_nothing_leaves(fake: FakeTelegram, bot: Bot) -> None:
    await fake.knows([7])
    outcome = await make_call(bot, "send_document", {"chat_id": 7, "document": {"content": "x"}})
    assert outcome == Refused("impossible call: KeyError")
    assert await fake.user(7).reads(timeout=0.2) == []
