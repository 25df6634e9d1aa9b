"""The house's steps around the ledger, each as its process does it, told to the model beside them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from telegram import Bot

from bot.db.service import is_connection_fault, sessions_of, transaction
from bot.deliveries.composing import Compose
from bot.deliveries.ledger import drop_due, settle
from bot.deliveries.models import Delivery
from bot.deliveries.preferences import resume_pushes, set_quiet_hours, stop_pushes, stop_unreachable
from bot.deliveries.tasks import dispatch_all
from bot.outbox.models import OutboxCall
from bot.outbox.sender import Sender
from bot.outbox.service import count_perhaps_repeated, due_calls, expire_calls, mark_sending, settle_interrupted
from bot.outbox.telegram_calls import Doubtful, Later, Outcome, Refused, Sent, Unreachable
from bot.profiles.models import Person
from bot.profiles.service import person_of_chat
from tests.deliveries.between import Between, Crash, Interruption
from tests.deliveries.people import EACH, figures_of, plan, somebody
from tests.deliveries.promises import ZONES, Promises, Taking, Thing

NOT_TAKEN: Mapping[str, Outcome] = {
    "lost": Doubtful("ReadTimeout"),
    "not_there": Doubtful("ReadTimeout"),
    "later": Later("http_5xx"),
    "refused": Refused("message is too strange"),
    "blocked": Unreachable("blocked"),
}
T = TypeVar("T")
Withdrawn = dict[tuple[int, str], set[int]]
MOST_ROUNDS = 60  # of coming to rest: more than anything planned needs


class House:
    """Planner, dispatcher, sender and turns on a real database; Telegram and the clock are the model's."""

    def __init__(self, engine: AsyncEngine, url: str, between: Between) -> None:
        self.sessions, self.url, self.between = sessions_of(engine), url, between
        self.in_hand: dict[int, OutboxCall] = {}

    async def begin(self, now: datetime) -> None:
        """Empty the house; three people in three time zones agree to be written to."""
        self.promises = Promises(now)
        async with transaction(self.sessions) as session:
            for table in ("person", "outbox_call", "keyboard"):
                await session.execute(text(f"DELETE FROM {table}"))
            self.ids = {chat: await somebody(session, now, chat, time_zone=zone) for chat, zone in ZONES.items()}
        self.chats = {person_id: chat for chat, person_id in self.ids.items()}
        self._start_sender()

    @property
    def now(self) -> datetime:
        return self.promises.now

    async def interrupted(self, step: Coroutine[Any, Any, T], by: Interruption | None) -> T:
        """Do a step, perhaps with something between two of its statements; raise `Crash` when it died."""
        if by is None:
            return await step
        return await self.between.run(step, by.at, None if by.other is None else lambda: self.happens(by))

    async def happens(self, by: Interruption) -> None:
        """Do somebody's step, or let the sender die; after a fault of the database, such as a deadlock, once more."""
        others: dict[str | None, Callable[[], Coroutine[Any, Any, None]]] = {
            "stop": lambda: self.stop(by.chat),
            "mute": lambda: self.mute(by.source),
            "hours": lambda: self.want_quiet_hours(by.chat, -by.source, 8),
            "dispatch": lambda: self.dispatch(EACH),
            None: lambda: self.sender_dies(by),
        }
        try:
            await others[by.other]()
        except Exception as error:
            if not is_connection_fault(error):
                raise
            await others[by.other]()

    # What features and the dispatcher do.

    async def plan(self, chats: set[int], reasons: set[str], thing: Thing, source: int) -> None:
        """Plan, for each person; what the ledger holds already stays as it is."""
        values = {"kind": thing.kind, "due_at": thing.due_at, "stale_at": thing.stale_at, "source_id": source}
        async with transaction(self.sessions) as session:
            for chat in sorted(chats):
                await plan(session, self.ids[chat], self.now, *sorted(reasons), **values)
        for chat, reason in product(chats, reasons):
            self.promises.things.setdefault((chat, reason), replace(thing, takings=[], withdrawn=set(), leaving=set()))

    async def dispatch(self, composers: Mapping[str, Compose]) -> None:
        await dispatch_all(self.sessions, composers=composers, clock=lambda: self.now)

    async def expire(self) -> None:
        async with transaction(self.sessions) as session:
            await expire_calls(session, now=self.now)

    # What the sender does.

    def _start_sender(self) -> None:
        self.in_hand.clear()
        self._unreachable: Withdrawn = {}
        self.sender = Sender(
            Bot("1:x"), self.sessions, self.url, clock=lambda: self.now, on_unreachable=self._on_unreachable,
            on_moved=self._on_moved,
        )  # fmt: skip

    async def _on_unreachable(self, session: AsyncSession, chat_id: int, reason: str) -> None:
        await stop_unreachable(session, channel="telegram", chat_id=chat_id, reason=reason, now=self.now)
        self._unreachable = await self._withdrawn(session, Delivery.person_id == self.ids[chat_id], why="stopped")

    async def _on_moved(self, session: AsyncSession, chat_id: int, new_chat_id: int) -> None:
        raise AssertionError("nobody moves here")

    async def take_in_hand(self, by: Interruption | None = None, *, most: int = 4) -> None:
        """The sender takes what is due; when it dies at that, nothing of it has left."""

        async def take() -> list[OutboxCall]:
            async with transaction(self.sessions) as session:
                due = await due_calls(session, now=self.now, limit=most)
                ours = await mark_sending(session, [call.id for call in due])
            return [call for call in due if call.id in ours]

        try:
            taken = await self.interrupted(take(), by)
        except Crash:
            await self.sender_dies(by)
            return
        for call in taken:
            call.attempts += 1
            self.in_hand[call.id] = call

    async def answer(self, call: OutboxCall, outcome: str, by: Interruption | None = None) -> None:
        """Telegram answers, in its way, one call that the sender has in its hands, and that is recorded."""
        self.in_hand.pop(call.id)
        takings: list[Taking] = []
        result: Outcome = NOT_TAKEN.get(outcome, Sent(call.id))
        if (stays := self.sender._reason_to_stay(call)) is not None:
            outcome, result = "stays", stays
        elif outcome in ("sent", "lost"):
            takings = self.promises.take(call.chat_id or 0, call, await self._told_by(call))
        if outcome in ("lost", "not_there"):
            self.promises.doubts[call.id] += 1
        if outcome == "refused":
            self.promises.refused.add(call.id)
        death = None
        try:
            await self.interrupted(self.sender._record_until_done(call, result), by)
        except Crash as crash:
            death = crash
        if death is None or death.is_done:
            self._note(call, outcome, takings)
        if death is not None:
            await self.sender_dies(by)

    def _note(self, call: OutboxCall, outcome: str, takings: list[Taking]) -> None:
        """What came of a call is recorded."""
        chat = call.chat_id or 0
        if outcome == "sent":
            self.promises.note(chat, takings)
        if outcome == "blocked":
            self.promises.blocked.add(chat)
            self.promises.withdraw("stopped", self._unreachable)
            self.promises.stop(chat, {one.id for one in self.in_hand.values() if one.chat_id == chat})
        self.promises.forget_what_was_leaving([call.id])

    async def _told_by(self, call: OutboxCall) -> list[str]:
        async with self.sessions() as session:
            return list(await session.scalars(select(Delivery.reason).where(Delivery.outbox_id == call.id)))

    async def sender_dies(self, by: Interruption | None = None) -> None:
        """Some of what it had in its hands has left, nobody knows which; the next sender treats all as doubts."""
        for rank, call in enumerate(self.in_hand.values()):
            if by is not None and rank in by.reached and call.expires_at > self.now:
                self.promises.take(call.chat_id or 0, call, await self._told_by(call))
        async with transaction(self.sessions) as session:
            self.promises.doubts.update(await session.scalars(_sending()))
            await settle_interrupted(session, now=self.now)
        self.promises.forget_what_was_leaving()
        self._start_sender()

    # What people do.

    @contextlib.asynccontextmanager
    async def _turn(self, chat: int) -> AsyncIterator[AsyncSession]:
        async with transaction(self.sessions) as session:
            await session.scalars(select(Person).where(Person.id == self.ids[chat]).with_for_update())
            yield session

    async def stop(self, chat: int) -> None:
        is_theirs = Delivery.person_id == self.ids[chat]
        async with self._turn(chat) as session:
            await stop_pushes(session, person_id=self.ids[chat], reason="asked", now=self.now)
            withdrawn = await self._withdrawn(session, is_theirs, why="stopped")
            leaving = set(await session.scalars(_sending(OutboxCall.chat_id == chat)))
        self.promises.withdraw("stopped", withdrawn)
        self.promises.stop(chat, leaving)

    async def write_again_and_resume(self, chat: int) -> None:
        async with transaction(self.sessions) as session:
            await person_of_chat(session, channel="telegram", chat_id=chat, telegram_language="fr", now=self.now)
            await resume_pushes(session, person_id=self.ids[chat], now=self.now)
        self.promises.resume(chat)

    async def mute(self, source: int) -> None:
        async with transaction(self.sessions) as session:
            await drop_due(session, Delivery.source_id == source, error="muted", now=self.now)
            withdrawn = await self._withdrawn(session, Delivery.source_id == source, why="muted")
        self.promises.withdraw("muted", withdrawn)

    async def _withdrawn(self, session: AsyncSession, *where: Any, why: str) -> Withdrawn:
        """Return what is open of what was just withdrawn, and by what of the sender's it may still be told."""
        is_open = or_(Delivery.status.in_(("due", "sending")), Delivery.error == why)
        query = select(Delivery.person_id, Delivery.reason, Delivery.status, OutboxCall.id, OutboxCall.status)
        query = query.outerjoin(OutboxCall, OutboxCall.id == Delivery.outbox_id).where(*where, is_open)
        withdrawn: Withdrawn = {}
        for person_id, reason, status, call_id, stands in await session.execute(query):
            assert status != "due", f"{reason} was withdrawn and is due"
            may_leave = status == stands == "sending"
            withdrawn[self.chats[person_id], reason] = {call_id} if may_leave else set()
        return withdrawn

    async def want_quiet_hours(self, chat: int, since: int, hours: int) -> None:
        """Wish for quiet hours that begin a little before or after this moment."""
        start = (self.now.astimezone(ZoneInfo(ZONES[chat])).hour + since) % 24
        end = (start + hours) % 24
        async with self._turn(chat) as session:
            await set_quiet_hours(session, person_id=self.ids[chat], start=start, end=end, now=self.now)
            leaving = set(await session.scalars(_sending(OutboxCall.chat_id == chat)))
        self.promises.wish(chat, start, end, leaving)

    # The end.

    async def come_to_rest(self, composers: Mapping[str, Compose]) -> None:
        """Let everything work as it should until nothing is left to do: each delivery was told or says why not."""
        self.promises.faults_end()
        for rank, call in enumerate(list(self.in_hand.values())):
            await self.answer(call, "sent" if rank % 2 else "later")
        for _ in range(MOST_ROUNDS):
            await self.dispatch(composers)
            await self._send_everything()
            if (later := await self._next_moment()) is None:
                break
            self.promises.now = max(self.now, later)
        await self._check_end()

    async def _send_everything(self) -> None:
        while True:
            await self.take_in_hand(most=100)
            if not self.in_hand:
                break
            for call in list(self.in_hand.values()):
                await self.answer(call, "sent")

    async def _next_moment(self) -> datetime | None:
        """Settle; return when something is to be done again, None when nothing is left."""
        async with transaction(self.sessions) as session:
            await settle(session, now=self.now)
            due = await session.scalar(select(func.min(Delivery.due_at)).where(Delivery.status == "due"))
            waiting = select(func.min(OutboxCall.not_before)).where(OutboxCall.status == "pending")
            moments = [due, await session.scalar(waiting)]
        return min((moment for moment in moments if moment is not None), default=None)

    async def _check_end(self) -> None:
        join = select(Delivery, OutboxCall).outerjoin(OutboxCall, OutboxCall.id == Delivery.outbox_id)
        async with self.sessions() as session:
            rows = (await session.execute(join)).all()
            calls = (await session.scalars(select(OutboxCall))).all()
            figures = await figures_of(session)
            repeated = await count_perhaps_repeated(session)
        assert {call.status for call in calls}.isdisjoint({"pending", "sending"})
        assert (figures.due, figures.sending, figures.total) == (0, 0, len(self.promises.things))
        told = {call.id: (call.created_at, delivery.settled_at) for delivery, call in rows if call is not None}
        for delivery, call in rows:
            chat = self.chats[delivery.person_id]
            moments = [told.get(one.id, (one.created_at,)) for one in calls if one.chat_id == chat]
            self.promises.check_end(chat, delivery, call, moments)
        assert repeated >= self.promises.repeats, "a repeat is not counted"


def _sending(*where: Any) -> Select[tuple[int]]:
    return select(OutboxCall.id).where(OutboxCall.status == "sending", *where)
