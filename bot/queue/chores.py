"""What a chore is: a task of the queue with its clock times, and the silence after which something is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

# A chore of a clock time is missed when it has not run an hour after it; one of an interval after three of them and
# a minute.
CLOCK_GRACE = timedelta(hours=1)
INTERVAL_GRACE = timedelta(minutes=1)
_INTERVALS = 3
_FREQUENT = timedelta(hours=1)
_LOOK_BACK = (timedelta(hours=25), timedelta(days=8), timedelta(days=32))


@dataclass(frozen=True)
class Chore:
    """A task and its clock times.

    Attributes:
        task: name of the queue's task.
        trigger: when it is enqueued.
        at_start: also when the scheduler starts.
    """

    task: str
    trigger: BaseTrigger
    at_start: bool = False

    @property
    def interval(self) -> timedelta | None:
        """The time between two runs, None for a chore that has clock times."""
        if not isinstance(self.trigger, IntervalTrigger):
            return None
        interval: timedelta = self.trigger.interval
        return interval

    @property
    def is_frequent(self) -> bool:
        """Whether it runs several times an hour, so that most of its runs are not worth remembering."""
        return self.interval is not None and self.interval < _FREQUENT

    def last_slot(self, now: datetime) -> datetime | None:
        """Return the latest clock time that is not after `now`; None for an interval, which has none."""
        if self.interval is not None:
            return None
        for window in _LOOK_BACK:
            found: datetime | None = None
            moment = now - window
            while (slot := self.trigger.get_next_fire_time(None, moment)) is not None and slot <= now:
                found, moment = slot, slot + timedelta(seconds=1)
            if found is not None:
                return found
        return None

    def next_after(self, last_run: datetime | None, now: datetime) -> datetime | None:
        """Return its next clock time, or for an interval the moment one interval after `last_run`."""
        if self.interval is None:
            slot: datetime | None = self.trigger.get_next_fire_time(None, now)
            return slot
        return last_run + self.interval if last_run else None

    def needed_since(self, now: datetime) -> datetime | None:
        """Return the moment since which it must have run by `now`, or None when it never had to."""
        if self.interval is not None:
            return now - _INTERVALS * self.interval - INTERVAL_GRACE
        return self.last_slot(now - CLOCK_GRACE)
