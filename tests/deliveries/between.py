"""What may come between any two statements of a step: the death of its process, or a step of somebody else's.

Only before a row is changed and before a commit does it matter what comes: those are the places.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

T = TypeVar("T")
CHANGES = ("UPDATE", "DELETE")
_LOOK_AGAIN = 0.02
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Crash(BaseException):
    """The process died here, perhaps with its work done: nothing in it can catch that."""

    def __init__(self, *, is_done: bool) -> None:
        self.is_done = is_done


@dataclass(frozen=True)
class Interruption:
    """What comes before the change `at` of a step (the first is 1); after the step when it makes fewer.

    Attributes:
        other: the step of somebody else's; None: the process dies.
        chat: whom that step is about.
        source: what that step is about.
        reached: when a sender dies, which of the calls in its hands, by rank, had reached Telegram.
    """

    at: int
    other: str | None
    chat: int
    source: int
    reached: frozenset[int] = frozenset()


class Between:
    """Watches the statements of an engine, and lets one thing come between two of them; `watch` sees who is waiting."""

    def __init__(self, engine: AsyncEngine, watch: psycopg.Connection[tuple[int]]) -> None:
        self._watch = watch
        self._left: int | None = None
        self._other: Callable[[], Coroutine[Any, Any, None]] | None = None
        self._under_way: asyncio.Task[None] | None = None
        event.listen(engine.sync_engine, "before_cursor_execute", self._before_statement)
        event.listen(engine.sync_engine, "commit", self._before_change)

    async def run(
        self, step: Coroutine[Any, Any, T], at: int, other: Callable[[], Coroutine[Any, Any, None]] | None
    ) -> T:
        """Do a step; before its change `at` comes `other`, or its death.

        Raises:
            Crash: it died.
        """
        self._left, self._other, self._under_way = at, other, None
        try:
            result = await step
        finally:
            self._left = None
            if other is not None:
                await (self._under_way or other())
        if other is None:
            raise Crash(is_done=True)
        return result

    def _before_statement(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().startswith(CHANGES):
            self._before_change()

    def _before_change(self, *_: object) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left > 0:
            return
        self._left = None  # what comes between is not interrupted itself
        if self._other is None:
            raise Crash(is_done=False)
        self._under_way = asyncio.get_running_loop().create_task(self._other())
        await_only(self._until_done_or_waiting(self._under_way))

    async def _until_done_or_waiting(self, other: asyncio.Task[None]) -> None:
        """Let the other step take place; if it waits for a lock of the step that it came into, that one goes on."""
        while not other.done():
            await asyncio.wait({other}, timeout=_LOOK_AGAIN)
            if not other.done() and self._watch.execute(_WAITING).fetchone() != (0,):
                return
