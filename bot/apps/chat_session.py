"""A whole conversation at the terminal, from opening what it needs to closing it; what `escale chat` runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.apps.http import serve_actions
from bot.apps.rasa_loan import RasaLoan
from bot.apps.terminal import TerminalChat
from bot.apps.wiring import Collaborators, open_collaborators
from bot.catalogue.models import Offer
from bot.catalogue.service import load_demo
from bot.db.service import transaction
from bot.kit.clock import utc_now
from bot.kit.settings import Settings
from bot.understanding.service import preload

# Lines that come from a file come faster than anybody types: on this clock they do not, and no flood guard wakes.
READING_SECONDS = 4.0
Tell = Callable[[str], None]


@dataclass
class ReadingClock:
    """The present, moved on by some seconds for each line read from a file."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        """Return the moment."""
        return utc_now() + self.ahead

    def read_line(self) -> None:
        """Let the time pass that a person would have taken."""
        self.ahead += timedelta(seconds=READING_SECONDS)


@dataclass
class ChatSession:
    """An open conversation; `say` runs the event loop for one message at a time, so that typing blocks nothing."""

    chat: TerminalChat
    clock: ReadingClock
    runner: asyncio.Runner

    def say(self, line: str) -> list[str]:
        """Send one line; return the answers."""
        return self.runner.run(self.chat.send(line))

    def answer_all(self, lines: Iterable[str], write: Callable[[str], None]) -> None:
        """Answer lines as they are read, each after a line that repeats it."""
        for raw in lines:
            line = raw.strip()
            if not line:
                continue
            write(f"> {line}")
            for answer in self.say(line):
                write(answer)
            write("")
            self.clock.read_line()


@contextlib.contextmanager
def open_chat(
    settings: Settings, database_url: str, loan: RasaLoan, *, chat_id: int, language: str, is_demo: bool, tell: Tell
) -> Iterator[ChatSession]:
    """Open a conversation for the time of the block, with the demonstration catalogue when there is no other."""
    clock = ReadingClock()
    with asyncio.Runner() as runner:
        stack = contextlib.AsyncExitStack()
        try:
            collaborators = runner.run(_open(stack, settings, database_url, loan, clock))
            if is_demo:
                runner.run(_ensure_offers(collaborators, tell))
            yield ChatSession(TerminalChat(collaborators, chat_id, language), clock, runner)
        finally:
            runner.run(stack.aclose())


async def _open(
    stack: contextlib.AsyncExitStack, settings: Settings, database_url: str, loan: RasaLoan, clock: ReadingClock
) -> Collaborators:
    loading = asyncio.create_task(asyncio.to_thread(preload))
    if loan.actions_port is not None:
        stop = asyncio.Event()
        serving = asyncio.create_task(serve_actions(stop, loan.secret, loan.actions_port))

        async def end() -> None:
            stop.set()
            await asyncio.gather(serving, return_exceptions=True)

        stack.push_async_callback(end)
    collaborators = await stack.enter_async_context(
        open_collaborators(settings, database_url, rasa_url=loan.base_url, clock=clock)
    )
    await loading
    return collaborators


async def _ensure_offers(collaborators: Collaborators, tell: Tell) -> None:
    async with transaction(collaborators.sessions) as session:
        known = (await session.execute(select(Offer.id).limit(1))).first()
    if known is None:
        await load_examples(collaborators, tell)


async def load_examples(collaborators: Collaborators, tell: Tell) -> None:
    """Load the demonstration catalogue."""
    tell("→ Loading the demonstration catalogue …")
    async with transaction(collaborators.sessions) as session:
        saved = await load_demo(session, collaborators.embedder, collaborators.clock())
    tell(f"✓ {len(saved.created) + len(saved.updated) + len(saved.unchanged)} example offers")
