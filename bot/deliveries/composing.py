"""What a feature gives the dispatcher: for each kind of delivery, who writes its message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.keyboards import Button
from bot.deliveries.models import Delivery, PushPreferences
from bot.kit.clock import local_day
from bot.locales.service import DEFAULT_LANGUAGE, Voice
from bot.profiles.models import Person


@dataclass(frozen=True)
class Recipient:
    """To whom, when and how one speaks.

    Attributes:
        voice: their language and manner, for `say`.
        now: the moment, UTC.
        today: their day, in their time zone.
    """

    person: Person
    preferences: PushPreferences
    voice: Voice
    now: datetime
    today: date


def recipient_of(person: Person, preferences: PushPreferences, *, now: datetime) -> Recipient:
    """Return a person as composers see them at a moment."""
    voice = Voice(person.language or DEFAULT_LANGUAGE, is_formal=person.is_formal, is_plain=person.is_plain)
    return Recipient(person, preferences, voice, now, local_day(now, preferences.time_zone))


@dataclass(frozen=True)
class Push:
    """One message that tells some deliveries.

    Attributes:
        covers: the deliveries it tells; all are of the kind that was asked.
        text: Telegram HTML.
        rows: its buttons.
    """

    covers: Sequence[Delivery]
    text: str
    rows: Sequence[Sequence[Button]] = ()


@dataclass(frozen=True)
class Composed:
    """What is to be sent, and what has lost its reason (the offer closed meanwhile), by why: "gone", "muted"."""

    pushes: Sequence[Push] = ()
    dropped: Mapping[str, Sequence[Delivery]] = field(default_factory=dict)


# Given all the due deliveries of one kind of one person. What is in neither part of the answer stays due, at the time
# that its composer gave it, if any.
Compose = Callable[[AsyncSession, Recipient, Sequence[Delivery]], Awaitable[Composed]]
