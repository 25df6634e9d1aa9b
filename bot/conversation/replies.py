"""What a turn answers with, and how an answer becomes calls to Telegram in the turn's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.directions import carried, right_to_left
from bot.chat.formatting import CALLBACK_LIMIT, split_html, visible_length, without_emoji
from bot.chat.keyboards import Button, store_keyboard
from bot.chat.reading import labels_as_read, plain_text, words_as_read
from bot.conversation.models import Conversation
from bot.kit.clock import Clock, utc_now
from bot.kit.masking import mask
from bot.locales.service import Voice
from bot.outbox.service import enqueue_call
from bot.profiles.models import Person
from bot.transcripts.service import log_answer

# Visible characters before the buttons: what people read on a phone before they look away; more comes in pages, or in
# several messages.
ANSWER_LIMIT = 600


@dataclass(frozen=True)
class Reply:
    """One answer.

    Attributes:
        text: Telegram HTML; whatever people wrote in it is escaped.
        rows: its buttons.
        in_place: replace the message whose button was pressed, if there is one.
        toast: short plain text shown over the chat when a button was pressed, instead of a message when `text` is
            empty.
    """

    text: str = ""
    rows: Sequence[Sequence[Button]] = ()
    in_place: bool = False
    toast: str = ""


@dataclass
class Turn:
    """One turn of conversation under way.

    Attributes:
        session: the transaction of the turn.
        person: who writes; their row is locked until the commit.
        conversation: where they stand; changed by the steps of the turn.
        language: language of the answer, in the manner that the person chose (see `speak`).
        now: moment of the turn, UTC.
        today: its day in the town's time zone.
        inbox_id: the update that is answered.
        received_at: when that update arrived.
        text: what the person wrote, or the label of what they pressed.
        message_id: the message whose button was pressed, if any.
        callback_id: Telegram's identity of that press, if any.
        clock: tells the time as the turn goes on.
        notes: said above the answer, such as the notice of the simple mode.
        link_base: address of the bot for shared links, such as "https://t.me/escale_bot", or "".
    """

    session: AsyncSession
    person: Person
    conversation: Conversation
    language: str
    now: datetime
    today: date
    inbox_id: int
    received_at: datetime
    text: str = ""
    message_id: int | None = None
    callback_id: str | None = None
    link_base: str = ""
    clock: Clock = utc_now
    answered: list[Reply] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def speak(turn: Turn, language: str) -> None:
    """Answer from now on in this language, in the manner that the person chose."""
    turn.language = Voice(str(language), is_formal=turn.person.is_formal, is_plain=turn.person.is_plain)


def room(turn: Turn) -> int:
    """Return how many visible characters an answer may have below what is said above it."""
    return ANSWER_LIMIT - sum(visible_length(note) + 2 for note in turn.notes)


async def send(turn: Turn, reply: Reply) -> None:
    """Write the calls that deliver `reply`, and log it masked."""
    reply = _as_read(turn, reply)
    turn.answered.append(reply)
    if turn.callback_id is not None:
        await acknowledge_press(turn, reply.toast)
    if reply.text:
        await _send_text(turn, reply)
    await log_answer(
        turn.session,
        person_id=turn.person.id,
        text=mask(plain_text(reply.text or reply.toast)),
        language=turn.language,
        latency_ms=max(0, round((turn.clock() - turn.received_at).total_seconds() * 1000)),
        update_id=turn.inbox_id,
        now=turn.now,
    )


def _as_read(turn: Turn, reply: Reply) -> Reply:
    """Return the reply as its reader needs it: notes above, no emoji in plain words, Arabic from the right."""
    text = "\n\n".join([*turn.notes, reply.text]) if reply.text else ""
    turn.notes = []
    is_plain, language = turn.person.is_plain, turn.language
    return replace(
        reply,
        text=without_emoji(text) if is_plain else text,  # its direction comes after it is cut
        rows=labels_as_read(reply.rows, language=language, is_plain=is_plain),
        toast=words_as_read(reply.toast, language=language, is_plain=is_plain),
    )


async def _send_text(turn: Turn, reply: Reply) -> None:
    is_long = visible_length(reply.text) > ANSWER_LIMIT
    parts = split_html(reply.text, limit=ANSWER_LIMIT) if is_long else [reply.text]
    if turn.language == "ar":
        parts = [right_to_left(part) for part in carried(parts)]
    markup = None
    if reply.rows:
        markup = await store_keyboard(turn.session, reply.rows, person_id=turn.person.id, now=turn.now)
    for rank, part in enumerate(parts):
        is_last = rank == len(parts) - 1
        params: dict[str, Any] = {
            "chat_id": turn.person.chat_id,
            "text": part,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        if is_last and markup:
            params["reply_markup"] = markup
        is_edit = reply.in_place and turn.message_id is not None and len(parts) == 1
        if is_edit:
            params["message_id"] = turn.message_id
        await _enqueue(turn, "edit_message_text" if is_edit else "send_message", params)


async def acknowledge_press(turn: Turn, toast: str = "") -> None:
    """Write the call that ends the wait of whoever pressed a button; `toast` is shown over the chat."""
    params: dict[str, Any] = {"callback_query_id": turn.callback_id}
    if toast:
        params["text"] = toast[:CALLBACK_LIMIT]
    await _enqueue(turn, "answer_callback_query", params)
    turn.callback_id = None


async def _enqueue(turn: Turn, method: str, params: dict[str, Any]) -> None:
    await enqueue_call(
        turn.session,
        channel=turn.person.channel,
        chat_id=turn.person.chat_id,
        method=method,
        params=params,
        now=turn.now,
        update_id=turn.inbox_id,
    )
