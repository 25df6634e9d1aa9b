"""Telegram as a run plays it: posts updates as the webhook gets them, and reads when the bot's calls came.

Times are `time.time` of one machine: an update's when its POST begins, a call's when the double of the Bot API has
received it.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from tests.fixtures.bot_api import FakeTelegram

# What makes a message that a person sees.
_ANSWERS = frozenset({"sendMessage", "editMessageText"})


class Unanswered(Exception):
    """A person waited in vain."""


@dataclass
class Asked:
    """One message of one person.

    Attributes:
        at: when it was given to the bot.
        accepted_at: when the webhook's 200 came back; `at` when the bot polls.
        answers: when the double received each answer; filled in by `collect`.
    """

    person: int
    at: float
    accepted_at: float
    answers: list[float] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        """From the update to the last of its answers."""
        return (self.answers[-1] - self.at) * 1000


class Telegram:
    """The other side of the bot; `webhook` is None when the bot polls."""

    _updates = itertools.count(int(time.time()) * 1000)

    def __init__(self, url: str, *, webhook: str | None, secret: str) -> None:
        self.fake = FakeTelegram(url)
        self.webhook = webhook
        self._headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        self._http = httpx.AsyncClient(timeout=10, trust_env=False, limits=httpx.Limits(max_connections=40))

    async def __aenter__(self) -> Self:
        await self.fake.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()
        await self.fake.__aexit__(kind, error, trace)

    async def lifts_limits(self) -> None:
        """Let messages through whatever their pace, and to whoever never wrote through the double."""
        await self.fake.settings(is_flood_limited=False, knows_everybody=True)

    async def says(self, person: int, text: str) -> Asked:
        """Give the bot a message of a person; returns once the bot has accepted it, or the double has queued it."""
        update = self._message(person, text)
        began = time.time()
        if self.webhook is None:
            await self.fake.injects([update])
            return Asked(person, began, began)
        try:
            answer = await self._http.post(self.webhook, json=update, headers=self._headers)
        except httpx.ReadError:  # a kept connection that the server had just closed: Telegram repeats the update too
            answer = await self._http.post(self.webhook, json=update, headers=self._headers)
        answer.raise_for_status()
        return Asked(person, began, time.time())

    async def insists(self, person: int, text: str, *, seconds: float) -> Asked:
        """Knock at the webhook until it takes the message, as Telegram does; `at` is the first knock."""
        update, began = self._message(person, text), time.time()
        while time.time() - began < seconds:
            try:
                answer = await self._http.post(self.webhook or "", json=update, headers=self._headers)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.is_success:
                return Asked(person, began, time.time())
            await asyncio.sleep(0.03)
        raise Unanswered(f"the webhook took nothing for {seconds:.0f} s")

    async def asks(self, person: int, text: str, *, seconds: float = 10.0) -> Asked:
        """Say something and wait for the answer.

        Raises:
            Unanswered: nothing came.
        """
        version = await self._version(person)
        asked = await self.says(person, text)
        await self.hears(person, after=version, seconds=seconds)
        return asked

    async def hears(self, person: int, *, after: int, seconds: float) -> None:
        """Wait until something newer than version `after` stands in the chat."""
        if await self._version(person, after=after, wait=seconds) <= after:
            raise Unanswered(f"person {person} waited {seconds:.0f} s")

    async def mark(self) -> int:
        """Return where the double's list of calls stands, for `collect`."""
        return sum((await self.fake.state())["outcomes"].values())

    async def collect(self, asked: list[Asked], *, since: int) -> int:
        """Give each message the answers that came before the person's next one; return how many were nobody's."""
        waiting: dict[int, list[Asked]] = {}
        for one in asked:
            waiting.setdefault(one.person, []).append(one)
        strays = 0
        for record in await self.answers(since=since):
            earlier = [one for one in waiting.get(record["chat_id"], []) if one.at <= record["at"]]
            if earlier:
                earlier[-1].answers.append(record["at"])
            else:
                strays += 1
        return strays

    async def count_answers(self) -> int:
        """Return how many messages the bot has made or changed since the double started."""
        outcomes = (await self.fake.state())["outcomes"]
        return sum(outcomes.get(f"{method} ok", 0) for method in _ANSWERS)

    async def answers(self, *, since: int) -> list[dict[str, Any]]:
        """Return the calls after `since` that made or changed a message."""
        records = await self.fake.requests(since=since)
        return [record for record in records if record["method"] in _ANSWERS and record["outcome"] == "ok"]

    async def _version(self, person: int, *, after: int = -1, wait: float = 0) -> int:
        query = {"after": after, "timeout": wait}
        return int((await self.fake.ask("GET", f"chats/{person}/messages", params=query))["version"])

    def _message(self, person: int, text: str) -> dict[str, Any]:
        number = next(self._updates)
        sender = {"id": person, "is_bot": False, "first_name": "Camille", "language_code": "fr"}
        message: dict[str, Any] = {
            "message_id": number % 2_000_000_000, "date": int(time.time()), "from": sender, "text": text,
            "chat": {"id": person, "type": "private", "first_name": "Camille"},
        }  # fmt: skip
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
        return {"update_id": number, "message": message}
