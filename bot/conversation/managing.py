"""Managing alerts by words and by buttons: list, open, rename, pause, take up again, change the rhythm, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.alerts.models import SavedSearch
from bot.alerts.service import (
    delete_search,
    delete_searches,
    find_search,
    list_searches,
    pause_search,
    pause_searches,
    rename_search,
    resume_search,
)
from bot.chat.formatting import escape
from bot.chat.keyboards import Button
from bot.conversation import preferring
from bot.conversation.alert_cards import alert_name, card_reply, list_button, list_reply, rhythm_reply, rhythm_words
from bot.conversation.alert_context import ALERTS, LISTED, NAME
from bot.conversation.alerting import FASTER, SLOWER, give_rhythm, say_limits, settled
from bot.conversation.answers import resume_rows
from bot.conversation.asking import note_subject, subject_of
from bot.conversation.markers import is_bare_rank, rank_said
from bot.conversation.queries import keep_list, told_offers
from bot.conversation.replies import Reply, Turn
from bot.conversation.rhythms import Rhythm, Said, said_of_alerts
from bot.conversation.searching import kind_rows, show_page
from bot.deliveries.service import preferences_of, resume_pushes
from bot.kit.errors import UserError
from bot.locales.service import say
from bot.understanding.models import Parse
from bot.vocabulary.text import fold

_LIST = "list"


async def manage(turn: Turn, parse: Parse) -> Reply:
    """Do with their alerts what a message says; what it leaves open is asked, or the list is shown."""
    said = said_of_alerts(parse.text)
    if said.act == "settings" or (said.is_question and said.rhythm and not said.act):
        return await preferring.show_settings(turn)
    searches = await list_searches(turn.session, person_id=turn.person.id)
    is_opening = not said.act and not said.rhythm and is_bare_rank(parse.text)
    if not searches or said.act == _LIST or not (said.act or said.rhythm or is_opening):
        return await show_list(turn)
    if said.act == "resume" and await preferring.is_stopped(turn):
        return await preferring.resume(turn)
    if said.is_all and said.act in ("pause", "resume", "delete"):
        return await _do_with_all(turn, said.act, searches)
    search = _meant(turn, said, searches)
    if search is None:
        return await show_list(turn, preface=say("alerting.which", turn.language))
    return await _do(turn, search, said)


async def show_list(turn: Turn, *, page: int = 0, preface: str = "") -> Reply:
    """Return somebody's alerts; without any, how to have one."""
    searches = await list_searches(turn.session, person_id=turn.person.id)
    note_subject(turn, ALERTS, LISTED)
    if not searches:
        return Reply(say("alerting.none", turn.language), [*resume_rows(turn), *await kind_rows(turn)])
    return list_reply(turn, searches, await preferences_of(turn.session, turn.person.id), page, preface=preface)


async def show_alert(turn: Turn, search_id: int, *, preface: str = "") -> Reply:
    """Return the card of an alert.

    Raises:
        UserError: it is gone, or somebody else's.
    """
    return card_reply(turn, await _own(turn, search_id), preface=preface)


async def mute(turn: Turn, search_id: int, *, on_card: bool = False) -> Reply:
    """Tell nothing more of an alert until its person says so.

    Raises:
        UserError: it is gone, or somebody else's.
    """
    search = await _own(turn, search_id)
    await pause_search(turn.session, search, now=turn.now)
    return _done(turn, search, say("alerting.muted", turn.language, name=alert_name(search, turn.language)), on_card)


async def take_up(turn: Turn, search_id: int, *, on_card: bool = False) -> Reply:
    """Tell of an alert again, and of everything else when all was stopped: nothing would come otherwise.

    Raises:
        UserError: it is gone, or somebody else's; or its person is too young to agree to it.
    """
    search = await _own(turn, search_id)
    if await preferring.is_stopped(turn):
        await resume_pushes(turn.session, person_id=turn.person.id, now=turn.now)
        preferring.say_all_goes_on(turn)
    await resume_search(turn.session, search, now=turn.now)
    words = {"name": alert_name(search, turn.language), "rhythm": rhythm_words(search, turn.language)}
    return _done(turn, search, say("alerting.resumed", turn.language, **words), on_card)


async def delete(turn: Turn, search_id: int, *, on_card: bool = False) -> Reply:
    """Delete an alert; one button brings the same back, so that nothing need be asked before.

    Raises:
        UserError: it is gone, or somebody else's.
    """
    search = await _own(turn, search_id)
    text = say("alerting.deleted", turn.language, name=alert_name(search, turn.language))
    rhythm = {"rhythm": search.rhythm, "weekday": search.weekday, "hour": search.hour}
    again = Button(say("alerting.undo", turn.language), "alert_save", {"criteria": search.criteria, **rhythm})
    await delete_search(turn.session, search, now=turn.now)
    note_subject(turn, ALERTS, LISTED)
    return Reply(text, [[again, list_button(turn.language)]], in_place=on_card)


async def delete_all(turn: Turn) -> Reply:
    """Delete every alert of somebody, who was asked before."""
    await delete_searches(turn.session, await list_searches(turn.session, person_id=turn.person.id), now=turn.now)
    note_subject(turn, ALERTS, LISTED)
    return Reply(say("alerting.all_deleted", turn.language), resume_rows(turn), in_place=True)


async def ask_name(turn: Turn, search_id: int) -> Reply:
    """Ask how an alert is to be called; the next short message is its name.

    Raises:
        UserError: it is gone, or somebody else's.
    """
    search = await _own(turn, search_id)
    turn.conversation.pending_question = NAME
    text = say("alerting.ask_name", turn.language, name=alert_name(search, turn.language))
    return Reply(text, [[list_button(turn.language)]])


async def name_alert(turn: Turn, name: str) -> Reply:
    """Give the name that was asked for to the alert that was open; if it is gone meanwhile, show the others."""
    turn.conversation.pending_question = None
    opened = _open_id(turn)
    search = await find_search(turn.session, opened, person_id=turn.person.id) if opened is not None else None
    return await _rename(turn, search, name) if search is not None else await show_list(turn)


async def choose_rhythm(turn: Turn, search_id: int, rhythm: Rhythm) -> Reply:
    """Change how often an alert comes as far as it is said, and offer what is left to choose.

    Raises:
        UserError: it is gone, or somebody else's.
    """
    search = await _own(turn, search_id)
    is_changed = bool(rhythm) and rhythm != Rhythm(leaves_out=True)  # a day cannot be left out: nothing to note
    if is_changed:
        await give_rhythm(turn, search, settled(rhythm, Rhythm(search.rhythm, search.weekday, search.hour)))
    preface = say("alerting.noted", turn.language) if is_changed else ""
    return rhythm_reply(turn, search, await preferences_of(turn.session, turn.person.id), preface=preface)


async def open_told(turn: Turn, search_id: int, delivery_ids: Sequence[int]) -> Reply:
    """Return what a digest told as a list with pages, under what its search asks for when it told of no other.

    Raises:
        UserError: nothing of it is left, or it was told to somebody else.
    """
    told = await told_offers(turn.session, delivery_ids, person_id=turn.person.id)
    if not told:
        raise UserError("chat.button_expired")
    search = await find_search(turn.session, search_id, person_id=turn.person.id)
    is_alone = all(delivery.source_id == search_id for delivery in told)
    criteria = search.criteria if search is not None and is_alone else {}
    ids = list(dict.fromkeys(delivery.offer_id for delivery in told))
    kept = await keep_list(
        turn.session, person_id=turn.person.id, criteria=criteria, offer_ids=[one for one in ids if one is not None],
        reasons=[[] for _ in ids], total=len(ids), now=turn.now,
    )  # fmt: skip
    turn.conversation.criteria, turn.conversation.offer_id = criteria, None
    page = await show_page(turn, kept, 0, preface=say("alerting.told", turn.language))
    return replace(page, in_place=False)  # the digest stays above it


async def _do(turn: Turn, search: SavedSearch, said: Said) -> Reply:
    if said.act == "rename":
        return await _rename(turn, search, said.name) if said.name else await ask_name(turn, search.id)
    if said.act == "delete":
        return await delete(turn, search.id)
    if said.act == "pause":
        return await mute(turn, search.id)
    if said.act == "resume":
        return await take_up(turn, search.id)
    if said.rhythm:
        return await _change(turn, search, said.rhythm)
    return await show_alert(turn, search.id)


async def _change(turn: Turn, search: SavedSearch, rhythm: Rhythm) -> Reply:
    say_limits(turn, rhythm)
    if not rhythm.direction or rhythm.name or rhythm.hour is not None:
        return replace(await choose_rhythm(turn, search.id, rhythm), in_place=False)
    name = (SLOWER if rhythm.direction < 0 else FASTER)[search.rhythm]
    if name == search.rhythm:
        key = "alerting.slowest" if rhythm.direction < 0 else "alerting.fastest"
        return await show_alert(turn, search.id, preface=say(key, turn.language))
    return await choose_rhythm(turn, search.id, Rhythm(name))


async def _do_with_all(turn: Turn, act: str, searches: Sequence[SavedSearch]) -> Reply:
    if act == "delete":
        yes = Button(say("alerting.delete_all_yes", turn.language), "alerts_clear")
        text = say("alerting.delete_all", turn.language, count=len(searches))
        return Reply(text, [[yes, list_button(turn.language)]])
    if act == "pause":
        await pause_searches(turn.session, searches, now=turn.now)
    for search in searches if act == "resume" else ():
        await resume_search(turn.session, search, now=turn.now)
    return await show_list(turn, preface=say(f"alerting.all_{act}", turn.language))


async def _rename(turn: Turn, search: SavedSearch, name: str) -> Reply:
    await rename_search(turn.session, search, name=name, now=turn.now)
    note_subject(turn, ALERTS, str(search.id))
    text = say("alerting.renamed", turn.language, name=escape(name))
    return card_reply(turn, search, preface=text)


def _meant(turn: Turn, said: Said, searches: Sequence[SavedSearch]) -> SavedSearch | None:
    """Return the alert that is meant: by its number, by its name, else the one last shown, else the only one."""
    rank = rank_said(said.rest, last=len(searches))
    if rank is not None:
        return searches[rank - 1] if rank <= len(searches) else None
    named = [one for one in searches if one.name and f" {fold(one.name)} " in f" {said.rest} "]
    if len(named) == 1 and said.act != "rename":
        return named[0]
    opened = next((one for one in searches if one.id == _open_id(turn)), None)
    return opened or (searches[0] if len(searches) == 1 else None)


def _open_id(turn: Turn) -> int | None:
    topic, identity = subject_of(turn) or ("", "")
    return int(identity) if topic == ALERTS and identity.isdecimal() else None


async def _own(turn: Turn, search_id: int) -> SavedSearch:
    search = await find_search(turn.session, search_id, person_id=turn.person.id)
    if search is None:
        raise UserError("chat.button_expired")
    note_subject(turn, ALERTS, str(search.id))
    return search


def _done(turn: Turn, search: SavedSearch, words: str, on_card: bool) -> Reply:
    """Say what was done: on the card that had the button, else in a message of its own with the way back."""
    if on_card:
        return card_reply(turn, search, preface=words)
    return Reply(words, _rows_after(turn, search))


def _rows_after(turn: Turn, search: SavedSearch) -> list[list[Button]]:
    here = {"search_id": search.id}
    again = ("alerting.resume", "alert_resume") if search.is_paused else ("alerting.pause", "alert_mute")
    return [
        [
            Button(say(again[0], turn.language), again[1], here),
            Button(say("alerting.delete", turn.language), "alert_delete", here),
        ],
        [list_button(turn.language)],
    ]
