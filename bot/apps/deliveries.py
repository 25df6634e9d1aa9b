"""What the command line reads of the ledger, ready to print."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.db.service import open_engine, sessions_of
from bot.deliveries.report import report_by_day


async def read_report(database_url: str, *, days: int, kind: str | None, now: datetime) -> list[dict[str, Any]]:
    """Return what became of what was planned in the last `days` days: a row a day and kind, the latest day first."""
    engine = open_engine(database_url, pool_size=1)
    try:
        async with sessions_of(engine)() as session:
            report = await report_by_day(session, since=now - timedelta(days=days), until=now)
    finally:
        await engine.dispose()
    rows = [{"day": day, "kind": name, **figures.as_json()} for (day, name), figures in report.items()]
    return sorted((row for row in rows if kind in (None, row["kind"])), key=lambda row: row["day"], reverse=True)
