"""What the command line reads of the ledger, ready to print."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.apps.sessions import session_on
from bot.deliveries.service import report_by_day


async def read_report(database_url: str, *, days: int, kind: str | None, now: datetime) -> list[dict[str, Any]]:
    """Return what became of what was planned in the last `days` days: a row a day and kind, the latest day first."""
    async with session_on(database_url) as session:
        report = await report_by_day(session, since=now - timedelta(days=days), until=now)
    rows = [{"day": day, "kind": name, **figures.as_json()} for (day, name), figures in report.items()]
    return sorted((row for row in rows if kind in (None, row["kind"])), key=lambda row: row["day"], reverse=True)
