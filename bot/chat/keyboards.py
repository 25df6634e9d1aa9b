"""Keyboards whose buttons survive restarts: Telegram holds an opaque identity, the table holds the meaning."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.models import Keyboard
from bot.kit.errors import UserError

LIFETIME = timedelta(days=30)
_ALPHABET = string.ascii_lowercase + string.digits
_CALLBACK = re.compile(r"k1:([a-z0-9]{12}):(\d{1,2})")
# These work as long as the message stands: whoever wants no more messages may press under an old one.
_LASTING = frozenset({"pushes_stop", "campaigns_stop"})
_LASTING_CALLBACK = "v1:"


@dataclass(frozen=True)
class Button:
    """A button to show.

    Attributes:
        label: what is written on it.
        verb: what pressing it does, such as "show_offer"; empty for a link.
        arguments: JSON-able arguments of the verb.
        url: for a link button, where it leads.
    """

    label: str
    verb: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    url: str | None = None


@dataclass(frozen=True)
class Press:
    """A pressed button, checked: it exists, it is theirs, it is not too old."""

    verb: str
    arguments: dict[str, Any]


async def store_keyboard(
    session: AsyncSession, rows: Sequence[Sequence[Button]], *, person_id: int, now: datetime
) -> dict[str, Any]:
    """Store the meaning of `rows` and return Telegram's `reply_markup` for them (JSON).

    Each callback datum is "k1:<12 characters>:<rank>", 18 bytes at most of Telegram's 64; what stops messages says so
    itself, "v1:<verb>", and needs no table.
    """
    identity = _new_identity()
    meanings: list[dict[str, Any]] = []
    markup: list[list[dict[str, str]]] = []
    for row in rows:
        shown: list[dict[str, str]] = []
        for button in row:
            if button.url:
                shown.append({"text": button.label, "url": button.url})
                continue
            lasts = button.verb in _LASTING and not button.arguments
            data = f"{_LASTING_CALLBACK}{button.verb}" if lasts else f"k1:{identity}:{len(meanings)}"
            shown.append({"text": button.label, "callback_data": data})
            meanings.append({"verb": button.verb, "arguments": button.arguments, "label": button.label})
        markup.append(shown)
    if meanings:
        session.add(Keyboard(id=identity, person_id=person_id, buttons=meanings, created_at=now))
    return {"inline_keyboard": markup}


async def read_press(session: AsyncSession, callback_data: str, *, person_id: int, now: datetime) -> Press:
    """Return what the pressed button means.

    Raises:
        UserError: the datum is unknown or malformed, belongs to another person, or is older than 30 days; the three
            read the same, so that nobody learns what others were shown.
    """
    if callback_data.startswith(_LASTING_CALLBACK) and (verb := callback_data[len(_LASTING_CALLBACK) :]) in _LASTING:
        return Press(verb, {})
    match = _CALLBACK.fullmatch(callback_data)
    keyboard = await session.get(Keyboard, match.group(1)) if match else None
    if match is None or keyboard is None or keyboard.person_id != person_id or now - keyboard.created_at > LIFETIME:
        raise UserError("chat.button_expired")
    rank = int(match.group(2))
    if rank >= len(keyboard.buttons):
        raise UserError("chat.button_expired")
    meaning = keyboard.buttons[rank]
    return Press(verb=meaning["verb"], arguments=meaning["arguments"])


def forget_last_buttons(session: AsyncSession, *, person_id: int, now: datetime) -> None:
    """Let no label of a button shown so far be typed any more; pressing them still works."""
    session.add(Keyboard(id=_new_identity(), person_id=person_id, buttons=[], created_at=now))


async def last_buttons(session: AsyncSession, *, person_id: int, now: datetime) -> list[tuple[str, Press]]:
    """Return the buttons last shown to a person, with their labels; those of one turn count together."""
    latest = select(func.max(Keyboard.created_at)).where(Keyboard.person_id == person_id).scalar_subquery()
    query = select(Keyboard).where(Keyboard.person_id == person_id, Keyboard.created_at == latest)
    keyboards = [one for one in await session.scalars(query) if now - one.created_at <= LIFETIME]
    meanings = [meaning for keyboard in keyboards for meaning in keyboard.buttons]
    return [(str(one.get("label", "")), Press(verb=one["verb"], arguments=one["arguments"])) for one in meanings]


def _new_identity() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))
