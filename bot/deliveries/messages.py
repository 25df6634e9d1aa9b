"""Writes each push as one call of the outbox: its lane, how long it may wait, whether it may be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.keyboards import store_keyboard
from bot.chat.reading import labels_as_read, one_message, plain_text, words_as_read
from bot.deliveries.calendar import next_quiet
from bot.deliveries.composing import Push, Recipient
from bot.deliveries.models import Delivery
from bot.kit.masking import mask
from bot.outbox.doubts import PUSH_REPEATS
from bot.outbox.models import Lane, OutboxCall
from bot.outbox.service import enqueue_call
from bot.transcripts.service import PUSH, log_answer

# What cannot leave for so long is decided anew: another digest may have gathered more by then.
LIFETIME = timedelta(hours=6)
LANES = {"alert": Lane.BULK, "campaign": Lane.BULK}  # the others are transactional
# When Telegram's answer is lost: news that is missed harms more than news that is read twice, except a campaign's.
REPEATS = {"campaign": 0}  # the others: several times, far apart


@dataclass(frozen=True)
class Letter:
    """A push that is to be written.

    Attributes:
        covers: the deliveries that it carries.
        is_in_doubt: whether an earlier message that told some of it expired after Telegram's answer to it was lost.
    """

    recipient: Recipient
    push: Push
    covers: Sequence[Delivery]
    kind: str
    is_in_doubt: bool = False


async def write_messages(session: AsyncSession, letters: Sequence[Letter]) -> list[OutboxCall]:
    """Write each letter as one call that carries its deliveries, and log it masked; return the calls."""
    with session.no_autoflush:  # all go to the database together
        calls = [await _write(session, letter) for letter in letters]
    await session.flush()  # the calls get their identities
    for letter, call in zip(letters, calls, strict=True):
        for delivery in letter.covers:
            delivery.status, delivery.error, delivery.outbox_id = "sending", None, call.id
            delivery.attempts += 1
    return calls


async def _write(session: AsyncSession, letter: Letter) -> OutboxCall:
    recipient, person, now = letter.recipient, letter.recipient.person, letter.recipient.now
    reader: dict[str, Any] = {"language": recipient.voice, "is_plain": person.is_plain}
    words = one_message(words_as_read(letter.push.text, **reader))
    params: dict[str, Any] = {
        "chat_id": person.chat_id,
        "text": words,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    if letter.push.rows:
        rows = labels_as_read(letter.push.rows, **reader)
        params["reply_markup"] = await store_keyboard(session, rows, person_id=person.id, now=now)
    call = await enqueue_call(
        session, channel=person.channel, chat_id=person.chat_id, method="send_message", params=params, now=now,
        lane=LANES.get(letter.kind, Lane.TRANSACTIONAL), lifetime=expires_at(recipient, letter.covers) - now,
        repeats=REPEATS.get(letter.kind, PUSH_REPEATS),
    )  # fmt: skip
    call.doubts = int(letter.is_in_doubt)  # what it tells may have been told: it counts as a doubt of its own
    await log_answer(
        session, person_id=person.id, text=mask(plain_text(words)), language=str(recipient.voice), now=now, source=PUSH
    )
    return call


def expires_at(recipient: Recipient, covers: Sequence[Delivery]) -> datetime:
    """Return from when on a message must not leave: its lifetime, the person's next rest, or what it tells is stale."""
    rest = next_quiet(recipient.now, recipient.preferences)
    ends = [recipient.now + LIFETIME, *(one.stale_at for one in covers), *([rest] if rest else [])]
    return min(ends)
