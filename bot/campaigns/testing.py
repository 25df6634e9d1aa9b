"""A campaign sent to one person to be read before it leaves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.campaigns.composing import message_of
from bot.campaigns.life import campaign_of
from bot.chat.directions import right_to_left
from bot.chat.keyboards import store_keyboard
from bot.deliveries.service import preferences_of
from bot.kit.errors import InputError
from bot.locales.service import DEFAULT_LANGUAGE, Voice, say
from bot.outbox.models import Lane
from bot.outbox.service import enqueue_call
from bot.profiles.models import Person


async def send_test(session: AsyncSession, campaign_id: int, *, person_id: int, operator: str, now: datetime) -> None:
    """Write a campaign's message to one person, at once; it is in no ledger and no report.

    Raises:
        InputError: there is no such campaign or person, or this person is sent no campaign: they did not agree, they
            stopped them, or they cannot be reached on Telegram.
    """
    campaign = await campaign_of(session, campaign_id)
    person = await session.get(Person, person_id)
    if person is None:
        raise InputError([say("campaigns.no_person", "fr", id=person_id)])
    preferences = await preferences_of(session, person_id)
    if person.channel != "telegram" or person.unreachable_at is not None:
        raise InputError([say("campaigns.unreachable", "fr", id=person_id)])
    if preferences is None or preferences.stopped_at or preferences.campaigns_stopped_at:
        raise InputError([say("campaigns.not_agreed", "fr", id=person_id)])
    voice = Voice(person.language or DEFAULT_LANGUAGE, is_formal=person.is_formal, is_plain=person.is_plain)
    text, rows = message_of(campaign, voice, operator=operator)
    markup = await store_keyboard(session, rows, person_id=person.id, now=now)
    params = {
        "chat_id": person.chat_id, "text": right_to_left(text) if voice == "ar" else text, "parse_mode": "HTML",
        "reply_markup": markup, "link_preview_options": {"is_disabled": True},
    }  # fmt: skip
    await enqueue_call(
        session, channel="telegram", chat_id=person.chat_id, method="send_message", params=params, now=now,
        lane=Lane.TRANSACTIONAL,
    )  # fmt: skip
