"""From the publication of an offer to the message that leaves: once, whatever is run again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.alerts.service import compose_alerts, delete_search, pause_search
from bot.catalogue.criteria import Criteria
from bot.catalogue.models import Offer
from bot.catalogue.service import change_status
from bot.deliveries.dispatch import dispatch_batch
from bot.deliveries.models import Delivery
from bot.outbox.models import OutboxCall
from tests.catalogue.conftest import draft


async def _dispatch(session, person_id, now):
    return await dispatch_batch(session, [person_id], ["alert"], composers={"alert": compose_alerts}, now=now)


async def test_a_published_offer_is_told_once_with_mute_and_stop(session, now, publish, save, told) -> None:
    search = await save(Criteria(kind="internship", countries=("ES",)))
    await save(Criteria(countries=("ES",)), person_id=search.person_id)
    await publish(draft("a"))
    for _ in range(2):
        await told()
        await _dispatch(session, search.person_id, now)
    (call,) = await session.scalars(select(OutboxCall))
    assert call.params["text"].startswith("🔔 <b>1 nouvelle offre</b>")
    labels = [button["text"] for row in call.params["reply_markup"]["inline_keyboard"] for button in row]
    assert labels == ["1", "🔕 Pause", "⛔ Ne plus rien m'envoyer"]
    (delivery,) = await session.scalars(select(Delivery))
    assert (delivery.status, delivery.outbox_id) == ("sending", call.id)


async def test_a_search_paused_meanwhile_sends_nothing(session, now, publish, save, told) -> None:
    search = await save(Criteria())
    await publish(draft("a"))
    await told()
    await pause_search(session, search, now=now)
    await _dispatch(session, search.person_id, now)
    assert (await session.scalars(select(OutboxCall))).all() == []


@pytest.mark.parametrize("end", [pause_search, delete_search])
async def test_a_digest_that_waits_to_leave_is_taken_back_and_told_without_the_search_that_ended(
    session, publish, save, told, end
) -> None:
    ended = await save(Criteria(countries=("ES",)))
    who, now = ended.person_id, ended.created_at
    await save(Criteria(countries=("PT",)), person_id=who)
    await publish(draft("a"), draft("b", places=[{"country": "PT"}]))
    await told()
    await _dispatch(session, who, now)
    await end(session, ended, now=now)
    await _dispatch(session, who, now)
    first, second = await session.scalars(select(OutboxCall).order_by(OutboxCall.id))
    assert (first.status, second.status) == ("cancelled", "pending")
    assert "1 nouvelle offre" in second.params["text"]
    rows = await session.scalars(select(Delivery).order_by(Delivery.status).execution_options(populate_existing=True))
    assert [(one.status, one.error, one.outbox_id) for one in rows] == [
        ("dropped", "muted", first.id), ("sending", None, second.id)
    ]  # fmt: skip


async def test_what_closed_before_it_was_told_is_told_when_it_opens_again(
    session, embedder, publish, save, told
) -> None:
    search = await save(Criteria())
    now = search.created_at
    await publish(draft("a"))
    await told()
    identity = await session.scalar(select(Offer.id))
    await change_status(session, identity, "closed", embedder=embedder, now=now)
    await told()
    await _dispatch(session, search.person_id, now)
    assert (await session.scalars(select(Delivery.error))).all() == ["gone"]
    await change_status(session, identity, "published", embedder=embedder, now=now)
    await told()
    await _dispatch(session, search.person_id, now)
    await told()
    (call,) = await session.scalars(select(OutboxCall))
    rows = await session.scalars(select(Delivery).execution_options(populate_existing=True))
    assert [(one.status, one.error, one.outbox_id) for one in rows] == [("sending", None, call.id)]
