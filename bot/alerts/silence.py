"""What becomes of people who never write again: asked whether to go on, then paused, warned, and in the end erased.

A sign of life is a message or a press (`Person.last_seen_at`).

- After six months, whoever gets alerts is asked once whether to go on. The question leaves as everything that is sent
  by itself does, and any sign of life answers it.
- Thirty days after the question, their searches are paused; the person finds it said when they come back.
- Thirty days before two years, whoever agreed to be written to is warned that everything will be erased.
- After two years, everything is: a month after the warning at the soonest, where one can be sent.

A terminal is written nothing, as everywhere: its searches are paused and its person erased at the same times.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.models import SavedSearch
from bot.chat.keyboards import Button
from bot.deliveries.models import Delivery, PushPreferences
from bot.deliveries.service import LIFETIMES, Composed, Push, Recipient, drop_due
from bot.locales.service import say
from bot.profiles.models import Person

KIND = "silence"
# The messages tell these periods in words: "six mois", "un mois", "deux ans".
ASKED_AFTER = timedelta(days=183)
ANSWERED_WITHIN = timedelta(days=30)
WARNED_BEFORE = timedelta(days=30)
ERASED_AFTER = timedelta(days=730)
QUESTION, WARNING = "silence", "farewell"
_CHANNEL = "telegram"
_PAUSED_AT_ONCE = 500


async def ask_silent(session: AsyncSession, *, now: datetime) -> int:
    """Plan the question for whoever gets alerts and gave no sign of life for six months; return how many are asked."""
    is_silent = (Person.last_seen_at <= now - ASKED_AFTER, Person.last_seen_at > now - ERASED_AFTER + WARNED_BEFORE)
    return await _plan(session, QUESTION, *is_silent, _gets_alerts(), now=now)


async def warn_silent(session: AsyncSession, *, now: datetime) -> int:
    """Plan the warning for whoever is about to be erased and may be written to; return how many are warned."""
    return await _plan(session, WARNING, Person.last_seen_at <= now - ERASED_AFTER + WARNED_BEFORE, now=now)


async def pause_silent(session: AsyncSession, *, now: datetime, most: int = _PAUSED_AT_ONCE) -> int:
    """Pause the searches of people who did not answer within thirty days; return how many people, `most` at once.

    People who are in the middle of a turn are left for the next time: they have just given a sign of life.
    """
    silent = select(Person.id).where(
        Person.last_seen_at <= now - ASKED_AFTER, _gets_alerts(), _was_asked(now - ANSWERED_WITHIN)
    )
    locked = silent.limit(most).with_for_update(of=Person, key_share=True, skip_locked=True)
    people = list(await session.scalars(locked))
    if people:
        speaking = update(SavedSearch).where(SavedSearch.person_id.in_(people), ~SavedSearch.is_paused)
        await session.execute(speaking.values(is_paused=True, is_silenced=True, updated_at=now))
        is_theirs = (Delivery.person_id.in_(people), Delivery.kind == "alert")
        await drop_due(session, *is_theirs, error="muted", now=now)
    return len(people)


async def people_to_erase(session: AsyncSession, *, now: datetime, most: int) -> list[int]:
    """Return who gave no sign of life for two years, and was warned a month ago if they may be; they stay locked."""
    is_past = Delivery.status.not_in(("due", "sending")) & (Delivery.settled_at <= now - WARNED_BEFORE)
    is_warned = select(Delivery.id).where(*_is_about(WARNING), is_past).exists()
    query = select(Person.id).where(Person.last_seen_at <= now - ERASED_AFTER, or_(~_may_be_written_to(), is_warned))
    locked = query.order_by(Person.id).limit(most).with_for_update(of=Person, skip_locked=True)
    return list(await session.scalars(locked))


async def take_silenced(session: AsyncSession, *, person_id: int) -> list[SavedSearch]:
    """Return the searches that were paused while their person was silent, as told from now on."""
    mine = select(SavedSearch).where(SavedSearch.person_id == person_id, SavedSearch.is_silenced)
    searches = list(await session.scalars(mine.order_by(SavedSearch.id)))
    for search in searches:
        search.is_silenced = False
    await session.flush()
    return [search for search in searches if search.is_paused]


async def compose_silence(session: AsyncSession, recipient: Recipient, due: Sequence[Delivery]) -> Composed:
    """Write the question or the warning; `bot.deliveries.composing.Compose`. Who came back meanwhile gets none."""
    person = recipient.person
    speaks = await session.scalar(select(select(SavedSearch.id).where(*_speaks(person.id)).exists()))
    since = f"{person.last_seen_at.astimezone(UTC):%Y-%m-%d}"
    pushes: list[Push] = []
    gone: list[Delivery] = []
    for delivery in due:
        what, _, day = delivery.reason.partition(":")
        if day != since or (what == QUESTION and not speaks):
            gone.append(delivery)
        else:
            pushes.append(_question(recipient, delivery) if what == QUESTION else _warning(recipient, delivery))
    return Composed(pushes, {"gone": gone} if gone else {})


def _question(recipient: Recipient, delivery: Delivery) -> Push:
    voice = recipient.voice
    rows = [
        [Button(say("alerts.silent_yes", voice), "silence_go_on")],
        [Button(say("alerts.silent_change", voice), "alerts_list")],
        [Button(say("alerts.digest_stop", voice), "pushes_stop")],
    ]
    return Push([delivery], say("alerts.silent_question", voice), rows)


def _warning(recipient: Recipient, delivery: Delivery) -> Push:
    voice = recipient.voice
    rows = [[Button(say("alerts.farewell_keep", voice), "silence_keep")]]
    return Push([delivery], say("alerts.farewell", voice), rows)


async def _plan(session: AsyncSession, what: str, *where: Any, now: datetime) -> int:
    """Write what is to be said once in each silence; a question that was too late to leave is due again."""
    values = {
        "person_id": Person.id, "kind": literal(KIND), "reason": _reason(what), "details": literal({}, JSONB),
        "due_at": literal(now), "stale_at": literal(now + LIFETIMES[KIND]), "created_at": literal(now),
    }  # fmt: skip
    chosen = select(*values.values()).where(_may_be_told(), *where)
    statement = insert(Delivery).from_select(list(values), chosen)
    times = {name: statement.excluded[name] for name in ("due_at", "stale_at")}
    again = statement.on_conflict_do_update(
        index_elements=["person_id", "offer_id", "reason"],
        set_={"status": "due", "error": None, "settled_at": None, **times},
        where=and_(Delivery.status == "dropped", Delivery.error == "stale", literal(what == QUESTION)),
    )
    return len((await session.scalars(again.returning(Delivery.id))).all())


def _reason(what: str) -> ColumnElement[str]:
    """Return the reason of the ledger: the day of the last sign of life is part of it, so that it is said once."""
    return func.concat(what, ":", func.to_char(func.timezone("UTC", Person.last_seen_at), "YYYY-MM-DD"))


def _is_about(what: str) -> tuple[ColumnElement[bool], ...]:
    return (Delivery.person_id == Person.id, Delivery.kind == KIND, Delivery.reason == _reason(what))


def _was_asked(before: datetime) -> ColumnElement[bool]:
    """Say whether the question of this silence came before a moment; on a terminal, whether it was planned."""
    has_come = Delivery.status.in_(("sent", "uncertain")) & (Delivery.settled_at <= before)
    cannot_come = (Person.channel != _CHANNEL) & (Delivery.created_at <= before)
    return select(Delivery.id).where(*_is_about(QUESTION), has_come | cannot_come).exists()


def _may_be_told() -> ColumnElement[bool]:
    """Say whether a person agreed to be written to and can be reached, or sits at a terminal."""
    mine = (PushPreferences.person_id == Person.id, PushPreferences.stopped_at.is_(None))
    return select(PushPreferences.person_id).where(*mine).exists() & Person.unreachable_at.is_(None)


def _may_be_written_to() -> ColumnElement[bool]:
    return _may_be_told() & (Person.channel == _CHANNEL)


def _gets_alerts() -> ColumnElement[bool]:
    return select(SavedSearch.id).where(*_speaks(Person.id)).exists()


def _speaks(person_id: Any) -> tuple[ColumnElement[bool], ...]:
    return (SavedSearch.person_id == person_id, ~SavedSearch.is_paused)
