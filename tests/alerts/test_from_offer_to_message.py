"""From the publication of an offer to the message that leaves: once, whatever is run again."""

from __future__ import annotations

from sqlalchemy import select

from bot.alerts.digests import compose_alerts
from bot.alerts.service import pause_search
from bot.catalogue.criteria import Criteria
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
