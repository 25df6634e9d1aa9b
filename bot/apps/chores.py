"""The tasks behind the scheduler's clock times, each in the feature that knows how; gathered here for the worker."""

from __future__ import annotations

from collections.abc import Mapping

import procrastinate

from bot.alerts.tasks import alerts_tasks
from bot.apps.campaigns import too_young
from bot.apps.scheduler import list_chores
from bot.campaigns.tasks import campaigns_tasks
from bot.catalogue.tasks import catalogue_tasks
from bot.conversation.erasure import conversation_tasks
from bot.db.service import Sessions
from bot.deliveries.service import Compose
from bot.deliveries.tasks import deliveries_tasks
from bot.followups.tasks import followups_tasks
from bot.inbox.retention import retention_tasks
from bot.kit.clock import Clock
from bot.outbox.tasks import outbox_tasks
from bot.queue.history import record_runs
from bot.queue.tasks import queue_tasks
from bot.transcripts.tasks import transcripts_tasks


def register_chores(
    queue: procrastinate.App, sessions: Sessions, *, composers: Mapping[str, Compose], clock: Clock
) -> None:
    """Give a worker's queue the chores that `bot.apps.scheduler` enqueues, each with its runs written down.

    Args:
        queue: of the worker.
        sessions: where the chores open their transactions.
        composers: who writes the messages of each kind of delivery, see `bot.apps.pushing`.
        clock: tells the time.
    """
    chores = list_chores()
    frequent = frozenset(chore.task for chore in chores if chore.is_frequent)
    queue.add_tasks_from(alerts_tasks(sessions, clock=clock), namespace="alerts")
    queue.add_tasks_from(outbox_tasks(sessions, clock=clock), namespace="outbox")
    queue.add_tasks_from(retention_tasks(sessions, clock=clock), namespace="retention")
    queue.add_tasks_from(catalogue_tasks(sessions, clock=clock), namespace="catalogue")
    queue.add_tasks_from(transcripts_tasks(sessions, clock=clock), namespace="transcripts")
    queue.add_tasks_from(followups_tasks(sessions, clock=clock), namespace="followups")
    queue.add_tasks_from(conversation_tasks(sessions, clock=clock), namespace="conversation")
    queue.add_tasks_from(campaigns_tasks(sessions, too_young=too_young(), clock=clock), namespace="campaigns")
    queue.add_tasks_from(deliveries_tasks(sessions, composers=composers, clock=clock), namespace="deliveries")
    queue.add_tasks_from(queue_tasks(sessions, frequent=frequent, clock=clock), namespace="queue")
    record_runs(queue, (chore.task for chore in chores), sessions, clock=clock)
