"""A campaign sent to one person to be read before it leaves."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.campaigns.composing import message_of
from bot.campaigns.life import campaign_of
from bot.deliveries.service import Letter, Push, Recipient, preferences_of, recipient_of, write_messages
from bot.kit.errors import InputError
from bot.locales.service import say
from bot.outbox.models import Lane
from bot.profiles.models import Person

_LIFETIME = timedelta(hours=1)


async def send_test(session: AsyncSession, campaign_id: int, *, person_id: int, operator: str, now: datetime) -> None:
    """Write a campaign's message to one person, at once, whatever the hour; it is in no ledger and no report.

    Raises:
        InputError: there is no such campaign or person, or this person is sent no campaign: they did not agree, they
            stopped them, or they cannot be reached on Telegram.
    """
    campaign = await campaign_of(session, campaign_id)
    recipient = await _recipient(session, person_id, now)
    text, rows = message_of(campaign, recipient.voice, operator=operator)
    (call,) = await write_messages(session, [Letter(recipient, Push([], text, rows), (), "campaign")])
    call.lane, call.expires_at = int(Lane.TRANSACTIONAL), now + _LIFETIME


async def _recipient(session: AsyncSession, person_id: int, now: datetime) -> Recipient:
    person = await session.get(Person, person_id)
    if person is None:
        raise InputError([say("campaigns.no_person", "fr", id=person_id)])
    if person.channel != "telegram" or person.unreachable_at is not None:
        raise InputError([say("campaigns.unreachable", "fr", id=person_id)])
    preferences = await preferences_of(session, person_id)
    if preferences is None or preferences.stopped_at or preferences.campaigns_stopped_at:
        raise InputError([say("campaigns.not_agreed", "fr", id=person_id)])
    return recipient_of(person, preferences, now=now)
