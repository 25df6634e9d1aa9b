"""From an adviser's publication to a young person's screen: once, saying why, and no more after a stop."""

from __future__ import annotations

from sqlalchemy import select, update

from bot.apps.scheduler import enqueue_chore
from bot.catalogue.models import Offer
from bot.catalogue.service import change_status, close_offer, save_offers
from bot.db.service import transaction
from bot.deliveries.models import Delivery, PushPreferences
from tests.acceptance.house import House, house_now
from tests.acceptance.test_alerts_on_telegram import searches, subscribed
from tests.acceptance.test_search_on_telegram import presses, tells
from tests.catalogue.conftest import draft
from tests.fixtures.bot_api import FakeUser, Seen
from tests.fixtures.processes import eventually


async def at_any_hour(house: House) -> None:
    """Let messages come whatever the hour and the day on which this test runs."""
    async with transaction(house.collaborators.sessions) as session:
        await session.execute(update(PushPreferences).values(quiet_from=8, quiet_until=8, holidays_off=False))


async def publishes(house: House, *external_ids: str) -> None:
    drafts = [draft(one, title=f"Accueil en auberge {one}", organisation=f"Auberge {one}") for one in external_ids]
    async with transaction(house.collaborators.sessions) as session:
        await save_offers(
            session, drafts, source="adviser", embedder=house.collaborators.embedder, now=house_now(), publish=True
        )


async def chores_pass(house: House) -> None:
    """Enqueue what the scheduler enqueues every fifteen seconds, as often as two schedulers would."""
    for task in ("alerts:match", "followups:announce", "deliveries:dispatch"):
        for _ in range(2):
            await enqueue_chore(house.collaborators.sessions, house.collaborators.queue, task)
        await done(house, task)


async def done(house: House, task: str) -> None:
    """Wait until no job of the task is left."""

    async def is_done() -> bool:
        async with house.collaborators.engine.connect() as connection:
            left = await connection.exec_driver_sql(
                "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing')", (task,)
            )
            return left.scalar_one() == 0

    await eventually(is_done, within=20, what=f"the end of {task}")


async def reads(user: FakeUser) -> list[Seen]:
    return await user.reads(timeout=3)


async def told_at_once(house: House, user_id: int) -> FakeUser:
    """Return somebody who wants to hear of each new internship in Spain."""
    user, _ = await subscribed(house, user_id)
    assert "à chaque nouvelle offre" in (await presses(user, "À chaque offre")).text
    await at_any_hour(house)
    return user


async def told_of_tourism_too(house: House, user_id: int) -> FakeUser:
    """Return somebody who also wants to hear, once a day, of internships in tourism."""
    user = await told_at_once(house, user_id)
    assert "Tourisme" in (await tells(user, "préviens-moi pour un stage dans le tourisme en Europe")).text
    assert [search.rhythm for search in await searches(house)] == ["at_once", "daily"]
    return user


async def test_a_new_offer_arrives_once_says_why_and_opens(simple_house: House) -> None:
    user = await told_at_once(simple_house, 1)
    await publishes(simple_house, "a")
    await chores_pass(simple_house)
    (alert,) = await reads(user)
    assert "stages · en Espagne" in alert.text
    assert "Accueil en auberge a" in alert.text
    assert "✓ en Espagne" in alert.text
    await publishes(simple_house, "a")  # the same file comes again
    await chores_pass(simple_house)
    assert await reads(user) == []
    card = await presses(user, "1")
    assert "Auberge a" in card.text


async def test_offers_of_an_import_come_in_one_message_and_the_others_open_as_a_list(simple_house: House) -> None:
    user = await told_at_once(simple_house, 2)
    await publishes(simple_house, *"abcdefgh")
    await chores_pass(simple_house)
    (alert,) = await reads(user)
    assert "8 nouvelles offres" in alert.text
    (more,) = [label for label in alert.labels if "autres" in label.lower() or "tout" in label.lower()]
    assert "Accueil en auberge" in (await presses(user, more)).text


async def test_a_mute_in_the_alert_silences_that_search_alone(simple_house: House) -> None:
    user = await told_at_once(simple_house, 3)
    await publishes(simple_house, "a")
    await chores_pass(simple_house)
    assert len(await reads(user)) == 1
    await presses(user, "🔕 Pause")
    await publishes(simple_house, "b")
    await chores_pass(simple_house)
    assert await reads(user) == []


async def test_an_offer_that_fits_two_alerts_comes_once_and_as_soon_as_one_of_them_tells(simple_house: House) -> None:
    user = await told_of_tourism_too(simple_house, 6)
    await publishes(simple_house, "a")
    await chores_pass(simple_house)
    (alert,) = await reads(user)
    assert "Accueil en auberge a" in alert.text
    await presses(user, "🔕 Pause")
    await chores_pass(simple_house)
    assert await reads(user) == []


async def test_an_alert_that_is_deleted_leaves_what_it_found_to_the_other_at_its_own_hour(simple_house: House) -> None:
    user = await told_of_tourism_too(simple_house, 7)
    await publishes(simple_house, "a")
    await enqueue_chore(simple_house.collaborators.sessions, simple_house.collaborators.queue, "alerts:match")
    await done(simple_house, "alerts:match")
    assert "supprimée" in (await tells(user, "supprime l'alerte 1")).text
    await chores_pass(simple_house)
    assert await reads(user) == []
    async with transaction(simple_house.collaborators.sessions) as session:
        await session.execute(update(Delivery).values(due_at=house_now()))  # its hour has come
    await chores_pass(simple_house)
    (alert,) = await reads(user)
    assert "Accueil en auberge a" in alert.text


async def test_a_stop_is_enough_whatever_waits(simple_house: House) -> None:
    user = await told_at_once(simple_house, 4)
    await publishes(simple_house, "a")
    await enqueue_chore(simple_house.collaborators.sessions, simple_house.collaborators.queue, "alerts:match")
    await done(simple_house, "alerts:match")
    assert "arrêté" in (await tells(user, "/stop")).text
    await publishes(simple_house, "b")
    await chores_pass(simple_house)
    assert await reads(user) == []
    async with transaction(simple_house.collaborators.sessions) as session:
        assert [(one.status, one.error) for one in await session.scalars(select(Delivery))] == [("dropped", "stopped")]


async def test_who_keeps_an_offer_hears_that_it_closes_and_reopens_once_each(simple_house: House) -> None:
    user = await told_at_once(simple_house, 5)
    await publishes(simple_house, "a")
    await chores_pass(simple_house)
    await reads(user)
    await presses(user, "1")
    await user.presses("♥ Garder")
    await user.reads(timeout=10)
    await tells(user, "oui")
    async with transaction(simple_house.collaborators.sessions) as session:
        offer_id = (await session.scalars(select(Offer.id).where(Offer.external_id == "a"))).one()
        await close_offer(session, offer_id, embedder=simple_house.collaborators.embedder, now=house_now())
    await chores_pass(simple_house)
    (notice,) = await reads(user)
    assert "Accueil en auberge a" in notice.text
    async with transaction(simple_house.collaborators.sessions) as session:
        await change_status(
            session, offer_id, "published", embedder=simple_house.collaborators.embedder, now=house_now()
        )
    await chores_pass(simple_house)
    (again,) = await reads(user)
    assert again.text != notice.text
    await chores_pass(simple_house)
    assert await reads(user) == []


async def test_a_number_written_under_a_digest_is_of_its_offers_and_not_of_an_older_list(simple_house: House) -> None:
    user = await told_at_once(simple_house, 9)
    await publishes(simple_house, "new")
    await chores_pass(simple_house)
    assert "Accueil en auberge new" in (await reads(user))[0].text
    assert "ce que tu as accepté" in (await tells(user, "pourquoi tu m'envoies ça ?")).text
    card = await tells(user, "le 1er")
    assert card.text.startswith("Accueil en auberge new")
    assert "♥ Garder" in card.labels
