"""From a stored update to a turn: which kind it is, whose, and the one service function that answers it.

Routing uses python-telegram-bot's types, filters and handlers; its `Application` is not run, because each update is
one transaction of ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Chat, Update
from telegram.constants import ChatMemberStatus
from telegram.ext import BaseHandler, CallbackQueryHandler, ChatMemberHandler, MessageHandler, filters

from bot.chat.accounts import link_base
from bot.chat.keyboards import Press, read_press
from bot.conversation import answers
from bot.conversation.commands import answer_command
from bot.conversation.decisions import decided
from bot.conversation.incoming import log_incoming, log_press
from bot.conversation.presses import press_button
from bot.conversation.queries import conversation_of
from bot.conversation.replies import Reply, Turn, send, speak
from bot.conversation.service import (
    Services,
    answer_text,
    is_flooding,
    is_pressing_too_fast,
    speak_as_written,
)
from bot.conversation.silence import say_paused
from bot.deliveries.service import stop_unreachable
from bot.inbox.models import InboxUpdate
from bot.kit.clock import Clock, local_day
from bot.kit.errors import UserError
from bot.locales.service import LANGUAGES, Voice, say
from bot.outbox.service import enqueue_call
from bot.profiles.service import person_of_chat

# What people send besides text, and the sentence that helps.
_MEDIA: tuple[tuple[filters.BaseFilter, str], ...] = (
    (filters.VOICE | filters.AUDIO | filters.VIDEO_NOTE, "chat.voice"),
    (filters.PHOTO | filters.VIDEO | filters.ANIMATION, "chat.photo"),
    (filters.Document.ALL, "chat.document"),
    (filters.LOCATION | filters.VENUE, "chat.location"),
    (filters.Sticker.ALL | filters.Dice.ALL, "chat.sticker"),
    (filters.CONTACT, "chat.contact"),
)
_COMMAND = re.compile(r"^\s*/(\w{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)

Callback = Callable[[Update, Any], Coroutine[Any, Any, None]]

_log = structlog.get_logger(__name__)


@dataclass
class Arrival:
    """An update being answered, before it is known to be a turn."""

    session: AsyncSession
    row: InboxUpdate
    update: Update
    services: Services
    clock: Clock


async def answer_update(session: AsyncSession, row: InboxUpdate, *, services: Services, clock: Clock) -> None:
    """Answer one stored update in its transaction; what needs no answer is logged as such."""
    update = Update.de_json(row.payload or {}, None)
    arrival = Arrival(session, row, update, services, clock)
    for handler in _ROUTES:
        check = handler.check_update(update)
        if check is not None and check is not False:
            with session.no_autoflush:  # nothing that a turn writes is read back in it: one flush, at the commit
                await handler.callback(update, arrival)
            return
    _log.info("update_without_answer", inbox_id=row.id, kind=row.kind)


async def apologise(session: AsyncSession, row: InboxUpdate, incident: str, *, clock: Clock) -> None:
    """Tell the person that something went wrong, with a number that the log also holds."""
    if row.chat_id is None or row.chat_id <= 0 or row.kind not in ("message", "edited_message", "callback_query"):
        return
    person = await person_of_chat(
        session, channel=row.channel, chat_id=row.chat_id, telegram_language=None, now=clock()
    )
    voice = Voice(person.language or "fr", is_formal=person.is_formal, is_plain=person.is_plain)
    text = say("chat.incident", voice, incident=incident)
    await enqueue_call(
        session, channel=row.channel, chat_id=row.chat_id, method="send_message",
        params={"chat_id": row.chat_id, "text": text}, now=clock(), update_id=row.id,
    )  # fmt: skip


async def _on_text(arrival: Arrival) -> None:
    turn = await _open_turn(arrival)
    message = arrival.update.effective_message
    turn.text = (message.text if message else None) or ""
    await _welcome_once(turn, arrival.services, is_written=True)
    await answer_text(turn, arrival.services)
    await _tell_paused(turn, arrival.services)


async def _on_command(arrival: Arrival) -> None:
    turn = await _open_turn(arrival)
    message = arrival.update.effective_message
    turn.text = (message.text if message else None) or ""
    if await is_flooding(turn, arrival.services):
        return
    found = _COMMAND.match(turn.text)
    name, argument = (found.group(1).lower(), (found.group(2) or "").strip()) if found else ("", "")
    is_first = await _welcome_once(turn, arrival.services)
    await answer_command(turn, arrival.services, name, argument, is_welcomed=is_first)
    await _tell_paused(turn, arrival.services)


async def _on_media(arrival: Arrival) -> None:
    turn = await _open_turn(arrival)
    key = next((key for kind, key in _MEDIA if kind.check_update(arrival.update)), "chat.media")
    message = arrival.update.effective_message
    caption = message.caption if message else None
    turn.text = caption or f"[{key.partition('.')[2]}]"
    if await is_flooding(turn, arrival.services):
        return
    await _welcome_once(turn, arrival.services, is_written=caption is not None)
    if caption and not arrival.services.ear.hears(caption):
        await send(turn, Reply(say(key, turn.language)))
    if caption:
        await answer_text(turn, arrival.services)
    else:
        await log_incoming(turn, decided(turn.text, language=turn.language, intent="out_of_scope"))
        await send(turn, Reply(say(key, turn.language)))
    await _tell_paused(turn, arrival.services)


async def _on_press(arrival: Arrival) -> None:
    query = arrival.update.callback_query
    if query is None:
        return
    if query.message is not None and query.message.chat.type != Chat.PRIVATE:
        return  # no message of ours with buttons stands in a group
    turn = await _open_turn(arrival)
    turn.callback_id = query.id
    turn.message_id = query.message.message_id if query.message else None
    if await is_pressing_too_fast(turn):
        return
    try:
        press = await _read_logged(turn, query.data or "")
        reply = await press_button(turn, press.verb, press.arguments, arrival.services.tools)
    except UserError as error:
        reply = Reply(toast=say(error.key, turn.language, **error.values))
    await send(turn, reply)
    await say_paused(turn)


async def _read_logged(turn: Turn, data: str) -> Press:
    """Return what was pressed; a button that means nothing counts as pressed too."""
    try:
        press = await read_press(turn.session, data, person_id=turn.person.id, now=turn.now)
    except UserError:
        await log_press(turn, "expired")
        raise
    await log_press(turn, press.verb)
    return press


async def _on_membership(arrival: Arrival) -> None:
    change = arrival.update.my_chat_member
    if change is None:
        return
    is_gone = change.new_chat_member.status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
    if change.chat.type == change.chat.PRIVATE:
        if is_gone:
            await stop_unreachable(
                arrival.session, channel=arrival.row.channel, chat_id=change.chat.id, reason="blocked",
                now=arrival.clock(),
            )  # fmt: skip
    elif not is_gone:
        await _leave_group(arrival, change.chat.id)


async def _on_group(arrival: Arrival) -> None:
    if arrival.update.effective_chat is not None:
        await _leave_group(arrival, arrival.update.effective_chat.id)


async def _leave_group(arrival: Arrival, chat_id: int) -> None:
    now = arrival.clock()
    farewell = {"chat_id": chat_id, "text": say("chat.group", "fr")}
    for method, params in (("send_message", farewell), ("leave_chat", {"chat_id": chat_id})):
        await enqueue_call(
            arrival.session, channel=arrival.row.channel, chat_id=chat_id, method=method, params=params, now=now,
            update_id=arrival.row.id,
        )  # fmt: skip


async def _open_turn(arrival: Arrival) -> Turn:
    user, chat, now = arrival.update.effective_user, arrival.update.effective_chat, arrival.clock()
    chat_id = chat.id if chat else (arrival.row.chat_id or 0)
    telegram_language = user.language_code if user else None
    person = await person_of_chat(
        arrival.session, channel=arrival.row.channel, chat_id=chat_id, telegram_language=telegram_language, now=now
    )
    conversation = await conversation_of(arrival.session, person_id=person.id, now=now)
    short = (telegram_language or "").partition("-")[0]
    turn = Turn(
        session=arrival.session, person=person, conversation=conversation,
        language=person.language or (short if short in LANGUAGES else "fr"), now=now, today=local_day(now),
        inbox_id=arrival.row.id, received_at=arrival.row.received_at, clock=arrival.clock,
        link_base=await link_base(arrival.session) if arrival.row.channel == "telegram" else "",
    )  # fmt: skip
    speak(turn, turn.language)
    return turn


async def _welcome_once(turn: Turn, services: Services, *, is_written: bool = False) -> bool:
    """Give the notice of first contact, in the language of what is written, else of the person's Telegram."""
    if turn.person.welcomed_at is not None or services.ear.hears(turn.text):
        return False  # help lines first, our notice another time
    if is_written:
        speak_as_written(turn)
    turn.person.welcomed_at = turn.now
    await send(turn, answers.welcome(turn, services.tools.settings))
    return True


async def _tell_paused(turn: Turn, services: Services) -> None:
    if not services.ear.hears(turn.text):  # help lines stand alone
        await say_paused(turn)


def _taking_arrivals(answer: Callable[[Arrival], Coroutine[Any, Any, None]]) -> Callback:
    """Return `answer` as the library's handlers call it: with our arrival in the place of their context."""

    async def callback(_update: Update, arrival: Any) -> None:
        await answer(arrival)

    return callback


# Messages and their edits; not those of a business account that somebody linked to the bot.
_PRIVATE = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGES
# A shared position is edited at each step of whoever shares it.
_NEW_OR_CAPTIONED = filters.UpdateType.MESSAGE | filters.CAPTION
_ROUTES: tuple[BaseHandler[Any, Any, Any], ...] = (
    MessageHandler(_PRIVATE & filters.Regex(_COMMAND), _taking_arrivals(_on_command)),
    MessageHandler(_PRIVATE & filters.TEXT, _taking_arrivals(_on_text)),
    MessageHandler(_PRIVATE & _NEW_OR_CAPTIONED & ~filters.StatusUpdate.ALL, _taking_arrivals(_on_media)),
    MessageHandler(filters.ChatType.GROUPS | filters.ChatType.CHANNEL, _taking_arrivals(_on_group)),
    CallbackQueryHandler(_taking_arrivals(_on_press)),
    ChatMemberHandler(_taking_arrivals(_on_membership), ChatMemberHandler.MY_CHAT_MEMBER),
)
