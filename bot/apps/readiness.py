"""What works at this moment: the parts that `/readyz`, `escale doctor` and `escale up` speak of."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.apps.rasa_process import rasa_base, read_health
from bot.apps.scheduler import list_chores
from bot.db.service import Sessions, transaction
from bot.kit.clock import Clock
from bot.kit.settings import Settings
from bot.queue.heartbeats import FRESH, read_signs
from bot.queue.history import overdue_chores

_DATABASE_SECONDS = 3.0
READY = "ready"
# Without these people are answered all the same; what is missing then, in words.
_DEGRADED = {"rasa": "simple mode", "batch": "no chores", "jobs": "chores are late"}


@dataclass(frozen=True)
class Part:
    """One part of the installation.

    Attributes:
        state: "ready", or what it is instead: "away", "behind", "loading", "silent", "late".
        detail: more, for people.
    """

    state: str
    detail: str = ""


@dataclass(frozen=True)
class Readiness:
    """The parts by name."""

    parts: dict[str, Part]

    @property
    def is_ready(self) -> bool:
        """Whether all parts answer."""
        return all(part.state == READY for part in self.parts.values())

    @property
    def summary(self) -> str:
        """One phrase: ready, degraded (people are answered, something else is missing), or not ready."""
        if self.is_ready:
            return "ready"
        missing = [name for name, part in self.parts.items() if part.state != READY]
        if set(missing) <= _DEGRADED.keys():
            return f"degraded: {', '.join(_DEGRADED[name] for name in missing)}"
        return f"not ready: {', '.join(missing)}"


async def read_readiness(sessions: Sessions, settings: Settings, *, newest_revision: str, clock: Clock) -> Readiness:
    """Ask every part how it is, for three seconds at the most."""
    rasa = asyncio.create_task(asyncio.to_thread(read_health, rasa_base(settings), settings.secret_for_rasa()))
    try:
        async with asyncio.timeout(_DATABASE_SECONDS), transaction(sessions) as session:
            parts = await _read_parts(session, settings, newest_revision=newest_revision, now=clock())
    except Exception as error:
        parts = {"database": Part("away", type(error).__name__)}
    parts["rasa"] = _rasa_part(await rasa)
    return Readiness(parts)


async def _read_parts(
    session: AsyncSession, settings: Settings, *, newest_revision: str, now: datetime
) -> dict[str, Part]:
    parts = {"database": Part(READY)}
    revision = await _read_revision(session)
    if revision != newest_revision:
        parts["migrations"] = Part("behind", f"{revision or 'empty'}, newest {newest_revision}: escale migrate")
        return parts
    parts["migrations"] = Part(READY, revision)
    signs = await read_signs(session)
    for name in ("worker", "batch", "scheduler", *(("sender",) if settings.has_telegram else ())):
        sign = signs.get(name)
        parts[name] = _sign_part(sign.at if sign else None, now, detail=sign.detail if sign else "")
    overdue = [state.task for state in await overdue_chores(session, list_chores(), now=now)]
    parts["jobs"] = Part("late", f"{', '.join(overdue)}: escale jobs") if overdue else Part(READY)
    return parts


async def _read_revision(session: AsyncSession) -> str:
    known = (await session.execute(text("SELECT to_regclass('alembic_version')"))).scalar_one()
    if known is None:
        return ""
    return str((await session.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none() or "")


def _sign_part(at: datetime | None, now: datetime, *, detail: str = "") -> Part:
    if at is None:
        return Part("silent", "never seen")
    age = (now - at).total_seconds()
    return Part(READY, detail) if age < FRESH.total_seconds() else Part("silent", f"last sign {age:.0f} s ago")


def _rasa_part(health: dict[str, str] | None) -> Part:
    if health is None:
        return Part("away", "does not answer")
    is_ready = health.get("status") == "ok"
    return Part(READY, health.get("model", "")) if is_ready else Part("loading", health.get("status", ""))
