"""Looks at waiting jobs from outside a worker."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def drop_waiting_job(session: AsyncSession, task: str, *, key: str, value: int) -> int:
    """Delete the jobs of `task` whose argument `key` is `value` and that no worker has begun; return how many.

    In the transaction that enqueued them, no worker ever sees them.
    """
    result = await session.execute(
        text(
            "DELETE FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo'"
            " AND (args->>:key)::bigint = :value RETURNING id"
        ),
        {"task": task, "key": key, "value": value},
    )
    return len(result.all())
