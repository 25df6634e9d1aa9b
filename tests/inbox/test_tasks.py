"""One update is answered once, whatever happens in the middle: F32 and the rules of the job."""

from __future__ import annotations

import asyncio
from datetime import datetime

import psycopg
import pytest
import sqlalchemy.exc
from procrastinate import testing
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.service import Sessions, transaction
from bot.inbox.models import InboxUpdate
from bot.inbox.service import MOST_INTERRUPTIONS, accept_update
from bot.inbox.tasks import TransientFaultError, answer_once, inbox_tasks
from bot.outbox.service import enqueue_call
from bot.queue.service import open_queue
from tests.fixtures.updates import message
from tests.outbox.pushes import count_by_status


class Conversation:
    """Counts its turns, and fails as told."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error, self.turns, self.apologies = error, 0, list[str]()

    async def answer(self, session: AsyncSession, row: InboxUpdate) -> None:
        self.turns += 1
        await enqueue_call(
            session, channel="telegram", chat_id=7, method="send_message", params={}, now=row.received_at
        )
        if self.error:
            raise self.error

    async def apologise(self, _session: AsyncSession, _row: InboxUpdate, incident: str) -> None:
        self.apologies.append(incident)


@pytest.fixture
async def inbox_id(sessions: Sessions, database_url: str, now: datetime) -> int:
    async with transaction(sessions) as session:
        stored = await accept_update(session, open_queue(database_url), message(5), channel="telegram", now=now)
    assert stored is not None
    return stored


async def run(sessions: Sessions, inbox_id: int, talk: Conversation, now: datetime) -> None:
    await answer_once(sessions, inbox_id, answer=talk.answer, apologise=talk.apologise, clock=lambda: now)


async def status(sessions: Sessions, inbox_id: int) -> str:
    async with sessions() as session:
        return (await session.get_one(InboxUpdate, inbox_id)).status


async def test_two_jobs_for_one_update_answer_it_once(sessions: Sessions, inbox_id: int, now: datetime) -> None:
    talk = Conversation()
    await asyncio.gather(*(run(sessions, inbox_id, talk, now) for _ in range(4)))
    assert (talk.turns, await status(sessions, inbox_id)) == (1, "done")


async def test_an_unforeseen_error_undoes_the_turn_and_apologises(
    sessions: Sessions, inbox_id: int, now: datetime
) -> None:
    talk = Conversation(ZeroDivisionError())
    await run(sessions, inbox_id, talk, now)
    assert (await status(sessions, inbox_id), len(talk.apologies)) == ("dead", 1)
    async with sessions() as session:
        assert await count_by_status(session) == {}


async def test_a_database_fault_leaves_the_update_to_the_next_try(
    sessions: Sessions, inbox_id: int, now: datetime
) -> None:
    fault = sqlalchemy.exc.OperationalError("", {}, Exception())
    with pytest.raises(sqlalchemy.exc.OperationalError):
        await run(sessions, inbox_id, Conversation(fault), now)
    assert await status(sessions, inbox_id) == "received"
    await run(sessions, inbox_id, Conversation(), now)
    assert await status(sessions, inbox_id) == "done"


async def test_an_update_that_takes_the_database_too_long_is_given_up_and_holds_up_its_chat_no_longer(
    sessions: Sessions, inbox_id: int, now: datetime
) -> None:
    fault = sqlalchemy.exc.OperationalError("", {}, psycopg.errors.QueryCanceled())
    talk = Conversation(fault)
    await run(sessions, inbox_id, talk, now)
    assert (await status(sessions, inbox_id), len(talk.apologies)) == ("dead", 1)


async def test_an_update_that_kills_its_workers_is_given_up(sessions: Sessions, inbox_id: int, now: datetime) -> None:
    async with transaction(sessions) as session:
        (await session.get_one(InboxUpdate, inbox_id)).attempts = MOST_INTERRUPTIONS
    talk = Conversation()
    await run(sessions, inbox_id, talk, now)
    assert (talk.turns, len(talk.apologies), await status(sessions, inbox_id)) == (0, 1, "dead")


@pytest.mark.parametrize(
    "error", [asyncio.CancelledError(), ConnectionResetError(), sqlalchemy.exc.OperationalError("", {}, Exception())]
)
async def test_a_job_that_was_cut_short_is_tried_again(
    sessions: Sessions, inbox_id: int, now: datetime, error: BaseException
) -> None:
    talk = Conversation(error)
    tasks = inbox_tasks(sessions, answer=talk.answer, apologise=talk.apologise, clock=lambda: now)
    queue = open_queue("postgresql://nowhere/x").with_connector(testing.InMemoryConnector())
    queue.add_tasks_from(tasks, namespace="inbox")
    with pytest.raises(TransientFaultError):
        await queue.tasks["inbox:answer"](inbox_id=inbox_id)
    assert await status(sessions, inbox_id) == "received"
