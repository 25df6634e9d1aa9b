"""What Prometheus reads: the state of the work, counted in the database, and this process's own counters."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import REGISTRY, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.apps.scheduler import list_chores
from bot.outbox.service import count_perhaps_repeated
from bot.queue.history import chore_states

# name, help, label, query giving (label's value, number)
_COUNTS = (
    ("escale_inbox_updates", "Received updates by status", "status",
     "SELECT status, count(*) FROM inbox_update GROUP BY status"),
    ("escale_outbox_calls", "Outgoing calls by status; `uncertain` are those whose answer was lost", "status",
     "SELECT status, count(*) FROM outbox_call GROUP BY status"),
    ("escale_offers", "Offers by status", "status",
     "SELECT status, count(*) FROM offer GROUP BY status"),
    ("escale_jobs", "Jobs of the queue by status", "status",
     "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status"),
)  # fmt: skip
_AGES = (
    ("escale_inbox_oldest_seconds", "Age of the oldest update without an answer",
     "SELECT min(received_at) FROM inbox_update WHERE status = 'received'"),
    ("escale_deliveries_oldest_due_seconds", "Since when the oldest delivery is due and not written",
     "SELECT min(due_at) FROM delivery WHERE status = 'due' AND NOT is_held"),
    ("escale_outbox_oldest_seconds", "Age of the oldest call that is due and not made",
     "SELECT min(not_before) FROM outbox_call WHERE status = 'pending'"),
)  # fmt: skip


async def _count_deliveries(session: AsyncSession, registry: CollectorRegistry) -> None:
    gauge = Gauge("escale_deliveries", "Deliveries by kind and status", ["kind", "status"], registry=registry)
    query = "SELECT kind, status, count(*) FROM delivery GROUP BY kind, status"
    for kind, status, number in (await session.execute(text(query))).all():
        gauge.labels(kind, status).set(int(number))


async def _count_jobs(session: AsyncSession, registry: CollectorRegistry, now: datetime) -> None:
    words = "Whether a chore did not run well within its expected time"
    late = Gauge("escale_job_overdue", words, ["task"], registry=registry)
    words = "Seconds since a chore last ended well; absent when it never did"
    age = Gauge("escale_job_last_success_age_seconds", words, ["task"], registry=registry)
    for state in await chore_states(session, list_chores(), now=now):
        late.labels(state.task).set(float(state.is_overdue))
        if state.succeeded and state.succeeded.ended_at:
            age.labels(state.task).set((now - state.succeeded.ended_at).total_seconds())


async def render_metrics(session: AsyncSession, *, now: datetime) -> bytes:
    """Return Prometheus' text: what the database counts, then this process's counters."""
    registry = CollectorRegistry()
    for name, words, label, query in _COUNTS:
        gauge = Gauge(name, words, [label], registry=registry)
        for value, number in (await session.execute(text(query))).all():
            gauge.labels(str(value)).set(int(number))
    for name, words, query in _AGES:
        oldest = (await session.execute(text(query))).scalar_one()
        Gauge(name, words, registry=registry).set(max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
    words = "Arrivals of messages that may be one too many: tries made again after Telegram's answer was lost"
    repeated = Gauge("escale_outbox_perhaps_repeated", words, registry=registry)
    repeated.set(await count_perhaps_repeated(session))
    await _count_deliveries(session, registry)
    await _count_jobs(session, registry, now)
    return generate_latest(registry) + generate_latest(REGISTRY)
