"""The departure plan in a turn: when it is asked, what it shows, and what stands in for a file at a terminal."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.models import Offer, OfferPlace
from bot.catalogue.service import save_offers
from bot.chat.formatting import visible_length
from bot.conversation.context import DEPARTURE, FOLLOW, forget_question
from bot.conversation.departing import (
    ask_departure,
    departure_said,
    send_calendar,
    set_departure,
    show_details,
    show_plan,
    tick,
)
from bot.conversation.following import answer_application, ask_to_follow, rows_of_gone, set_follow
from bot.conversation.models import Conversation
from bot.conversation.replies import ANSWER_LIMIT, Turn
from bot.followups.service import is_kept, set_application
from bot.kit.embedding import SentenceEmbedder
from bot.kit.errors import UserError
from bot.locales.service import LANGUAGES
from bot.outbox.models import OutboxCall
from bot.understanding.models import Entity, Intent, Parse
from tests.catalogue.conftest import draft
from tests.conversation.turns import open_turn

MAY = date(2027, 5, 3)


@pytest.fixture
async def turn(session: AsyncSession, embedder: SentenceEmbedder, now: datetime) -> Turn:
    """A turn at a terminal, with one offer that begins in May."""
    offer = draft("one", start_from=MAY, start_until=date(2027, 9, 1), deadline=date(2027, 2, 1))
    await save_offers(session, [offer], source="test", embedder=embedder, now=now, publish=True)
    return await open_turn(session, now)


async def offer_of(turn: Turn) -> int:
    return (await turn.session.scalars(select(Offer.id))).one()


def saying(text: str, norm: Any = None) -> Parse:
    entities = (Entity("date", text, 0, len(text), norm=norm),) if norm else ()
    return Parse(text, "fr", Intent("refine_search", 0.9), entities=entities)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_plan_fits_one_message_in_every_language_and_keeps_the_offer(turn: Turn, language: str) -> None:
    turn.language, offer_id = language, await offer_of(turn)
    turn.conversation.situation = {"age": 16, "nationality": ["MA"]}  # as many steps as there may be in the Union
    reply = await show_plan(turn, offer_id)
    assert visible_length(reply.text) <= ANSWER_LIMIT
    assert await is_kept(turn.session, offer_id, person_id=turn.person.id)
    assert len(await every_tick(turn, offer_id)) >= 12


async def every_tick(turn: Turn, offer_id: int) -> list[str]:
    """Turn the buttons of the plan until they come round, a few at a time; return the steps that they tick."""
    found: list[str] = []
    first = 0
    while True:
        buttons = [row[0] for row in (await show_plan(turn, offer_id, first=first)).rows]
        ticks = [str(button.arguments["step"]) for button in buttons if button.verb == "plan_tick"]
        assert 1 <= len(ticks) <= 3
        found += ticks
        first = next(int(button.arguments["first"]) for button in buttons if button.verb == "plan_show")
        if not first:
            assert len(found) == len(set(found))
            return found


async def test_the_buttons_tick_the_next_steps_to_do_and_those_done_come_last(turn: Turn) -> None:
    offer_id = await offer_of(turn)
    assert (await every_tick(turn, offer_id))[0] == "application"
    await tick(turn, offer_id, "application", done=True)
    assert (await every_tick(turn, offer_id))[-1] == "application"


async def test_of_a_near_departure_what_is_late_is_told_at_once_as_an_adviser_would_take_it(turn: Turn) -> None:
    turn.today = MAY - timedelta(days=3)
    text = (await show_plan(turn, await offer_of(turn))).text
    late = [line for line in text.split("\n") if line.startswith("•")]
    assert late[:3] == ["• Envoyer la candidature", "• Convention de stage", "• Passeport ou carte d'identité"]
    assert "3 mai :" not in text


async def test_a_sheet_is_named_for_the_days_that_it_gives_only(turn: Turn) -> None:
    offer_id = await offer_of(turn)
    await show_plan(turn, offer_id)

    async def agreement() -> str:
        blocks = (await show_details(turn, offer_id)).text.split("\n\n")
        return next(block for block in blocks if block.startswith("<b>Convention de stage</b>"))

    assert "Délai conseillé par Escale" in await agreement()  # it waits for the application
    await answer_application(turn, offer_id, "accepted")
    assert "Délai donné par la fiche" in await agreement()


async def test_a_plan_that_is_too_long_says_how_many_steps_come_later(turn: Turn) -> None:
    offer_id = await offer_of(turn)
    await turn.session.execute(update(OfferPlace).values(country="SN"))
    await turn.session.execute(update(Offer).values(title="Stage d'accueil et d'animation dans un village " * 2))
    turn.session.expire_all()
    await turn.session.refresh(turn.conversation)
    await turn.session.refresh(turn.person)
    turn.conversation.situation = {"age": 16, "nationality": ["MA"]}
    reply = await show_plan(turn, offer_id)
    assert visible_length(reply.text) <= ANSWER_LIMIT
    assert "étapes, plus tard" in reply.text
    assert len(await every_tick(turn, offer_id)) == 14


async def test_no_day_that_is_shown_has_passed(turn: Turn) -> None:
    turn.today = MAY - timedelta(days=20)
    reply = await show_plan(turn, await offer_of(turn))
    above, _, below = reply.text.partition("⚠️ À faire tout de suite :")
    assert "Passeport ou carte d'identité" in below.split("\n\n")[0]
    assert "févr." not in reply.text
    assert "mars" not in reply.text
    assert "Départ le 3 mai 2027" in above


async def test_a_terminal_reads_the_days_in_the_place_of_a_file(turn: Turn) -> None:
    offer_id = await offer_of(turn)
    await show_plan(turn, offer_id)
    reply = await send_calendar(turn, offer_id)
    assert "18 avril 2027 : Carte européenne de santé (CEAM)" in reply.text
    assert list(await turn.session.scalars(select(OutboxCall.method))) == []


async def test_details_say_whose_each_figure_is(turn: Turn) -> None:
    offer_id = await offer_of(turn)
    await show_plan(turn, offer_id)
    reply = await show_details(turn, offer_id)
    assert "Délai conseillé par Escale, à adapter." in reply.text
    assert reply.text.count("<b>") == len(await every_tick(turn, offer_id))  # a block a step


async def test_a_plan_that_is_gone_is_ticked_in_vain(turn: Turn) -> None:
    with pytest.raises(UserError):
        await tick(turn, await offer_of(turn), "passport", done=True)


async def test_a_day_that_was_written_plans_and_one_that_has_passed_is_asked_again(turn: Turn) -> None:
    offer_id = await offer_of(turn)
    ask_departure(turn, offer_id)
    past = await departure_said(turn, saying("le 3 mai 2025", {"start": "2025-05-03", "end": "2025-05-03"}))
    assert "Tu pars quand ?" in past.text
    reply = await departure_said(turn, saying("le 3 juin", {"start": "2027-06-03", "end": "2027-06-03"}))
    assert "Départ le 3 juin 2027" in reply.text
    assert turn.conversation.pending_question is None
    with pytest.raises(UserError):
        await set_departure(turn, offer_id, "2026-11-01")


@pytest.mark.parametrize(
    ("pending", "step", "stays"),
    [
        (FOLLOW, "affirm", True),
        (FOLLOW, "deny", True),
        (FOLLOW, "search_offers", False),
        (FOLLOW, "more_results", False),
        (DEPARTURE, "plan_date", True),
        (DEPARTURE, "affirm", False),
        (DEPARTURE, "show_offer", False),
    ],
)
def test_a_question_on_a_kept_offer_is_left_by_whatever_does_not_answer_it(
    pending: str, step: str, stays: bool
) -> None:
    conversation = Conversation(person_id=1, pending_question=pending)
    forget_question(conversation, step)
    assert (conversation.pending_question == pending) is stays


@pytest.mark.parametrize(("age", "is_asked"), [(14, False), (15, True), ([15, 17], True), (None, True)])
async def test_whoever_is_under_fifteen_is_not_asked_and_a_yes_is_not_taken(
    turn: Turn, age: Any, is_asked: bool
) -> None:
    turn.conversation.situation = {"age": age} if age else None
    assert (await ask_to_follow(turn) is not None) is is_asked
    said = await set_follow(turn, wanted=True)
    assert said.text.startswith("C'est noté" if is_asked else "Avant 15 ans")


async def test_an_offer_that_is_gone_still_leads_to_its_plan_once_it_was_applied_to(turn: Turn) -> None:
    offer_id = await offer_of(turn)
    assert await rows_of_gone(turn, offer_id) == []

    def verbs(rows: Any) -> list[str]:
        return [button.verb for row in rows for button in row]

    for state, wanted in (("refused", ["application_ask"]), ("accepted", ["application_ask", "plan_show"])):
        await set_application(turn.session, offer_id, state, person_id=turn.person.id, now=turn.now)
        assert verbs(await rows_of_gone(turn, offer_id)) == wanted
