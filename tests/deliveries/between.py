"""What may come between any two statements of a step: the death of its process, or a step of somebody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

T = TypeVar("T")
# Whoever needs longer for a statement than this waits for a lock of the step that it came into, which then goes on.
PATIENCE = 0.05


class Crash(BaseException):
    """The process died here, perhaps with its work done: nothing in it can catch that."""

    def __init__(self, *, is_done: bool) -> None:
        self.is_done = is_done


@dataclass(frozen=True)
class Interruption:
    """What comes before the statement `at` of a step; after the step when it has fewer.

    Attributes:
        other: the step of somebody else's; None: the process dies.
        chat: whom that step is about.
        source: what that step is about.
    """

    at: int
    other: str | None
    chat: int
    source: int


class Between:
    """Watches the statements of an engine, and lets one thing come between two of them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._left: int | None = None
        self._other: Callable[[], Coroutine[Any, Any, None]] | None = None
        self._under_way: asyncio.Task[None] | None = None
        event.listen(engine.sync_engine, "before_cursor_execute", self._before)

    async def run(
        self, step: Coroutine[Any, Any, T], at: int, other: Callable[[], Coroutine[Any, Any, None]] | None
    ) -> T:
        """Do a step; before its statement `at` comes `other`, or its death.

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

    def _before(self, *_: object) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left > 0:
            return
        self._left = None  # what comes between is not interrupted itself
        if self._other is None:
            raise Crash(is_done=False)
        self._under_way = asyncio.get_running_loop().create_task(self._other())
        await_only(asyncio.wait({self._under_way}, timeout=PATIENCE))
