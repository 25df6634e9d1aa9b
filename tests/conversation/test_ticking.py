"""Steps of a departure ticked by words: what is heard, what is asked, and what is left to the model."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.models import Offer, OfferPlace
from bot.catalogue.service import save_offers
from bot.conversation.asking import drop_subject
from bot.conversation.departing import show_plan
from bot.conversation.replies import Reply, Turn
from bot.conversation.tick_words import said_of_steps
from bot.conversation.ticking import is_ticking, tick_said
from bot.deliveries.models import Delivery
from bot.followups.models import DepartureStep
from bot.followups.service import known_steps
from bot.kit.embedding import SentenceEmbedder
from bot.vocabulary.shelf import read_shelf
from tests.catalogue.conftest import draft
from tests.conversation.turns import open_turn

MAY = date(2027, 5, 3)


@pytest.fixture
async def turn(session: AsyncSession, embedder: SentenceEmbedder, now: datetime) -> Turn:
    """A turn at a terminal, the plan of a departure to Spain being open."""
    offer = draft("one", start_from=MAY, start_until=date(2027, 9, 1), deadline=date(2027, 2, 1))
    await save_offers(session, [offer], source="test", embedder=embedder, now=now, publish=True)
    opened = await open_turn(session, now)
    await show_plan(opened, await offer_of(opened))
    return opened


async def offer_of(turn: Turn) -> int:
    return (await turn.session.scalars(select(Offer.id))).one()


async def says(turn: Turn, text: str) -> Reply | None:
    """Return the answer to a message that ticks steps, None when it is left to the model."""
    turn.text, turn.notes = text, []
    return await tick_said(turn) if await is_ticking(turn) else None


async def done(turn: Turn) -> set[str]:
    return set(await turn.session.scalars(select(DepartureStep.step).where(DepartureStep.done_at.is_not(None))))


def ticks(reply: Reply) -> list[str]:
    return [str(row[0].arguments["step"]) for row in reply.rows if row[0].verb == "plan_tick"]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("j'ai fait mon passeport", "passport"),
        ("assurance c'est bon", "insurance"),
        ("ça y est j'ai signé la convention !", "agreement"),
        ("les billets sont réservés", "travel"),
        ("logement ✅", "housing"),
        ("coche la carte européenne", "health_card"),
        ("I've got my passport", "passport"),
        ("the insurance is done", "insurance"),
        ("ya tengo el pasaporte", "passport"),
        ("el seguro está listo", "insurance"),
        ("أنجزت جواز السفر", "passport"),
        ("عندي التأمين", "insurance"),
        ("تم حجز التذاكر", "travel"),
    ],
)
async def test_a_step_said_to_be_done_is_ticked_in_four_languages(turn: Turn, text: str, step: str) -> None:
    assert await says(turn, text) is not None
    assert await done(turn) == {step}


@pytest.mark.parametrize(
    "text",
    [
        "en fait j'ai pas encore l'assurance",
        "l'assurance n'est pas faite",
        "décoche l'assurance",
        "I don't have the insurance yet",
        "todavía no tengo el seguro",
        "ليس عندي التأمين بعد",
    ],
)
async def test_a_step_said_not_to_be_done_is_unticked(turn: Turn, text: str) -> None:
    await says(turn, "assurance ok")
    assert await done(turn) == {"insurance"}
    reply = await says(turn, text)
    assert reply is not None
    assert turn.notes == ["Pas encore fait : Assurance et rapatriement"]
    assert await done(turn) == set()


@pytest.mark.parametrize(
    "text", ["l'étape 2 est faite", "step 2 is done", "la deuxième étape c'est bon", "الخطوة 2 تمت"]
)
async def test_a_number_is_the_rank_of_the_plan_that_is_read(turn: Turn, text: str) -> None:
    lines = (await show_plan(turn, await offer_of(turn))).text.split("\n\n")[1].split("\n")
    await says(turn, text)
    assert turn.notes[0].removeprefix("✅ Fait : ") == lines[1].partition(" : ")[2]
    assert len(await done(turn)) == 1


async def test_what_was_ticked_by_words_is_unticked_by_the_first_button(turn: Turn) -> None:
    reply = await says(turn, "j'ai le passeport et les billets")
    assert reply is not None
    assert ticks(reply)[:2] == ["passport", "travel"]
    assert [row[0].arguments["done"] for row in reply.rows[:2]] == [False, False]
    assert await done(turn) == {"passport", "travel"}


async def test_one_done_and_the_other_not_are_both_heard(turn: Turn) -> None:
    await says(turn, "assurance faite")
    await says(turn, "j'ai le passeport mais pas l'assurance")
    assert await done(turn) == {"passport"}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("c'est fait", None),
        ("j'ai demandé mon passeport", ["passport"]),
        ("j'ai commandé la carte européenne et le passeport", ["passport", "health_card"]),
        ("l'étape 42 est faite", None),
    ],
)
async def test_what_is_not_sure_is_asked_with_buttons_and_ticks_nothing(
    turn: Turn, text: str, asked: list[str] | None
) -> None:
    reply = await says(turn, text)
    assert reply is not None
    assert reply.text == "Qu'est-ce qui est fait ?"
    assert ticks(reply) == asked if asked else len(ticks(reply)) == 3
    assert await done(turn) == set()


async def test_a_name_of_two_steps_is_asked_between_the_two(turn: Turn) -> None:
    await turn.session.execute(update(OfferPlace).values(country="SN"))
    turn.session.expire_all()
    for row in (turn.conversation, turn.person):
        await turn.session.refresh(row)
    await show_plan(turn, await offer_of(turn))
    reply = await says(turn, "assurance c'est bon")
    assert reply is not None
    assert set(ticks(reply)) == {"health_cover", "insurance"}
    assert await done(turn) == set()


@pytest.mark.parametrize(
    "text",
    [
        "j'ai perdu mon passeport",
        "j'ai mon visa",  # none for Spain
        "j'ai un passeport ?",
        "je dois faire mon passeport",
        "ma sœur a fait son passeport",
        "passeport",
        "ok, le passeport",
        "c'est bon",
        "la 2 c'est bon",
        "j'ai 20 ans",
        "j'ai fait une formation",
        "je cherche un logement",
        "I need a passport",
        "no, el pasaporte",
        "seguro del coche",
        "pas d'accord",
        "de acuerdo, hecho",
    ],
)
async def test_what_says_something_else_ticks_nothing(turn: Turn, text: str) -> None:
    assert await says(turn, text) is None
    assert await done(turn) == set()


async def test_without_a_plan_at_hand_nothing_is_heard_until_a_reminder_tells_of_it(turn: Turn) -> None:
    drop_subject(turn)
    turn.conversation.offer_id = None
    assert await says(turn, "j'ai fait mon passeport") is None
    reminder = Delivery(
        person_id=turn.person.id, offer_id=await offer_of(turn), kind="step", reason="step:passport:2027-02-17",
        status="sent", due_at=turn.now, settled_at=turn.now - timedelta(days=1), created_at=turn.now, details={},
        stale_at=turn.now,
    )  # fmt: skip
    turn.session.add(reminder)
    await turn.session.flush()
    assert await says(turn, "j'ai fait mon passeport") is not None
    assert await done(turn) == {"passport"}


def test_every_step_has_a_name_in_words() -> None:
    assert set(read_shelf("bot.conversation", "ticks.yml")["steps"]) == set(known_steps())


def test_a_long_message_ticks_nothing() -> None:
    assert said_of_steps("j'ai fait mon passeport " * 4) == ()
