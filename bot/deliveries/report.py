"""What became of what was to be told: by language (of one campaign), or by day and kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries.models import Delivery
from bot.kit.clock import TOWN_ZONE
from bot.outbox.models import OutboxCall
from bot.profiles.models import Person
from bot.profiles.service import language_of

STALE = "stale"


@dataclass
class Figures:
    """How many deliveries stand where; each is counted once, except that `repeated` are some of `sent`.

    Attributes:
        due: not written yet, or due again.
        sending: a message of the outbox carries it.
        sent: Telegram took it.
        blocked: the person cannot be reached.
        failed: refused by Telegram.
        expired: dropped because it became stale.
        uncertain: Telegram's answer was lost, and it was not tried again.
        repeated: sent after an answer was lost: it may have arrived twice.
        dropped: withdrawn, by why: stopped, cancelled, muted, gone.
    """

    due: int = 0
    sending: int = 0
    sent: int = 0
    blocked: int = 0
    failed: int = 0
    expired: int = 0
    uncertain: int = 0
    repeated: int = 0
    dropped: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many deliveries were planned."""
        counted = self.due + self.sending + self.sent + self.blocked + self.failed + self.expired + self.uncertain
        return counted + sum(self.dropped.values())

    def add(self, status: str, error: str | None, count: int, repeated: int) -> None:
        """Count some deliveries that stand at the same place."""
        self.repeated += repeated
        if status != "dropped":
            setattr(self, status, getattr(self, status) + count)
        elif error == STALE:
            self.expired += count
        else:
            why = error or "dropped"
            self.dropped[why] = self.dropped.get(why, 0) + count

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {**vars(self), "dropped": dict(self.dropped), "total": self.total}


def sum_of(parts: Iterable[Figures]) -> Figures:
    """Return the figures of several parts together."""
    whole = Figures()
    for part in parts:
        for name, value in vars(part).items():
            if name != "dropped":
                setattr(whole, name, getattr(whole, name) + value)
        for why, count in part.dropped.items():
            whole.dropped[why] = whole.dropped.get(why, 0) + count
    return whole


async def report_by_language(session: AsyncSession, *where: Any) -> Mapping[str, Figures]:
    """Return the figures of the deliveries that fulfil `where`, such as those of one campaign, by people's language."""
    language = language_of().label("language")
    query = _counted(language).join(Person, Person.id == Delivery.person_id).where(*where).order_by(language)
    report: dict[str, Figures] = {}
    for row in (await session.execute(query)).all():
        report.setdefault(row.language, Figures()).add(row.status, row.error, row.number, row.repeated)
    return report


async def report_by_day(
    session: AsyncSession, *, since: datetime, until: datetime
) -> Mapping[tuple[date, str], Figures]:
    """Return the figures by day and kind, the days being those (of the town) on which the deliveries were planned.

    Args:
        session: the transaction.
        since: planned at this moment or later.
        until: planned before this moment.
    """
    day = cast(func.timezone(str(TOWN_ZONE), Delivery.created_at), Date).label("day")
    query = _counted(day, Delivery.kind).where(Delivery.created_at >= since, Delivery.created_at < until)
    report: dict[tuple[date, str], Figures] = {}
    for row in (await session.execute(query.order_by("day", Delivery.kind))).all():
        report.setdefault((row.day, row.kind), Figures()).add(row.status, row.error, row.number, row.repeated)
    return report


def _counted(*by: Any) -> Any:
    is_repeated = (Delivery.status == "sent") & (OutboxCall.doubts > 0)
    numbers = (func.count().label("number"), func.count().filter(is_repeated).label("repeated"))
    return (
        select(*by, Delivery.status, Delivery.error, *numbers)
        .outerjoin(OutboxCall, OutboxCall.id == Delivery.outbox_id)
        .group_by(*by, Delivery.status, Delivery.error)
    )
