"""A broadcast while people chat: our campaign through ledger and sender, beside python-telegram-bot's loop.

On both sides 3,000 chats get the same text and, meanwhile, other chats get answers at two a second, all within the
limits that the double of the Bot API keeps as Telegram does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from benchmarks.figures import Figure, at_least, at_most, percentile, shown
from benchmarks.house import running_double_process
from benchmarks.processes import run_to_end, started
from bot.campaigns.files import CampaignDraft
from bot.campaigns.service import compose_campaigns, create_campaign, report_campaign, schedule_campaign
from bot.campaigns.tasks import run_campaigns
from bot.db.embedded import EmbeddedServer
from bot.db.service import Sessions, open_engine, sessions_of, transaction
from bot.deliveries.models import PushPreferences
from bot.deliveries.tasks import dispatch_all
from bot.kit.clock import utc_now
from bot.migrations.service import migrate
from bot.outbox.service import enqueue_call
from bot.profiles.models import Person
from tests.fixtures.bot_api import TOKEN, FakeTelegram

CHATS, QUICK_CHATS = 3000, 300
TEXT = "<b>Forum des départs</b> mercredi à 14 h : viens rencontrer celles et ceux qui sont partis."
ANSWER = "Voici deux stages en Espagne."
FIRST_ANSWERED = 1_000_000  # chats from here on are those of people who chat
EVERY = 0.5  # seconds between two answers
_LIMIT = 30.0
_LEAST, _SLOWEST = 0.95 * _LIMIT, 1.0
_EVERY_DISPATCH = 15.0  # as the scheduler does
_CAMPAIGN = CampaignDraft(name="Forum", texts={"fr": TEXT})
_NOBODY = select(Person.id).where(Person.id < 0)


@dataclass(frozen=True)
class Broadcast:
    """What came of one broadcast.

    Attributes:
        per_second: messages that Telegram took each second from the first of the broadcast to its last, answers
            included: the limit counts them all.
        waits: seconds from wanting an answer until Telegram took it.
        refused: 429s.
        peak: the most messages taken within one second.
        taken: chats that got the broadcast, once each when `doubles` is 0.
    """

    per_second: float
    waits: Sequence[float]
    refused: int
    peak: int
    taken: int
    doubles: int


def measure_broadcast(folder: Path, *, chats: int = CHATS) -> list[Figure]:
    """Return the figures of a broadcast, ours and the peer's, one after the other on doubles of their own."""
    data = folder / "broadcast"
    data.mkdir(mode=0o755)
    with running_double_process(folder) as url:
        ours = asyncio.run(_broadcast_ours(data, url, chats))
    with running_double_process(folder) as url:
        peer = asyncio.run(_broadcast_by_loop(folder, url, chats))
    return [
        at_least("broadcast while people chat, pace", ours.per_second, _LEAST, "/s", peer=_phrase(peer)),
        at_most("answers during it, p95", _p95(ours), _SLOWEST, "s", peer=f"PTB loop: {shown(_p95(peer))} s"),
        at_most(
            "429 caused by it", ours.refused, 0, "",
            peer=f"peak {ours.peak} in a second; PTB loop: {peer.refused}, peak {peer.peak}",
        ),
        at_most("people left out, or told twice", chats - ours.taken + ours.doubles, 0, "", peer=f"of {chats} people"),
    ]  # fmt: skip


def _p95(broadcast: Broadcast) -> float:
    return percentile(broadcast.waits, 95)


def _phrase(peer: Broadcast) -> str:
    missed = f", {peer.doubles} twice" if peer.doubles else ""
    return f"PTB with AIORateLimiter: {shown(peer.per_second)}/s, {peer.taken} people{missed}"


async def _broadcast_ours(folder: Path, api_url: str, chats: int) -> Broadcast:
    async with _database(folder) as (database_url, sessions), FakeTelegram(api_url) as fake:
        await fake.settings(knows_everybody=True)
        await _fill(sessions, chats)
        environment = {
            "ESCALE_DATABASE_URL": database_url, "ESCALE_TELEGRAM_API_URL": api_url, "ESCALE_TELEGRAM_TOKEN": TOKEN,
            "ESCALE_DATA_DIR": str(folder / "sender"), "ESCALE_TELEGRAM_WEBHOOK_URL": "",
        }  # fmt: skip
        command = [sys.executable, "-m", "bot", "telegram"]
        with started(command, log=folder / "sender.log", environment=environment):
            return await _run_campaign(sessions, fake)


async def _run_campaign(sessions: Sessions, fake: FakeTelegram) -> Broadcast:
    await _is_sending(sessions, fake)
    async with transaction(sessions) as session:
        now = utc_now()
        campaign = await create_campaign(session, _CAMPAIGN, by="benchmark", now=now)
        await schedule_campaign(session, campaign.id, at=now, now=now)
    wanted: dict[int, float] = {}
    chatting = asyncio.create_task(_answer_people(sessions, wanted))
    composers = {"campaign": partial(compose_campaigns, operator="la ville", too_young=_NOBODY)}
    try:
        while True:
            began = time.monotonic()
            await run_campaigns(sessions, too_young=_NOBODY, clock=utc_now)
            await dispatch_all(sessions, composers=composers, clock=utc_now)
            async with transaction(sessions) as session:
                report = await report_campaign(session, campaign.id)
            if report.is_whole and not report.outcomes["waiting"]:
                break
            await asyncio.sleep(_EVERY_DISPATCH - (time.monotonic() - began))
    finally:
        chatting.cancel()
        await asyncio.gather(chatting, return_exceptions=True)
    await asyncio.sleep(1)  # the last answers
    return await _tally(fake, wanted)


async def _answer_people(sessions: Sessions, wanted: dict[int, float]) -> None:
    """Write an answer to one more person every half second, as a turn of conversation does."""
    for number in range(1_000_000):
        chat_id = FIRST_ANSWERED + number
        wanted[chat_id] = time.time()
        async with transaction(sessions) as session:
            params = {"chat_id": chat_id, "text": ANSWER}
            await enqueue_call(
                session, channel="telegram", chat_id=chat_id, method="send_message", params=params, now=utc_now()
            )
        await asyncio.sleep(EVERY)


async def _is_sending(sessions: Sessions, fake: FakeTelegram) -> None:
    """Wait until the sender has sent a first message, to a chat of its own."""
    async with transaction(sessions) as session:
        await enqueue_call(
            session, channel="telegram", chat_id=-1, method="send_message", params={"chat_id": -1, "text": "?"},
            now=utc_now(),
        )  # fmt: skip
    deadline = time.monotonic() + 60
    while not await fake.requests("sendMessage"):
        if time.monotonic() > deadline:
            raise TimeoutError("the sender sends nothing")
        await asyncio.sleep(0.2)


async def _broadcast_by_loop(folder: Path, api_url: str, chats: int) -> Broadcast:
    async with FakeTelegram(api_url) as fake:
        await fake.settings(knows_everybody=True)
        result = folder / "loop.json"
        command = [
            sys.executable, "-m", "benchmarks.broadcast_loop", "--url", api_url, "--token", TOKEN,
            "--chats", str(chats), "--result", str(result),
        ]  # fmt: skip
        await asyncio.to_thread(run_to_end, command, log=folder / "loop.log", environment={}, seconds=600)
        written = json.loads(result.read_text(encoding="utf-8"))
        return await _tally(fake, {int(chat_id): at for chat_id, at in written.items()})


async def _tally(fake: FakeTelegram, wanted: dict[int, float]) -> Broadcast:
    records = await fake.requests("sendMessage")
    taken = [record for record in records if record["outcome"] == "ok"]
    told = [record for record in taken if 0 < record["chat_id"] < FIRST_ANSWERED]
    first, last = min(_at(record) for record in told), max(_at(record) for record in told)
    during = [record for record in taken if first <= _at(record) <= last]
    chats = Counter(record["chat_id"] for record in told)
    return Broadcast(
        per_second=(len(during) - 1) / (last - first),
        waits=[_at(one) - wanted[one["chat_id"]] for one in during if one["chat_id"] in wanted],
        refused=sum(record["outcome"] == "429" for record in records),
        peak=int((await fake.state())["peak"]),
        taken=len(chats),
        doubles=len(told) - len(chats),
    )


def _at(record: dict[str, Any]) -> float:
    return float(record["at"]) + float(record["took"])


@contextlib.asynccontextmanager
async def _database(folder: Path) -> AsyncIterator[tuple[str, Sessions]]:
    server = await asyncio.to_thread(EmbeddedServer, folder)
    try:
        await asyncio.to_thread(migrate, server.url)
        engine = open_engine(server.url)
        try:
            yield server.url, sessions_of(engine)
        finally:
            await engine.dispose()
    finally:
        await asyncio.to_thread(server.stop)


async def _fill(sessions: Sessions, chats: int) -> None:
    """Register people who agreed to messages at any hour: a benchmark may run at night."""
    now: datetime = utc_now()
    common = {"channel": "telegram", "language": "fr", "first_seen_at": now, "last_seen_at": now}
    async with transaction(sessions) as session:
        people = insert(Person).returning(Person.id)
        rows = [{"chat_id": chat_id, **common} for chat_id in range(1, chats + 1)]
        identities = (await session.scalars(people, rows)).all()
        wishes = {"agreed_at": now, "updated_at": now, "quiet_from": 0, "quiet_until": 0, "holidays_off": False}
        await session.execute(insert(PushPreferences), [{"person_id": one, **wishes} for one in identities])
