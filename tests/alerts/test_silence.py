"""People who never write again are asked once whether to go on, then paused, warned and, after two years, erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.alerts.matching import match_revisions
from bot.alerts.models import SavedSearch
from bot.alerts.service import compose_silence, pause_search, people_to_erase, save_search, take_silenced
from bot.alerts.silence import (
    ANSWERED_WITHIN,
    ASKED_AFTER,
    ERASED_AFTER,
    WARNED_BEFORE,
    ask_silent,
    pause_silent,
    warn_silent,
)
from bot.catalogue.criteria import Criteria
from bot.chat.models import Keyboard
from bot.db.service import transaction
from bot.deliveries.dispatch import dispatch_batch, people_due
from bot.deliveries.ledger import drop_stale
from bot.deliveries.models import Delivery
from bot.deliveries.service import set_quiet_hours, settle, stop_pushes
from bot.outbox.models import OutboxCall
from bot.profiles.models import Person
from bot.profiles.service import person_of_chat
from tests.catalogue.conftest import draft

DAY = timedelta(days=1)


async def the_night_passes(session, at):
    """Do what the chores do, and let Telegram take what they write; return the texts that arrived."""
    await ask_silent(session, now=at)
    await warn_silent(session, now=at)
    await pause_silent(session, now=at)
    return await arrives(session, at)


async def arrives(session, at):
    """Dispatch, let Telegram take what is written, and return its texts."""
    await session.flush()
    session.expunge_all()
    people = await people_due(session, ["silence"], after=0, now=at)
    await dispatch_batch(session, people, ["silence"], composers={"silence": compose_silence}, now=at)
    waiting = select(OutboxCall).where(OutboxCall.status == "pending")
    texts = [call.params["text"] for call in await session.scalars(waiting)]
    await session.execute(update(OutboxCall).where(OutboxCall.status == "pending").values(status="sent", sent_at=at))
    await settle(session, now=at)
    session.expunge_all()
    return texts


async def writes(session, search, at):
    """Give a sign of life."""
    person = await session.get_one(Person, search.person_id)
    await person_of_chat(
        session, channel=person.channel, chat_id=person.chat_id, telegram_language=None, now=at
    )  # fmt: skip
    await session.flush()


async def is_paused(session):
    query = select(SavedSearch.is_paused, SavedSearch.is_silenced).order_by(SavedSearch.id)
    return [tuple(row) for row in await session.execute(query)]


async def test_whoever_gets_alerts_and_is_silent_for_six_months_is_asked_once(session, now, save) -> None:
    await save(Criteria())
    assert await the_night_passes(session, now + ASKED_AFTER - DAY) == []
    (question,) = await the_night_passes(session, now + ASKED_AFTER)
    assert "six mois" in question
    (keyboard,) = await session.scalars(select(Keyboard))
    assert [button["verb"] for button in keyboard.buttons] == ["silence_go_on", "alerts_list", "pushes_stop"]
    for days in (1, 20, 200):
        assert await the_night_passes(session, now + ASKED_AFTER + days * DAY) == []


@pytest.mark.parametrize("manner", [{"language": "en"}, {"language": "es", "is_formal": True}, {"language": "ar"}])
async def test_the_question_and_the_warning_are_in_the_persons_language_and_manner(
    session, now, save, person, manner
) -> None:
    await save(Criteria(), person_id=await person(**manner))
    (question,) = await the_night_passes(session, now + ASKED_AFTER)
    (warning,) = await the_night_passes(session, now + ERASED_AFTER - WARNED_BEFORE)
    words = {"en": ("six months", "two years"), "es": ("noticias suyas", "borraré"), "ar": ("ستة أشهر", "سنتين")}
    assert words[manner["language"]][0] in question
    assert words[manner["language"]][1] in warning


async def test_a_sign_of_life_counts_from_the_beginning_again(session, now, save) -> None:
    search = await save(Criteria())
    await writes(session, search, now + 100 * DAY)
    assert await the_night_passes(session, now + ASKED_AFTER) == []
    asked = now + 100 * DAY + ASKED_AFTER
    assert len(await the_night_passes(session, asked)) == 1
    await writes(session, search, asked + DAY)  # pressed yes
    assert await the_night_passes(session, asked + ASKED_AFTER) == []
    assert await is_paused(session) == [(False, False)]
    assert len(await the_night_passes(session, asked + DAY + ASKED_AFTER)) == 1


async def test_nobody_is_asked_who_stopped_left_or_gets_no_alerts(session, now, save, person) -> None:
    stopped, left, paused = [await save(Criteria()) for _ in range(3)]
    await person()
    await stop_pushes(session, person_id=stopped.person_id, reason="asked", now=now)
    await session.execute(update(Person).where(Person.id == left.person_id).values(unreachable_at=now))
    await pause_search(session, paused, now=now)
    assert await the_night_passes(session, now + ASKED_AFTER) == []
    assert (await session.scalars(select(Delivery))).all() == []


async def test_the_question_waits_for_the_end_of_quiet_hours(session, now, save) -> None:
    search = await save(Criteria())
    await set_quiet_hours(session, person_id=search.person_id, start=8, end=14, now=now)
    asked = now + ASKED_AFTER
    assert await the_night_passes(session, asked) == []
    assert len(await arrives(session, asked + timedelta(hours=3))) == 1


async def test_whoever_writes_or_stops_before_the_question_leaves_is_not_asked(session, now, save) -> None:
    writer, stopper = await save(Criteria()), await save(Criteria())
    asked = now + ASKED_AFTER
    assert await ask_silent(session, now=asked) == 2
    await writes(session, writer, asked)
    await stop_pushes(session, person_id=stopper.person_id, reason="asked", now=asked)
    assert await arrives(session, asked) == []
    assert set(await session.scalars(select(Delivery.error))) == {"gone", "stopped"}


async def test_without_an_answer_within_thirty_days_searches_are_paused_and_what_waits_is_withdrawn(
    session, now, save, publish
) -> None:
    speaking = await save(Criteria(), rhythm="weekly")
    by_hand = await save(Criteria(kind="job"), person_id=speaking.person_id)
    await pause_search(session, by_hand, now=now)
    asked = now + ASKED_AFTER
    await the_night_passes(session, asked)
    await publish(draft("a"))
    await match_revisions(session, now=asked)
    await the_night_passes(session, asked + ANSWERED_WITHIN - DAY)
    assert await is_paused(session) == [(False, False), (True, False)]
    await the_night_passes(session, asked + ANSWERED_WITHIN)
    assert await is_paused(session) == [(True, True), (True, False)]
    alert = (await session.scalars(select(Delivery).where(Delivery.kind == "alert"))).one()
    assert (alert.status, alert.error) == ("dropped", "muted")
    assert [one.id for one in await take_silenced(session, person_id=speaking.person_id)] == [speaking.id]
    assert await take_silenced(session, person_id=speaking.person_id) == []


async def test_whoever_saves_the_search_again_is_told_of_no_pause(session, now, save, embedder) -> None:
    search = await save(Criteria())
    asked = now + ASKED_AFTER
    await the_night_passes(session, asked)
    await the_night_passes(session, asked + ANSWERED_WITHIN)
    back = asked + 2 * ANSWERED_WITHIN
    again = {"criteria": Criteria(), "rhythm": "daily", "embedder": embedder, "now": back}
    await save_search(session, person_id=search.person_id, **again)
    assert await take_silenced(session, person_id=search.person_id) == []
    assert await is_paused(session) == [(False, False)]


async def test_a_question_that_could_not_leave_is_asked_again_and_pauses_nothing_before_it_came(
    session, now, save
) -> None:
    await save(Criteria())
    asked = now + ASKED_AFTER
    await ask_silent(session, now=asked)
    later = asked + 31 * DAY  # Telegram was away
    await drop_stale(session, now=later)
    assert len(await the_night_passes(session, later)) == 1
    assert await is_paused(session) == [(False, False)]
    await the_night_passes(session, later + ANSWERED_WITHIN)
    assert await is_paused(session) == [(True, True)]


async def test_at_a_terminal_nothing_is_written_and_the_end_is_the_same(session, now, save, person) -> None:
    who = await person()
    await session.execute(update(Person).where(Person.id == who).values(channel="terminal"))
    await save(Criteria(), person_id=who)
    asked = now + ASKED_AFTER
    for at in (asked, asked + ANSWERED_WITHIN - DAY):
        assert await the_night_passes(session, at) == []
        assert await is_paused(session) == [(False, False)]
    assert await the_night_passes(session, asked + ANSWERED_WITHIN) == []
    assert await is_paused(session) == [(True, True)]
    assert await the_night_passes(session, now + ERASED_AFTER - WARNED_BEFORE) == []
    assert await people_to_erase(session, now=now + ERASED_AFTER - DAY, most=9) == []
    assert await people_to_erase(session, now=now + ERASED_AFTER, most=9) == [who]


async def test_whoever_agreed_is_warned_once_a_month_before_the_end_and_not_asked_as_well(session, now, save) -> None:
    search = await save(Criteria())
    warned = now + ERASED_AFTER - WARNED_BEFORE
    (warning,) = await the_night_passes(session, warned)
    assert "deux ans" in warning
    for at in (warned + DAY, now + ERASED_AFTER - DAY):
        assert await the_night_passes(session, at) == []
        assert await people_to_erase(session, now=at, most=9) == []
    assert await people_to_erase(session, now=now + ERASED_AFTER, most=9) == [search.person_id]
    await writes(session, search, now + ERASED_AFTER)
    assert await people_to_erase(session, now=now + ERASED_AFTER, most=9) == []


async def test_nobody_is_erased_within_a_month_of_their_warning_however_late_it_came(session, now, save) -> None:
    search = await save(Criteria())
    late = now + ERASED_AFTER + 50 * DAY
    assert await people_to_erase(session, now=late, most=9) == []
    assert await warn_silent(session, now=late) == 1
    assert await people_to_erase(session, now=late, most=9) == []
    assert len(await arrives(session, late)) == 1
    assert await people_to_erase(session, now=late + WARNED_BEFORE - DAY, most=9) == []
    assert await people_to_erase(session, now=late + WARNED_BEFORE, most=9) == [search.person_id]


async def test_a_warning_that_never_leaves_does_not_keep_anybody_for_ever(session, now, save) -> None:
    search = await save(Criteria())
    at = now + ERASED_AFTER
    for _ in range(3):
        await warn_silent(session, now=at)
        at += 31 * DAY
        await drop_stale(session, now=at)
    assert await people_to_erase(session, now=at, most=9) == [search.person_id]


async def test_who_never_agreed_stopped_or_left_is_erased_without_a_warning(session, now, save, person) -> None:
    stopped, left = await save(Criteria()), await save(Criteria())
    stranger = await person()
    await stop_pushes(session, person_id=stopped.person_id, reason="asked", now=now)
    await session.execute(update(Person).where(Person.id == left.person_id).values(unreachable_at=now))
    assert await the_night_passes(session, now + ERASED_AFTER - WARNED_BEFORE) == []
    assert await people_to_erase(session, now=now + ERASED_AFTER - DAY, most=9) == []
    gone = sorted([stopped.person_id, left.person_id, stranger])
    assert await people_to_erase(session, now=now + ERASED_AFTER, most=9) == gone
    assert await people_to_erase(session, now=now + ERASED_AFTER, most=2) == gone[:2]


async def test_whoever_is_in_the_middle_of_a_turn_is_neither_paused_nor_erased(sessions, embedder, now) -> None:
    chat = {"channel": "telegram", "chat_id": 5, "telegram_language": "fr"}
    async with transaction(sessions) as session:
        who = (await person_of_chat(session, **chat, now=now)).id
        await save_search(session, person_id=who, criteria=Criteria(), rhythm="daily", embedder=embedder, now=now)
        await the_night_passes(session, now + ASKED_AFTER)
        await the_night_passes(session, now + ERASED_AFTER - WARNED_BEFORE - DAY)
        await session.execute(update(SavedSearch).values(is_paused=False))
        await the_night_passes(session, now + ERASED_AFTER - WARNED_BEFORE)
    end = now + ERASED_AFTER + DAY
    async with transaction(sessions) as turn:
        await person_of_chat(turn, **chat, now=end)
        async with transaction(sessions) as session:
            assert await pause_silent(session, now=end) == 0
            assert await people_to_erase(session, now=end, most=9) == []
    async with transaction(sessions) as session:
        assert await pause_silent(session, now=end) == 0
        assert await people_to_erase(session, now=end, most=9) == []
