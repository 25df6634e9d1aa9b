"""The small model beside the ledger's machine: what was planned, wished and taken, and what is promised of it.

It knows nothing of the house but what people see: it works out by itself when they rest, and what must end how.

- A person is told a thing once, when it is due, in none of their rest, and not after it was withdrawn (but for what was
  leaving at that moment); again only after an answer was lost, and never a campaign.
- Nobody gets more messages a day than they want.
- In the end each thing was told, or stands as what it is, with a reason that really was one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

from bot.deliveries.models import Delivery
from bot.outbox.models import OutboxCall

ZONES = {1: "Europe/Paris", 2: "America/Toronto", 3: "Asia/Beirut"}
_COUNTRIES = {1: ("FR", None), 2: ("CA", "QC"), 3: ("LB", None)}
MOST_A_DAY = 3
MOST_DOUBTS = 5  # after so many lost answers a message that is no campaign's is not tried again
LONGEST_DAY = timedelta(hours=26)
_QUARTER = timedelta(minutes=15)


@dataclass
class Taking:
    """Telegram took a thing; `is_noted` when its answer came through and was recorded."""

    call_id: int
    is_noted: bool = False


@dataclass
class Thing:
    """One thing to tell one person.

    Attributes:
        takings: each time that Telegram took it.
        withdrawn: why it was, each time that it was.
        leaving: the messages that were leaving with it when it was withdrawn first.
    """

    kind: str
    due_at: datetime
    stale_at: datetime
    takings: list[Taking] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)
    leaving: set[int] = field(default_factory=set)


@dataclass
class Wish:
    """Quiet hours from `since` on, in hours of the person's clock."""

    since: datetime
    quiet_from: int = 21
    quiet_until: int = 8


@dataclass
class Stop:
    """A time without messages; `leaving` are those that were leaving when it began."""

    since: datetime
    leaving: set[int]
    until: datetime | None = None


@cache
def _holidays(chat: int) -> set[date]:
    country, subdivision = _COUNTRIES[chat]
    return set(country_holidays(country, subdiv=subdivision, years=2026))


class Promises:
    """What happened on the other side, checked as it happens."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.things: dict[tuple[int, str], Thing] = {}
        self.wishes = {chat: [Wish(now)] for chat in ZONES}
        self.stops: dict[int, list[Stop]] = {chat: [] for chat in ZONES}
        self.by_day: Counter[tuple[int, date]] = Counter()
        self.in_time: set[int] = set()  # messages that were leaving when their person wished for other hours
        self.doubts: Counter[int] = Counter()
        self.repeats = 0  # messages taken that told something again
        self.refused: set[int] = set()
        self.blocked: set[int] = set()

    # What people want.

    def withdraw(self, why: str, things: Mapping[tuple[int, str], set[int]]) -> None:
        """These must not be told any more, but by what was leaving the first time."""
        for key, leaving in things.items():
            thing = self.things[key]
            if not thing.withdrawn:
                thing.leaving = leaving
            thing.withdrawn.add(why)

    def stop_of(self, chat: int) -> Stop | None:
        """Return the stop that holds now."""
        return next((stop for stop in self.stops[chat] if stop.until is None), None)

    def stop(self, chat: int, leaving: set[int]) -> None:
        if self.stop_of(chat) is None:
            self.stops[chat].append(Stop(self.now, leaving))

    def resume(self, chat: int) -> None:
        if stop := self.stop_of(chat):
            stop.until = self.now

    def wish(self, chat: int, quiet_from: int, quiet_until: int, leaving: set[int]) -> None:
        self.wishes[chat].append(Wish(self.now, quiet_from, quiet_until))
        self.in_time |= leaving

    def forget_what_was_leaving(self, call_ids: Iterable[int] | None = None) -> None:
        """These messages (all: None) had their one chance."""
        thinglike: list[Thing | Stop] = [
            *self.things.values(),
            *(one for stops in self.stops.values() for one in stops),
        ]
        for leaving in (self.in_time, *(one.leaving for one in thinglike)):
            leaving.difference_update(list(leaving) if call_ids is None else call_ids)

    def is_resting(self, chat: int, moment: datetime, wish: Wish | None = None) -> bool:
        """Say whether a person's clock shows quiet hours, or a holiday, by what they wish for (last)."""
        wish = wish or self.wishes[chat][-1]
        local = moment.astimezone(ZoneInfo(ZONES[chat]))
        length = (wish.quiet_until - wish.quiet_from) % 24
        return (local.hour - wish.quiet_from) % 24 < length or local.date() in _holidays(chat)

    def next_edge(self, chat: int, *, is_end: bool) -> datetime:
        """Return when a person's next rest ends or begins; now, when they have none."""
        moment = self.now.replace(minute=0, second=0)
        was_resting = self.is_resting(chat, self.now)
        for _ in range(200):
            moment += _QUARTER
            is_resting = self.is_resting(chat, moment)
            if moment > self.now and is_resting != was_resting and was_resting == is_end:
                return moment
            was_resting = is_resting
        return self.now

    # What Telegram does.

    def take(self, chat: int, call: OutboxCall, reasons: Sequence[str]) -> list[Taking]:
        """Telegram takes a message; return its takings, for the note that it was sent."""
        assert reasons, "a message that the ledger knows nothing of"
        if stop := self.stop_of(chat):
            assert call.id in stop.leaving, "sent after a stop"
        elif call.id not in self.in_time:
            assert not self.is_resting(chat, self.now), f"sent in the rest of {ZONES[chat]}"
        takings = []
        self.repeats += any(self.things[chat, reason].takings for reason in reasons)
        for reason in reasons:
            thing = self.things[chat, reason]
            assert not thing.withdrawn or call.id in thing.leaving, f"{reason} was told after it was withdrawn"
            assert thing.due_at <= self.now < thing.stale_at, f"{reason} was told too early or too late"
            assert not any(taking.is_noted for taking in thing.takings), f"{reason} was told twice"
            assert thing.kind != "campaign" or not thing.takings, f"{reason}, a campaign, was told twice"
            takings.append(Taking(call.id))
            thing.takings.append(takings[-1])
        return takings

    def note(self, chat: int, takings: Sequence[Taking]) -> None:
        """The house knows that this message was taken."""
        for taking in takings:
            taking.is_noted = True
        day = self.now.astimezone(ZoneInfo(ZONES[chat])).date()
        self.by_day[chat, day] += 1
        assert self.by_day[chat, day] <= MOST_A_DAY, f"more messages a day than {MOST_A_DAY}"

    # The end.

    def faults_end(self) -> None:
        """From now on all works as it should."""
        self.faults_ended = self.now

    def check_end(
        self, chat: int, delivery: Delivery, call: OutboxCall | None, told: Sequence[tuple[datetime, ...]]
    ) -> None:
        """Check how one delivery ended; `told` says when each message to that person was written and settled."""
        thing = self.things[chat, delivery.reason]
        says = f"{delivery.reason} is {delivery.status} ({delivery.error})"
        is_noted = any(taking.is_noted for taking in thing.takings)
        assert is_noted == (delivery.status == "sent"), f"{says}, taken: {thing.takings}"
        match delivery.status:
            case "sent":
                assert call is not None
                assert len(thing.takings) == 1 or call.doubts > 0, f"{says} and its repeat is not counted"
            case "dropped":
                assert self._may_be_dropped(chat, thing, delivery, told), f"{says} without a reason"
            case "blocked":
                assert chat in self.blocked, says
            case "failed":
                assert call is not None and call.id in self.refused, says  # noqa: PT018
            case "uncertain":
                assert call is not None
                assert self.doubts[call.id] >= (1 if thing.kind == "campaign" else MOST_DOUBTS), says
            case _:
                raise AssertionError(says)

    def _may_be_dropped(
        self, chat: int, thing: Thing, delivery: Delivery, told: Sequence[tuple[datetime, ...]]
    ) -> bool:
        at = delivery.settled_at
        assert at is not None
        match delivery.error:
            case "muted":
                return "muted" in thing.withdrawn
            case "stopped":
                was_stopped = any(
                    one.since <= at and (one.until is None or at <= one.until) for one in self.stops[chat]
                )
                return "stopped" in thing.withdrawn or was_stopped
            case "stale" if at >= thing.stale_at:
                return not self._had_time(chat, thing)
            case "stale":
                held = [one for one in self.wishes[chat] if one.since <= at]
                return any(self._would_be_late(chat, thing, at, wish, told) for wish in held)
        return False

    def _had_time(self, chat: int, thing: Thing) -> bool:
        """Say whether a thing could be told after the last fault: to somebody who wants it, for days enough for all."""
        of_theirs = sum(who == chat for who, _ in self.things)
        days = timedelta(days=4 + of_theirs // MOST_A_DAY)
        return thing.stale_at > self.faults_ended + days and not self.stop_of(chat) and not thing.withdrawn

    def _would_be_late(
        self, chat: int, thing: Thing, at: datetime, wish: Wish, told: Sequence[tuple[datetime, ...]]
    ) -> bool:
        """Say whether what was dropped before its end could not be told any more: rest, or a full day and then rest."""
        zone = ZoneInfo(ZONES[chat])
        today = at.astimezone(zone).date()
        is_full = sum(any(at - LONGEST_DAY <= moment <= at for moment in one) for one in told) >= MOST_A_DAY
        moment = at
        while moment < thing.stale_at:
            is_open = not self.is_resting(chat, moment, wish)
            if is_open and not (is_full and moment.astimezone(zone).date() == today):
                return False
            moment = datetime.fromtimestamp((moment.timestamp() // 900 + 1) * 900, UTC)
        return True
