"""The one active sender of a bot: takes due calls lane by lane, keeps Telegram's pace, records what came of each.

Ownership is an advisory lock on a connection of its own: a second sender waits, and takes over when that connection
ends. Calls are marked `sending` before they leave and settled after, so that a kill leaves a known doubt.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import psycopg
import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot

from bot.db.service import Sessions, is_connection_fault, psycopg_url, transaction
from bot.kit.clock import Clock
from bot.outbox.doubts import backoff, is_repeated_late, note_doubt
from bot.outbox.models import OutboxCall
from bot.outbox.pacing import Pacer
from bot.outbox.service import (
    WAKE_CHANNEL,
    drop_calls_to,
    due_calls,
    mark_sending,
    mark_sent,
    move_calls,
    settle_interrupted,
    waiting_calls,
)
from bot.outbox.telegram_calls import (
    POOL_SIZE,
    Doubtful,
    Later,
    Moved,
    Outcome,
    Refused,
    Sent,
    Unreachable,
    make_call,
)
from bot.outbox.turns import LONGEST_PAUSE, NOTHING_CLOSED, Turns

OnUnreachable = Callable[[AsyncSession, int, str], Awaitable[None]]
OnMoved = Callable[[AsyncSession, int, int], Awaitable[None]]

_STANDBY_SECONDS = 1.0
_LONGEST_FINISH = 8.0
_MOST_DUE = 24  # calls read at a time: more than may leave at once, for some wait for others of their chat
_PUT_OFF = frozenset({"http_429", "halted"})  # these tries do not count

_log = structlog.get_logger(__name__)
_calls = Counter("escale_outbox_calls_total", "Calls to Telegram by outcome", ["outcome"])
_delay = Histogram("escale_outbox_delay_seconds", "From writing a call to Telegram taking it", ["lane"])


class Sender:
    """Sends one bot's outbox until it is stopped."""

    def __init__(
        self,
        bot: Bot,
        sessions: Sessions,
        database_url: str,
        *,
        clock: Clock,
        on_unreachable: OnUnreachable,
        on_moved: OnMoved,
        pacer: Pacer | None = None,
    ) -> None:
        self._bot, self._sessions, self._clock = bot, sessions, clock
        self._database_url = psycopg_url(database_url)
        self._on_unreachable, self._on_moved = on_unreachable, on_moved
        self._pacer = pacer or Pacer()
        self._turns = Turns(self._pacer, POOL_SIZE)
        self._in_flight: dict[int, asyncio.Task[None]] = {}
        self._never_left: set[int] = set()
        self._wake = asyncio.Event()
        self._is_anything_behind = False
        self.is_active = False

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set, then finish the calls under way; lost connections are opened again."""
        while not stop.is_set():
            try:
                async with self._ownership(stop) as is_owner:
                    if is_owner:
                        await self._send_until(stop)
            except Exception as error:
                if not is_connection_fault(error):
                    _log.error("sender_failed", error=type(error).__name__)  # its message may quote a row
                await _pause(stop, _STANDBY_SECONDS)
            finally:
                self.is_active = False

    @contextlib.asynccontextmanager
    async def _ownership(self, stop: asyncio.Event) -> AsyncIterator[bool]:
        connection = await psycopg.AsyncConnection.connect(self._database_url, autocommit=True, connect_timeout=3)
        async with connection:
            while not await self._try_lock(connection):
                self._never_left.clear()  # another sender may take these calls
                if await _pause(stop, _STANDBY_SECONDS):
                    yield False
                    return
            await connection.execute(f"LISTEN {WAKE_CHANNEL}".encode())
            listener = asyncio.create_task(self._listen(connection))
            try:
                yield True
            finally:
                listener.cancel()
                await asyncio.gather(listener, return_exceptions=True)

    async def _try_lock(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> bool:
        name = f"escale.sender:{self._bot.token.partition(':')[0]}"
        row = await (await connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])).fetchone()
        return bool(row and row[0])

    async def _listen(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        try:
            async for _ in connection.notifies():
                self._wake.set()
        finally:
            self.is_active = False  # without this connection the lock is gone: stop at once
            self._wake.set()

    async def _send_until(self, stop: asyncio.Event) -> None:
        await self._settle()
        self.is_active = True
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self._wake.set())
        try:
            while self.is_active and not stop.is_set():
                self._wake.clear()
                pause = await self._start_due_calls()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
        finally:
            stopping.cancel()
            # Before the lock is given up: the next owner takes what is still `sending` for interrupted.
            await self._finish_in_flight(stop)

    async def _settle(self) -> None:
        async with transaction(self._sessions) as session:
            now = self._clock()
            settled = await settle_interrupted(session, now=now, never_left=self._never_left)
            self._turns.forget(self._monotonic())
            for call in await waiting_calls(session, now=now):
                self._hold(call)
        self._never_left.clear()
        _log.info("sender_active", **settled)

    async def _start_due_calls(self) -> float:
        """Start every call that may leave now; return the seconds after which to look again."""
        now = self._monotonic()
        self._is_anything_behind = True
        if self._turns.free_slots <= 0:
            return LONGEST_PAUSE
        if (wait := self._pacer.wait_overall(now)) > 0:
            return wait
        async with transaction(self._sessions) as session:
            moment, closed = self._clock(), self._turns.closed(now)
            due = await due_calls(session, now=moment, closed=closed, limit=_MOST_DUE)
            chosen, pause = self._turns.choose(due, now=now, moment=moment)
            # Whatever comes later wakes us; whatever was passed over now may leave when a call ends.
            self._is_anything_behind = closed != NOTHING_CLOSED or len(chosen) < len(due) or len(due) >= _MOST_DUE
            self._never_left = {call.id for call in chosen}
            ours = await mark_sending(session, self._never_left) if chosen else set()
        # Only now: were the commit to fail, nothing would have left and nothing would be under way.
        self._never_left.clear()
        for call in chosen:
            if call.id not in ours:  # withdrawn meanwhile
                self._turns.answered(call.id, now)
                continue
            call.attempts += 1
            self._turns.begin(call)
            self._in_flight[call.id] = asyncio.create_task(self._send(call))
        return 0.0 if len(due) >= _MOST_DUE and chosen and self._turns.free_slots > 0 else pause

    async def _send(self, call: OutboxCall) -> None:
        outcome: Outcome | None = None
        try:
            outcome = self._reason_to_stay(call) or await make_call(self._bot, call.method, call.params)
            self._turns.answered(call.id, self._monotonic())
            if isinstance(outcome, Later) and outcome.after is not None:
                self._pacer.halt(self._monotonic() + outcome.after)
            await self._record_until_done(call, outcome)
        except Exception as error:
            # The call stays `sending`, a doubt for the next start to settle; the others go on.
            _log.error("outcome_not_recorded", call_id=call.id, error=type(error).__name__)
        finally:
            self._in_flight.pop(call.id, None)
            self._turns.answered(call.id, self._monotonic())
            self._turns.end(call)
            if self._is_anything_behind or not isinstance(outcome, Sent):
                self._wake.set()

    def _reason_to_stay(self, call: OutboxCall) -> Outcome | None:
        """Return what keeps a call from leaving: it is late, or Telegram answered 429 since it was chosen."""
        if call.expires_at <= self._clock():
            return Refused("expired")
        left = self._pacer.halted_until - self._monotonic()
        return Later("halted", left) if left > 0 else None

    def _hold(self, call: OutboxCall) -> None:
        """Keep in order what waits for its next try."""
        if call.status == "pending" and not is_repeated_late(call):
            left = (call.not_before - self._clock()).total_seconds()
            self._turns.hold(call, self._monotonic() + left)

    async def _record_until_done(self, call: OutboxCall, outcome: Outcome) -> None:
        """Record the outcome; when the database is away, keep trying, for the outcome is known only here."""
        for attempt in range(120):
            try:
                async with transaction(self._sessions) as session:
                    if isinstance(outcome, Sent):
                        await self._record_sent(session, call, outcome)
                        return
                    row = await session.get(OutboxCall, call.id, with_for_update=True)
                    if row is not None and row.status == "sending" and row.attempts == call.attempts:
                        await self._record(session, row, outcome)
            except Exception as error:
                if not is_connection_fault(error):
                    raise
                await asyncio.sleep(min(0.1 * 2 ** min(attempt, 5), 2.0))
            else:
                if row is not None and row.not_before > self._clock():
                    self._hold(row)
                return

    async def _record_sent(self, session: AsyncSession, call: OutboxCall, outcome: Sent) -> None:
        now = self._clock()
        if await mark_sent(session, call, message_id=outcome.message_id, now=now):
            _delay.labels(str(call.lane)).observe((now - call.created_at).total_seconds())
            _calls.labels("sent").inc()

    async def _record(self, session: AsyncSession, call: OutboxCall, outcome: Outcome) -> None:
        now = self._clock()
        match outcome:
            case Later(reason, after):
                wait = after if after is not None else backoff(call.attempts)
                call.status, call.not_before, call.error = "pending", now + timedelta(seconds=wait), reason
                call.attempts -= 1 if reason in _PUT_OFF else 0
            case Doubtful(reason):
                call.not_before = now + timedelta(seconds=note_doubt(call, reason=reason))
            case Unreachable(reason):
                call.status, call.error = "blocked", reason
                if call.chat_id is not None:
                    await self._on_unreachable(session, call.chat_id, reason)  # locks the person first, as a turn does
                    await drop_calls_to(session, chat_id=call.chat_id, reason=reason)
            case Moved(chat_id) if call.chat_id is not None:
                await self._on_moved(session, call.chat_id, chat_id)
                old, call.status = call.chat_id, "pending"
                await session.flush()
                await move_calls(session, chat_id=old, new_chat_id=chat_id)
            case Refused(reason, retry_as):
                self._record_refusal(call, reason, retry_as)
        _calls.labels(call.status if not isinstance(outcome, Later) else outcome.reason).inc()

    def _record_refusal(self, call: OutboxCall, reason: str, retry_as: tuple[str, dict[str, object]] | None) -> None:
        if retry_as is not None and retry_as != (call.method, call.params):
            call.method, call.params = retry_as
            call.status, call.error = "pending", reason[:300]
            return
        call.status = "expired" if reason == "expired" else "failed"
        call.error = reason[:300]
        _log.warning("call_refused", call_id=call.id, method=call.method, status=call.status)

    async def _finish_in_flight(self, stop: asyncio.Event) -> None:
        """Wait until what is under way is recorded; once told to stop, 8 s at most: the rest is a doubt to settle."""
        under_way = set(self._in_flight.values())
        stopping = asyncio.create_task(stop.wait())
        while under_way and not stopping.done():
            done, _ = await asyncio.wait({*under_way, stopping}, return_when=asyncio.FIRST_COMPLETED)
            under_way -= done
        stopping.cancel()
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=_LONGEST_FINISH)
            for task in late:
                task.cancel()

    @staticmethod
    def _monotonic() -> float:
        return asyncio.get_running_loop().time()


async def _pause(stop: asyncio.Event, seconds: float) -> bool:
    """Wait; return whether `stop` was set meanwhile."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True
