"""Kept offers: whether one is told of them, what became of the application, and how both are heard."""

from __future__ import annotations

from collections.abc import Sequence

from bot.alerts.service import list_searches
from bot.catalogue.cards import deadline_line
from bot.catalogue.models import Offer
from bot.catalogue.service import is_available, load_offers
from bot.chat.formatting import escape, shortened
from bot.chat.keyboards import Button
from bot.conversation.alert_cards import list_button
from bot.conversation.answers import resume_rows
from bot.conversation.card_questions import open_card
from bot.conversation.context import FOLLOW
from bot.conversation.kept_words import (
    application_said,
    follow_said,
    is_asking_applications,
    is_asking_plan,
    is_found_elsewhere,
    is_of_an_offer_only,
    number_said,
)
from bot.conversation.models import KEPT
from bot.conversation.preferring import is_stopped, say_all_goes_on
from bot.conversation.replies import Reply, Turn
from bot.conversation.searching import current_list
from bot.conversation.telling import is_too_young
from bot.deliveries.service import YOUNGEST, preferences_of
from bot.followups.service import (
    SENT,
    application_rows,
    applications,
    date_plan,
    follow_kept,
    follows_kept,
    keep_offer,
    kept_offers,
    last_asked,
    plan_of,
    set_application,
)
from bot.kit.errors import UserError
from bot.locales.service import say

APPLICATION = "application_"  # a step's name goes on with the state that was said
SHOW_PLAN, FOUND_ELSEWHERE = "show_plan", "found_elsewhere"
FOLLOW_KEPT, UNFOLLOW_KEPT = "follow_kept", "unfollow_kept"
_LONGEST_TITLE = 90
GAVE_UP = "gave_up"
_LONGEST_LABEL, _MOST_KEPT = 40, 6
# What is said to whoever tells of an application and keeps no offer.
_TOLD_ALONE = {
    "applied": "followups.told_applied",
    "interview": "followups.said_interview",
    "accepted": "followups.told_accepted",
    "refused": "followups.said_refused",
}


async def ask_to_follow(turn: Turn) -> Reply | None:
    """Ask once whether kept offers may bring messages; None when it was asked before, or may not be."""
    is_asked = await follows_kept(turn.session, person_id=turn.person.id) is not None
    if is_asked or is_too_young(turn):
        return None
    turn.conversation.pending_question = FOLLOW
    yes = Button(say("followups.ask_yes", turn.language), "follow_kept", {"wanted": True})
    no = Button(say("followups.ask_no", turn.language), "follow_kept", {"wanted": False})
    return Reply(say("followups.ask", turn.language), [[yes, no]])


async def set_follow(turn: Turn, *, wanted: bool) -> Reply:
    """Note whether kept offers may bring messages, and say how it stands."""
    turn.conversation.pending_question = None
    if wanted and is_too_young(turn):
        return Reply(say("followups.too_young", turn.language, age=YOUNGEST), resume_rows(turn))
    searches = await list_searches(turn.session, person_id=turn.person.id)
    goes_on = wanted and bool(searches) and await is_stopped(turn)
    try:
        await follow_kept(turn.session, person_id=turn.person.id, wanted=wanted, now=turn.now)
    except UserError:  # the age was told before the conversation began anew
        return Reply(say("followups.too_young", turn.language, age=YOUNGEST), resume_rows(turn))
    if not wanted:
        return Reply(say("followups.not_followed", turn.language), resume_rows(turn))
    if goes_on:
        say_all_goes_on(turn)
    # Whoever agrees reads all that it brings, and the way out.
    text = f"{say('followups.followed', turn.language)}\n{say('alerting.how_to_stop', turn.language)}"
    return Reply(text, resume_rows(turn))


async def follow_in_words(turn: Turn, *, wanted: bool) -> Reply:
    """Note what a message wants of reminders; to be reminded, something must be kept: the open card's offer is."""
    if not wanted:
        return await set_follow(turn, wanted=False)
    opened = await open_card(turn)
    if opened is not None and await keep_offer(turn.session, opened, person_id=turn.person.id, now=turn.now):
        turn.notes.append(say("followups.kept_too", turn.language))
    if not await kept_offers(turn.session, person_id=turn.person.id, most=1):
        return Reply(say("search.saved_none", turn.language), resume_rows(turn))
    return await set_follow(turn, wanted=True)


async def follow_row(turn: Turn) -> list[Button]:
    """Return the button of the kept list that changes whether they bring messages; none below 15."""
    if is_too_young(turn):
        return []
    is_followed = bool(await follows_kept(turn.session, person_id=turn.person.id))
    label = say("followups.stop_button" if is_followed else "followups.follow_button", turn.language)
    return [Button(label, "follow_kept", {"wanted": not is_followed})]


async def kept_rows(turn: Turn, offer_id: int) -> list[list[Button]]:
    """Return the buttons of a kept offer: where the application stands, and the departure."""
    state = (await applications(turn.session, [offer_id], person_id=turn.person.id)).get(offer_id)
    label = _standing(state, turn.language) if state else say("followups.application_button", turn.language)
    application = Button(label, "application_ask", {"offer_id": offer_id})
    return [[application, plan_button(turn, offer_id)]]


async def rows_of_gone(turn: Turn, offer_id: int) -> list[list[Button]]:
    """Return the buttons of an offer that is not available any more, for whoever keeps it: an accepted one goes on."""
    states = await applications(turn.session, [offer_id], person_id=turn.person.id)
    if offer_id not in states:
        return []
    is_going_on = states[offer_id] in SENT or await plan_of(turn.session, offer_id, person_id=turn.person.id)
    rows = await kept_rows(turn, offer_id)
    return rows if is_going_on else [rows[0][:1]]


async def marks(turn: Turn, offer_ids: Sequence[int]) -> dict[int, str]:
    """Return, for the kept offers whose application was spoken of, where it stands in a few words."""
    states = await applications(turn.session, offer_ids, person_id=turn.person.id)
    return {offer_id: _standing(state, turn.language) for offer_id, state in states.items() if state}


def _standing(state: str, language: str) -> str:
    return say("followups.application_known", language, what=say(f"followups.mark_{state}", language))


def plan_button(turn: Turn, offer_id: int) -> Button:
    """Return the button that shows the plan of a departure."""
    return Button(say("followups.plan_button", turn.language), "plan_show", {"offer_id": offer_id})


async def ask_application(turn: Turn, offer_id: int) -> Reply:
    """Ask where the application to an offer stands."""
    offer = (await load_offers(turn.session, [offer_id])).get(offer_id)
    if offer is None:
        return Reply(say("search.offer_gone", turn.language), resume_rows(turn))
    text = say("followups.application_ask", turn.language, title=title_of(offer))
    return Reply(text, application_rows(offer_id, turn.language))


async def answer_application(turn: Turn, offer_id: int | None, state: str) -> Reply:
    """Keep what was said of an application, and go on from there.

    Raises:
        UserError: there is no such answer.
    """
    offer = (await load_offers(turn.session, [offer_id])).get(offer_id) if offer_id is not None else None
    if offer is None:
        return Reply(say("search.offer_gone", turn.language), resume_rows(turn))
    await set_application(turn.session, offer.id, state, person_id=turn.person.id, now=turn.now)
    await date_plan(turn.session, offer, person_id=turn.person.id, now=turn.now)
    text = say(f"followups.said_{state}", turn.language)
    if state == "not_yet":
        is_open = is_available(offer, today=turn.today)
        text += "\n" + (deadline_line(offer, turn.language) if is_open else say("followups.too_late", turn.language))
    return Reply(text, [*_rows_after(turn, offer, state), *resume_rows(turn)])


def _rows_after(turn: Turn, offer: Offer, state: str) -> list[list[Button]]:
    plan = plan_button(turn, offer.id)
    adviser = Button(say("followups.adviser_button", turn.language), "adviser")
    again = Button(say("followups.search_again", turn.language), "ask_kind")
    see = Button(say("followups.see_offer", turn.language), "show_offer", {"offer_id": offer.id})
    by_state = {
        "applied": [plan],
        "interview": [adviser, plan],
        "accepted": [plan],
        "refused": [again, adviser],
        "gave_up": [again],
        "not_yet": [see] if is_available(offer, today=turn.today) else [again],
    }
    return [by_state[state]]


async def step_on_kept(turn: Turn) -> str | None:
    """Return the step of a message that does nothing but speak of a kept offer's application or departure."""
    if (news := await news_of_application(turn)) is not None:
        return news
    if application_said(turn.text) == GAVE_UP and await _offer_at_hand(turn) is not None:
        return APPLICATION + GAVE_UP
    if (wanted := follow_said(turn.text)) is not None:
        return FOLLOW_KEPT if wanted else UNFOLLOW_KEPT
    if is_asking_applications(turn.text):
        return "list_saved"
    return SHOW_PLAN if is_asking_plan(turn.text) else None


async def news_of_application(turn: Turn) -> str | None:
    """Return the step of news of an application; "j'abandonne" may be said of much else, and is left to be listened to.

    Whoever keeps no offer is answered too: "ils m'ont refusé" is no distress.
    """
    if is_found_elsewhere(turn.text):
        return FOUND_ELSEWHERE
    state = application_said(turn.text)
    if state is None or state == GAVE_UP:
        return None
    if await _offers_meant(turn):
        return APPLICATION + state
    return APPLICATION + state if state in _TOLD_ALONE and not is_of_an_offer_only(turn.text) else None


async def answer_news(turn: Turn, state: str) -> Reply:
    """Note what a message says of an application, for the offer that it means; of several, ask which."""
    offers = await load_offers(turn.session, await _offers_meant(turn))
    if not offers:
        return _told_alone(turn, state)
    if len(offers) == 1 and (number_said(turn.text) is None or await _numbered_offer(turn)):
        return await answer_application(turn, next(iter(offers)), state)
    rows = [
        [Button(shortened(offer.title, _LONGEST_LABEL), "application_set", {"offer_id": offer_id, "state": state})]
        for offer_id, offer in offers.items()
    ]
    return Reply(say("followups.which_application", turn.language), rows)


def _told_alone(turn: Turn, state: str) -> Reply:
    again = Button(say("followups.search_again", turn.language), "ask_kind")
    adviser = Button(say("followups.adviser_button", turn.language), "adviser")
    text = say(_TOLD_ALONE.get(state, "search.saved_none"), turn.language)
    return Reply(text, [[again, adviser], *resume_rows(turn)])


async def answer_elsewhere(turn: Turn) -> Reply:
    """Be glad with somebody who found a place without us; what is sent to them may have no use any more."""
    adviser = Button(say("followups.adviser_button", turn.language), "adviser")
    preferences = await preferences_of(turn.session, turn.person.id)
    if preferences is None or preferences.stopped_at is not None:
        return Reply(say("followups.told_accepted", turn.language), [[adviser], *resume_rows(turn)])
    rows = [[Button(say("pushes.stop", turn.language), "pushes_stop"), list_button(turn.language)], [adviser]]
    return Reply(say("followups.found_elsewhere", turn.language), rows)


async def _offers_meant(turn: Turn) -> list[int]:
    """Return the offers that "j'ai postulé" may speak of: the open card's or the one asked about, else all kept."""
    if (numbered := await _numbered_offer(turn)) is not None:
        return [numbered]
    at_hand = await _offer_at_hand(turn) if number_said(turn.text) is None else None
    return [at_hand] if at_hand else await kept_offers(turn.session, person_id=turn.person.id, most=_MOST_KEPT)


async def _offer_at_hand(turn: Turn) -> int | None:
    return await open_card(turn) or await last_asked(turn.session, person_id=turn.person.id, now=turn.now)


async def _numbered_offer(turn: Turn) -> int | None:
    """Return the kept offer of the number said, when the kept offers are the list shown: never another list's."""
    number, shown = number_said(turn.text), await current_list(turn)
    if number is None or shown is None or shown.criteria != KEPT or not 0 < number <= len(shown.offer_ids):
        return None
    return int(shown.offer_ids[number - 1])


def title_of(offer: Offer) -> str:
    """Return the title of an offer, escaped, for a sentence about it."""
    return escape(shortened(offer.title, _LONGEST_TITLE))
