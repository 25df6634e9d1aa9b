"""A conversation in the terminal, through the same code as Telegram: inbox, turn, outbox; no worker is needed."""

from __future__ import annotations

import functools
import re
import string
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.apps.wiring import Collaborators
from bot.chat.reading import plain_text
from bot.conversation.handlers import answer_update, apologise
from bot.db.service import transaction
from bot.inbox.service import ANSWER_TASK, accept_update
from bot.inbox.tasks import answer_once
from bot.outbox.models import OutboxCall
from bot.queue.jobs import drop_waiting_job

CHANNEL = "terminal"
_LETTERS = [*string.ascii_lowercase, *(f"a{letter}" for letter in string.ascii_lowercase)]
_CHOICE = re.compile(r"\[?([a-z]{1,2})\]?", re.IGNORECASE)


@dataclass
class TerminalChat:
    """One person at a terminal.

    Attributes:
        collaborators: what answering needs.
        chat_id: whose conversation it is.
        language: the language that a Telegram client would report.
    """

    collaborators: Collaborators
    chat_id: int
    language: str = "fr"
    _choices: dict[str, tuple[str, int]] = field(default_factory=dict)
    _last_update: int = 0

    async def send(self, line: str) -> list[str]:
        """Send what was typed, or press the button whose letter it is; return the answers as plain texts."""
        chosen = _CHOICE.fullmatch(line.strip())
        choice = self._choices.get(chosen.group(1).lower()) if chosen else None
        update = self._press(*choice) if choice else self._message(line)
        now = self.collaborators.clock()
        async with transaction(self.collaborators.sessions) as session:
            inbox_id = await accept_update(session, self.collaborators.queue, update, channel=CHANNEL, now=now)
            assert inbox_id is not None
            # It is answered here and now, in this process: a worker that runs beside must not.
            await drop_waiting_job(session, ANSWER_TASK, key="inbox_id", value=inbox_id)
        clock = self.collaborators.clock
        await answer_once(
            self.collaborators.sessions,
            inbox_id,
            answer=functools.partial(answer_update, services=self.collaborators.services, clock=clock),
            apologise=functools.partial(apologise, clock=clock),
            clock=clock,
        )
        return await self._collect()

    async def _collect(self) -> list[str]:
        """Take the calls that wait for this terminal, as Telegram would, and return what a person sees of them."""
        shown: list[str] = []
        async with transaction(self.collaborators.sessions) as session:
            query = select(OutboxCall).where(
                OutboxCall.channel == CHANNEL, OutboxCall.chat_id == self.chat_id, OutboxCall.status == "pending"
            )
            for call in (await session.scalars(query.order_by(OutboxCall.id))).all():
                call.status, call.sent_at, call.message_id = "sent", self.collaborators.clock(), call.id
                if text := self._show(call):
                    shown.append(text)
        return shown

    def _show(self, call: OutboxCall) -> str:
        if call.method == "answer_callback_query":
            return plain_text(str(call.params.get("text", "")))
        if call.method not in ("send_message", "edit_message_text"):
            return ""
        rows = (call.params.get("reply_markup") or {}).get("inline_keyboard", [])
        message_id = call.params.get("message_id", call.id)
        return "\n".join([plain_text(str(call.params["text"])), *self._show_buttons(rows, int(message_id))])

    def _show_buttons(self, rows: Sequence[Sequence[dict[str, str]]], message_id: int) -> list[str]:
        """Return a line for each row of buttons, and remember which letter presses which."""
        if rows:
            self._choices.clear()
        lines: list[str] = []
        letters = iter(_LETTERS)
        for row in rows:
            parts: list[str] = []
            for button in row:
                if "url" in button:
                    parts.append(f"{button['text']}: {button['url']}")
                    continue
                letter = next(letters)
                self._choices[letter] = (button["callback_data"], message_id)
                parts.append(f"[{letter}] {button['text']}")
            lines.append("  " + "   ".join(parts))
        return lines

    def _message(self, text: str) -> dict[str, Any]:
        message: dict[str, Any] = {**self._envelope(text), "from": self._sender()}
        if command := re.match(r"/\w+", text):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
        return {"update_id": self._next_update(), "message": message}

    def _press(self, callback_data: str, message_id: int) -> dict[str, Any]:
        update_id = self._next_update()
        query = {
            "id": str(update_id),
            "from": self._sender(),
            "chat_instance": CHANNEL,
            "data": callback_data,
            "message": {**self._envelope("…"), "message_id": message_id},
        }
        return {"update_id": update_id, "callback_query": query}

    def _envelope(self, text: str) -> dict[str, Any]:
        moment: datetime = self.collaborators.clock()
        return {
            "message_id": self._last_update % 1_000_000_000 + 1,
            "date": int(moment.timestamp()),
            "chat": {"id": self.chat_id, "type": "private", "first_name": ""},
            "text": text,
        }

    def _sender(self) -> dict[str, Any]:
        return {"id": self.chat_id, "is_bot": False, "first_name": "", "language_code": self.language}

    def _next_update(self) -> int:
        """Return an identity that no earlier conversation used: microseconds."""
        self._last_update = max(self._last_update + 1, time.time_ns() // 1000)
        return self._last_update
