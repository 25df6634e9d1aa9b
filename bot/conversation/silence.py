"""What people find who come back after a long silence, and what they answer when asked whether to go on."""

from __future__ import annotations

from collections.abc import Collection

from bot.alerts.service import find_search, resume_search, take_silenced
from bot.chat.keyboards import Button
from bot.conversation import preferring
from bot.conversation.alert_cards import list_button
from bot.conversation.replies import Reply, Turn, send
from bot.deliveries.service import resume_pushes
from bot.locales.service import say


async def say_paused(turn: Turn) -> None:
    """Say once, below the answer, that alerts were paused while their person was silent, and offer to go on.

    Whoever stopped everything hears of it when they take messages up again.
    """
    if await preferring.is_stopped(turn):
        return
    searches = await take_silenced(turn.session, person_id=turn.person.id)
    if not searches:
        return
    again = {"search_ids": [search.id for search in searches]}
    rows = [
        [Button(say("alerting.silent_resume", turn.language), "silence_go_on", again)],
        [list_button(turn.language)],
    ]
    await send(turn, Reply(say("alerting.silent_paused", turn.language, count=len(searches)), rows))


async def keep_on(turn: Turn, search_ids: Collection[int] = ()) -> Reply:
    """Go on telling of new offers, as somebody answers who was asked; what was paused meanwhile is taken up again.

    Args:
        turn: the turn.
        search_ids: alerts that were paused while they were silent, as they were told.

    Raises:
        UserError: they are too young to agree to it.
    """
    if await preferring.is_stopped(turn):
        await resume_pushes(turn.session, person_id=turn.person.id, now=turn.now)
    named = [await find_search(turn.session, one, person_id=turn.person.id) for one in search_ids]
    paused = [search for search in named if search is not None and search.is_paused]
    paused += await take_silenced(turn.session, person_id=turn.person.id)
    for search in paused:
        await resume_search(turn.session, search, now=turn.now)
    stop = Button(say("pushes.stop", turn.language), "pushes_stop")
    return Reply(say("alerting.silent_goes_on", turn.language), [[list_button(turn.language), stop]])


def keep_all(turn: Turn) -> Reply:
    """Say that nothing is erased: pressing the button was the sign of life."""
    return Reply(say("alerting.silent_kept", turn.language), [[list_button(turn.language)]])
