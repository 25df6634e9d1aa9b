"""Plans what kept offers bring by themselves: reminders of a deadline or a step, and "as-tu postulé ?".

Everything is one statement a kind, and writes again nothing that the ledger holds: a run that was missed is caught up
by the next one, as long as the thing is worth telling. All of it is due at ten in the morning of the person's own day.

- A **reminder** comes seven days and one day before the deadline. The first is worth telling until the third day
  before, the second until the deadline has passed, in the person's zone and in the town's. Its reason holds the
  deadline: when that moves, the reminders of the old day are withdrawn and the new day has its own. The last one may
  go beyond the messages that the person wants in a day.
- A **step** of a departure plan comes two days before its day, and is worth telling until that day ends.
- The **question** comes once for each offer: the day after the deadline, or ten days after it was kept when the offer
  has no deadline.

Nobody is reminded of what had come due before they kept the offer or made the plan: they have just read it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.deliveries.models import Delivery
from bot.deliveries.service import LIFETIMES, drop_due
from bot.kit.clock import TOWN_ZONE, local_day

# What comes due this soon is written; the plan is made every hour.
_AHEAD = timedelta(hours=2)
_INTO = "INSERT INTO delivery (person_id, kind, reason, offer_id, details, status, due_at, stale_at, created_at)"
# What was withdrawn and holds again (kept again, open again, told again) is due again.
_AGAIN = """
ON CONFLICT (person_id, offer_id, reason) DO UPDATE
SET status = 'due', error = NULL, settled_at = NULL, due_at = excluded.due_at, stale_at = excluded.stale_at
WHERE delivery.status = 'dropped' AND delivery.error IN ('gone', 'muted', 'stopped', 'cancelled')
RETURNING delivery.id
"""


def _inserting(selection: str) -> TextClause:
    return text("\n".join((_INTO, selection, _AGAIN)))


_REMINDERS = _inserting("""
SELECT k.person_id, 'reminder', 'deadline:' || d.days || ':' || to_char(o.deadline, 'YYYY-MM-DD'), o.id,
  CASE d.days WHEN 1 THEN '{"urgent": true}'::jsonb ELSE '{}'::jsonb END, 'due', t.due_at, t.stale_at, :now
FROM offer AS o
JOIN saved_offer AS k ON k.offer_id = o.id
JOIN push_preferences AS p ON p.person_id = k.person_id
CROSS JOIN (VALUES (7, -2), (1, 1)) AS d (days, stale_days)
CROSS JOIN LATERAL (SELECT (o.deadline - d.days + time '10:00') AT TIME ZONE p.time_zone AS due_at,
  least((o.deadline + d.stale_days)::timestamp AT TIME ZONE p.time_zone,
        (o.deadline + 1)::timestamp AT TIME ZONE :town) AS stale_at) AS t
WHERE o.status = 'published' AND o.deadline BETWEEN cast(:today AS date) - 1 AND cast(:today AS date) + 9
  AND (k.application IS NULL OR k.application = 'not_yet') AND k.saved_at < t.due_at
  AND p.follows_kept AND p.stopped_at IS NULL AND t.due_at <= :soon AND t.stale_at > :now
""")

_QUESTIONS = _inserting("""
SELECT k.person_id, 'question', 'applied', o.id, '{}', 'due', t.due_at, t.stale_at, :now
FROM saved_offer AS k
JOIN offer AS o ON o.id = k.offer_id
JOIN push_preferences AS p ON p.person_id = k.person_id
CROSS JOIN LATERAL (SELECT (coalesce(o.deadline + 1, (k.saved_at AT TIME ZONE p.time_zone)::date + 10)
  + time '10:00') AT TIME ZONE p.time_zone AS due_at) AS asked
CROSS JOIN LATERAL (SELECT asked.due_at, asked.due_at + cast(:lifetime AS interval) AS stale_at) AS t
WHERE o.status IN ('published', 'expired') AND k.application IS NULL AND k.saved_at < t.due_at
  AND p.follows_kept AND p.stopped_at IS NULL AND t.due_at <= :soon AND t.stale_at > :now
""")

_STEPS = _inserting("""
SELECT s.person_id, 'step', 'step:' || s.step || ':' || to_char(s.due_on, 'YYYY-MM-DD'), s.offer_id, '{}', 'due',
  t.due_at, t.stale_at, :now
FROM departure_step AS s
JOIN departure_plan AS m ON m.person_id = s.person_id AND m.offer_id = s.offer_id
JOIN saved_offer AS k ON k.person_id = s.person_id AND k.offer_id = s.offer_id
JOIN push_preferences AS p ON p.person_id = s.person_id
CROSS JOIN LATERAL (SELECT (s.due_on - 2 + time '10:00') AT TIME ZONE p.time_zone AS due_at,
  (s.due_on + 1)::timestamp AT TIME ZONE p.time_zone AS stale_at) AS t
WHERE s.done_at IS NULL AND s.due_on BETWEEN cast(:today AS date) - 1 AND cast(:today AS date) + 4
  AND (k.application IS NULL OR k.application NOT IN ('refused', 'gave_up')) AND m.created_at < t.due_at
  AND p.follows_kept AND p.stopped_at IS NULL AND t.due_at <= :soon AND t.stale_at > :now
""")

# What waits in the ledger and does not hold any more, by kind.
_HOLDS_NO_MORE = {
    "reminder": text("""NOT EXISTS (
      SELECT 1 FROM saved_offer AS k JOIN offer AS o ON o.id = k.offer_id
      WHERE k.person_id = delivery.person_id AND k.offer_id = delivery.offer_id
        AND o.status = 'published' AND (k.application IS NULL OR k.application = 'not_yet')
        AND split_part(delivery.reason, ':', 3) = to_char(o.deadline, 'YYYY-MM-DD'))"""),
    "question": text("""NOT EXISTS (
      SELECT 1 FROM saved_offer AS k JOIN offer AS o ON o.id = k.offer_id
      WHERE k.person_id = delivery.person_id AND k.offer_id = delivery.offer_id
        AND o.status IN ('published', 'expired') AND k.application IS NULL
        AND (o.deadline IS NULL OR o.deadline < cast(:today AS date)))"""),
    "step": text("""NOT EXISTS (
      SELECT 1 FROM departure_step AS s
      WHERE s.person_id = delivery.person_id AND s.offer_id = delivery.offer_id AND s.done_at IS NULL
        AND delivery.reason = 'step:' || s.step || ':' || to_char(s.due_on, 'YYYY-MM-DD'))"""),
}


async def plan_followups(session: AsyncSession, *, now: datetime) -> dict[str, int]:
    """Withdraw what does not hold any more and write what comes due; return how many of each kind are new."""
    today = local_day(now)
    for kind, is_over in _HOLDS_NO_MORE.items():
        bound = is_over.bindparams(today=today) if kind == "question" else is_over
        await drop_due(session, Delivery.kind == kind, bound, error="gone", now=now)
    shared: dict[str, object] = {"now": now, "soon": now + _AHEAD}
    planned: dict[str, tuple[TextClause, dict[str, object]]] = {
        "reminder": (_REMINDERS, {**shared, "today": today, "town": TOWN_ZONE.key}),
        "question": (_QUESTIONS, {**shared, "lifetime": LIFETIMES["question"]}),
        "step": (_STEPS, {**shared, "today": today}),
    }
    counts: dict[str, int] = {}
    for kind, (statement, values) in planned.items():
        counts[kind] = len((await session.execute(statement, values)).all())
    return counts
