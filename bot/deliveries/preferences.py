"""What a person wants of messages that they did not ask for at that moment: agreed, stopped, taken up again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries.ledger import decide_anew, drop_due
from bot.deliveries.models import Delivery, PushPreferences
from bot.kit.errors import UserError
from bot.profiles.service import mark_unreachable
from bot.vocabulary.zones import is_zone

MOST_A_DAY = 10  # nobody can ask for more messages a day
YOUNGEST = 15  # years: below, the law asks for the parents' consent to be written to, and nobody here can ask them
TOO_YOUNG = "too_young"  # the reason of a stop that only an older age lifts
_HOURS = range(24)


async def preferences_of(session: AsyncSession, person_id: int) -> PushPreferences | None:
    """Return what a person wants, or None when they never agreed to anything."""
    return await session.get(PushPreferences, person_id)


async def agree(session: AsyncSession, *, person_id: int, now: datetime) -> PushPreferences:
    """Note that a person wants to be written to, and take up again what was stopped; return their preferences.

    Raises:
        UserError: they said that they are too young to agree alone.
    """
    statement = insert(PushPreferences).values(person_id=person_id, agreed_at=now, updated_at=now)
    await session.execute(statement.on_conflict_do_nothing())
    preferences = await session.get_one(PushPreferences, person_id)
    if preferences.stop_reason == TOO_YOUNG:
        raise UserError("alerting.too_young", age=YOUNGEST)
    preferences.stopped_at = preferences.stop_reason = None
    preferences.updated_at = now
    return preferences


async def resume_pushes(session: AsyncSession, *, person_id: int, now: datetime) -> bool:
    """Write to a person again who had stopped everything; return whether they had ever agreed.

    What was withdrawn when they stopped stays withdrawn.

    Raises:
        UserError: they said that they are too young to agree alone.
    """
    if await preferences_of(session, person_id) is None:
        return False
    await agree(session, person_id=person_id, now=now)
    return True


async def stop_pushes(session: AsyncSession, *, person_id: int, reason: str, now: datetime) -> int:
    """Send this person nothing more, from now on and what waits in the outbox included; return how many were withdrawn.

    Their saved searches and kept offers stay. The caller holds the lock of the person's row.

    Args:
        session: the transaction.
        person_id: who.
        reason: asked, blocked, deactivated or chat_not_found.
        now: the moment.
    """
    await session.execute(
        update(PushPreferences)
        .where(PushPreferences.person_id == person_id, PushPreferences.stopped_at.is_(None))
        .values(stopped_at=now, stop_reason=reason, updated_at=now)
    )
    return await drop_due(session, Delivery.person_id == person_id, error="stopped", now=now)


async def stop_too_young(session: AsyncSession, *, person_id: int, now: datetime) -> bool:
    """Send nothing more to somebody who is too young to agree alone, whatever they ask; return whether they were sent.

    Their age counts for more than another reason to stop: they cannot take messages up again by themselves. The caller
    holds the lock of the person's row.
    """
    preferences = await preferences_of(session, person_id)
    if preferences is None or preferences.stop_reason == TOO_YOUNG:
        return False
    was_sent = preferences.stopped_at is None
    await stop_pushes(session, person_id=person_id, reason=TOO_YOUNG, now=now)
    await _change(session, person_id, now=now, stop_reason=TOO_YOUNG)
    return was_sent


async def let_agree(session: AsyncSession, *, person_id: int, now: datetime) -> None:
    """Let somebody who was too young, and says that they are older, agree again; until they do, nothing is sent."""
    is_young = (PushPreferences.person_id == person_id, PushPreferences.stop_reason == TOO_YOUNG)
    await session.execute(update(PushPreferences).where(*is_young).values(stop_reason="asked", updated_at=now))


async def stop_unreachable(session: AsyncSession, *, channel: str, chat_id: int, reason: str, now: datetime) -> None:
    """Note that a chat cannot be reached any more, and send its person nothing until they ask for it again.

    Writing again makes them reachable, and takes up nothing by itself.

    Args:
        session: the transaction.
        channel: "telegram".
        chat_id: the chat.
        reason: blocked, deactivated or chat_not_found.
        now: the moment.
    """
    person_id = await mark_unreachable(session, channel=channel, chat_id=chat_id, reason=reason, now=now)
    if person_id is not None:
        await stop_pushes(session, person_id=person_id, reason=reason, now=now)


async def stop_campaigns(session: AsyncSession, *, person_id: int, now: datetime) -> int:
    """Send this person no campaign any more; alerts and reminders go on."""
    await _change(session, person_id, now=now, campaigns_stopped_at=now)
    is_theirs = (Delivery.person_id == person_id, Delivery.kind == "campaign")
    return await drop_due(session, *is_theirs, error="stopped", now=now)


async def resume_campaigns(session: AsyncSession, *, person_id: int, now: datetime) -> None:
    """Send this person campaigns again."""
    await _change(session, person_id, now=now, campaigns_stopped_at=None)


async def set_zone(session: AsyncSession, *, person_id: int, zone: str, now: datetime) -> None:
    """Keep the time zone that a person told (IANA name, as `bot.vocabulary.zones` finds it).

    Raises:
        ValueError: there is no such zone.
    """
    if not is_zone(zone):
        raise ValueError(f"no such time zone: {zone}")
    await _change_times(session, person_id, now=now, time_zone=zone, zone_from="told")


async def infer_zone(session: AsyncSession, *, person_id: int, zone: str, now: datetime) -> bool:
    """Take the time zone (IANA name) of where a person lives, unless they told one; return whether it is a new one."""
    preferences = await preferences_of(session, person_id)
    if preferences is None or preferences.zone_from == "told" or preferences.time_zone == zone:
        return False
    await _change_times(session, person_id, now=now, time_zone=zone, zone_from="place")
    return True


async def set_quiet_hours(session: AsyncSession, *, person_id: int, start: int, end: int, now: datetime) -> None:
    """Send a person nothing from `start` to `end` (hours 0-23, their time); the same hour twice: no quiet hours.

    Raises:
        ValueError: an hour is out of range.
    """
    if start not in _HOURS or end not in _HOURS:
        raise ValueError(f"hours are 0 to 23: {start}, {end}")
    await _change_times(session, person_id, now=now, quiet_from=start, quiet_until=end)


async def set_most_a_day(session: AsyncSession, *, person_id: int, most: int, now: datetime) -> int:
    """Send a person at most so many messages a day, between 1 and `MOST_A_DAY`; return the number kept."""
    kept = max(1, min(most, MOST_A_DAY))
    await _change(session, person_id, now=now, most_a_day=kept)
    return kept


async def set_holidays_off(session: AsyncSession, *, person_id: int, is_off: bool, now: datetime) -> None:
    """Send a person nothing on public holidays, or on these too."""
    await _change_times(session, person_id, now=now, holidays_off=is_off)


async def set_follows_kept(session: AsyncSession, *, person_id: int, is_wanted: bool, now: datetime) -> None:
    """Keep whether a person wants reminders and changes of the offers that they keep."""
    await _change(session, person_id, now=now, follows_kept=is_wanted)


async def _change_times(session: AsyncSession, person_id: int, *, now: datetime, **values: object) -> None:
    """Change when a person may be written to; what was written for other times is decided anew."""
    await _change(session, person_id, now=now, **values)
    await decide_anew(session, person_id, now=now)


async def _change(session: AsyncSession, person_id: int, *, now: datetime, **values: object) -> None:
    """Change preferences; somebody who never agreed to anything has none to change."""
    await session.execute(
        update(PushPreferences).where(PushPreferences.person_id == person_id).values(**values, updated_at=now)
    )
