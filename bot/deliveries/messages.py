"""Writes one push as one call of the outbox: its lane, how long it may wait, whether it may be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.keyboards import store_keyboard
from bot.chat.reading import labels_as_read, one_message, plain_text, words_as_read
from bot.deliveries.calendar import next_quiet
from bot.deliveries.composing import Push, Recipient
from bot.deliveries.models import Delivery
from bot.kit.masking import mask
from bot.outbox.models import Lane, OutboxCall
from bot.outbox.service import enqueue_call
from bot.transcripts.service import PUSH, log_answer

# What cannot leave for so long is decided anew: another digest may have gathered more by then.
LIFETIME = timedelta(hours=6)
LANES = {"alert": Lane.BULK, "campaign": Lane.BULK}  # the others are transactional
# When Telegram's answer is lost: news that is missed harms more than news that is read twice, except an advert.
REPEATS, NO_REPEATS = 5, {"campaign"}


async def write_message(
    session: AsyncSession, recipient: Recipient, push: Push, covers: Sequence[Delivery], *, kind: str
) -> OutboxCall:
    """Write a push as one call that carries the deliveries `covers`, and log it masked; return the call."""
    person, now = recipient.person, recipient.now
    reader: dict[str, Any] = {"language": recipient.voice, "is_plain": person.is_plain}
    words = one_message(words_as_read(push.text, **reader))
    params: dict[str, Any] = {
        "chat_id": person.chat_id,
        "text": words,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    if push.rows:
        rows = labels_as_read(push.rows, **reader)
        params["reply_markup"] = await store_keyboard(session, rows, person_id=person.id, now=now)
    call = await enqueue_call(
        session, channel=person.channel, chat_id=person.chat_id, method="send_message", params=params, now=now,
        lane=LANES.get(kind, Lane.TRANSACTIONAL), lifetime=expires_at(recipient, covers) - now,
    )  # fmt: skip
    call.repeats = 0 if kind in NO_REPEATS else REPEATS
    await log_answer(
        session, person_id=person.id, text=mask(plain_text(words)), language=str(recipient.voice), now=now, source=PUSH
    )
    await session.flush()  # the call gets its identity
    for delivery in covers:
        delivery.status, delivery.outbox_id, delivery.attempts = "sending", call.id, delivery.attempts + 1
    return call


def expires_at(recipient: Recipient, covers: Sequence[Delivery]) -> datetime:
    """Return from when on a message must not leave: its lifetime, the person's next rest, or what it tells is stale."""
    rest = next_quiet(recipient.now, recipient.preferences)
    ends = [recipient.now + LIFETIME, *(one.stale_at for one in covers), *([rest] if rest else [])]
    return min(ends)
