"""Being told of new offers: saving a search in one tap or by words, at a rhythm, with what that means said plainly."""

from __future__ import annotations

from dataclasses import replace

from bot.alerts.models import SavedSearch
from bot.alerts.service import (
    DEFAULT_HOUR,
    DEFAULT_WEEKDAY,
    change_rhythm,
    list_searches,
    resume_search,
    save_search,
    search_words,
)
from bot.catalogue.criteria import Criteria
from bot.chat.formatting import escape
from bot.chat.keyboards import Button
from bot.conversation.alert_cards import hour_words, list_button, rhythm_row, rhythm_words
from bot.conversation.alert_context import ALERTS
from bot.conversation.answers import resume_rows
from bot.conversation.asking import note_subject
from bot.conversation.markers import wanted_kinds
from bot.conversation.models import ResultList
from bot.conversation.preferring import is_stopped, keep_wishes, place_words, say_all_goes_on, with_home_zone
from bot.conversation.queries import own_list
from bot.conversation.refinement import start_search
from bot.conversation.replies import Reply, Turn
from bot.conversation.rhythms import Rhythm, rhythm_said
from bot.conversation.searching import kind_rows
from bot.conversation.telling import is_too_young
from bot.conversation.wishes import NO_WISHES, Wishes, wishes_in
from bot.deliveries.models import PushPreferences
from bot.deliveries.service import YOUNGEST
from bot.kit.embedding import Embedder
from bot.kit.errors import UserError
from bot.locales.service import say
from bot.understanding.models import PLACES, Intent, Parse

# Once a day, so that nobody is disturbed more; in the evening, after school or work and well before the quiet hours.
DEFAULT = Rhythm("daily", None, DEFAULT_HOUR)
SLOWER = {"at_once": "daily", "daily": "weekly", "weekly": "weekly"}
FASTER = {"weekly": "daily", "daily": "at_once", "at_once": "at_once"}
_LONGEST = 200
_NAMED = (*PLACES, "field", "programme", "organisation")


async def subscribe(turn: Turn, parse: Parse, *, embedder: Embedder) -> Reply:
    """Save the search that a message names, else the running one; without any, ask what for."""
    running = turn.conversation.criteria
    criteria = _criteria_of(parse, Criteria.from_json(running) if running is not None else None)
    rhythm = rhythm_said(parse.text)
    say_limits(turn, rhythm)
    return await save_alert(turn, criteria, rhythm, embedder=embedder, wishes=wishes_in(parse.text))


async def save_alert(
    turn: Turn, criteria: Criteria, rhythm: Rhythm, *, embedder: Embedder, list_id: int | None = None,
    wishes: Wishes = NO_WISHES,
) -> Reply:  # fmt: skip
    """Save a search as an alert, which is how somebody agrees to be written to; say what that means."""
    turn.conversation.pending_question = None
    if is_too_young(turn, criteria):
        return Reply(say("alerting.too_young", turn.language, age=YOUNGEST), resume_rows(turn))
    if criteria.is_bare() and not criteria.words:
        return Reply(say("alerting.what_for", turn.language), await kind_rows(turn))
    before = {search.id for search in await list_searches(turn.session, person_id=turn.person.id)}
    chosen, goes_on = settled(rhythm, DEFAULT), bool(before) and await is_stopped(turn)
    shown = await _shown(turn, criteria, list_id)
    try:
        search = await save_search(
            turn.session, person_id=turn.person.id, criteria=criteria, rhythm=str(chosen.name), weekday=chosen.weekday,
            hour=chosen.hour, embedder=embedder, seen_offer_ids=shown.offer_ids if shown else (),
            seen_at=shown.created_at if shown else None, now=turn.now,
        )  # fmt: skip
    except UserError as error:  # too many: one must go first; or too young, said before the conversation began anew
        return Reply(say(error.key, turn.language, **error.values), [[list_button(turn.language)]])
    if goes_on:
        say_all_goes_on(turn)
    preferences = await with_home_zone(turn)
    if wishes:  # "préviens-moi, mais pas le matin"
        preferences = await _with_wishes(turn, wishes)
    note_subject(turn, ALERTS, str(search.id))
    if search.id in before:
        return await _already(turn, search, rhythm, preferences)
    return _saved(turn, search, preferences, is_first=not before)


async def _with_wishes(turn: Turn, wishes: Wishes) -> PushPreferences:
    """Keep what a wish to be told leaves out; say above the answer from when to when nothing comes now."""
    if not await keep_wishes(turn, wishes):
        turn.notes.append(say("pushes.beyond", turn.language))
    preferences = await with_home_zone(turn)
    start, until = (hour_words(hour, turn.language) for hour in (preferences.quiet_from, preferences.quiet_until))
    turn.notes.append(say("pushes.quiet_now", turn.language, start=start, until=until))
    return preferences


async def give_rhythm(turn: Turn, search: SavedSearch, rhythm: Rhythm) -> None:
    """Give an alert another rhythm; one that was paused is taken up again, for nobody changes what they do not want."""
    if search.is_paused:
        await resume_search(turn.session, search, now=turn.now)
    await change_rhythm(
        turn.session, search, rhythm=str(rhythm.name), weekday=rhythm.weekday, hour=rhythm.hour, now=turn.now
    )


def say_limits(turn: Turn, rhythm: Rhythm) -> None:
    """Say above the answer what of a rhythm no alert can do: leave out one day, come once a month or at some minute."""
    if rhythm.leaves_out:
        turn.notes.append(say("alerting.no_day_left_out", turn.language))
    if rhythm.is_nearest:
        turn.notes.append(say("alerting.nearest_rhythm", turn.language))
    if rhythm.has_minutes:
        turn.notes.append(say("alerting.whole_hours", turn.language))


def settled(said: Rhythm, before: Rhythm) -> Rhythm:
    """Return the rhythm that is said, what it leaves open taken from the one before, or from what suits most people.

    A weekday makes it weekly; an hour alone keeps it as it was, or daily when it had no hour; "moins souvent" is the
    rhythm below the one before.
    """
    name = said.name or (before.name if before.name != "at_once" or said.hour is None else "daily")
    if said.direction and said.name is None and before.name is not None:
        name = (SLOWER if said.direction < 0 else FASTER)[before.name]
    if name == "at_once":
        return Rhythm("at_once")
    hour = next(one for one in (said.hour, before.hour, DEFAULT_HOUR) if one is not None)
    if name == "daily":
        return Rhythm("daily", None, hour)
    days = (said.weekday, before.weekday, DEFAULT_WEEKDAY)
    return Rhythm("weekly", next(one for one in days if one is not None), hour)


def _criteria_of(parse: Parse, running: Criteria | None) -> Criteria:
    kinds = wanted_kinds(parse.text, parse.language)
    names = any(entity.entity in _NAMED and entity.norm is not None and not entity.role for entity in parse.entities)
    if not names and not kinds:
        return running or Criteria()
    asked = replace(parse, intent=Intent(f"search_{kinds[0]}" if kinds else "search_any", parse.intent.confidence))
    return replace(start_search(asked, running), words="")  # "préviens-moi" ranks nothing


async def _already(turn: Turn, search: SavedSearch, rhythm: Rhythm, preferences: PushPreferences) -> Reply:
    """Say that the alert is there; with a rhythm, change it."""
    if rhythm:
        await give_rhythm(turn, search, settled(rhythm, Rhythm(search.rhythm, search.weekday, search.hour)))
        return _saved(turn, search, preferences, is_first=False)
    text = say("alerting.already", turn.language, rhythm=rhythm_words(search, turn.language))
    return Reply(text, [rhythm_row(turn, search), [list_button(turn.language)]])


async def _shown(turn: Turn, criteria: Criteria, list_id: int | None) -> ResultList | None:
    """Return the list under which the search is saved, if any: its offers are no news."""
    shown = await own_list(turn.session, list_id or turn.conversation.list_id, person_id=turn.person.id)
    if shown is None or replace(Criteria.from_json(shown.criteria), words="") != replace(criteria, words=""):
        return None
    return shown


def _saved(turn: Turn, search: SavedSearch, preferences: PushPreferences, *, is_first: bool) -> Reply:
    """Say what was saved, when it comes and when it never does, and how to stop."""
    language = turn.language
    what = escape(search_words(search, language, most=_LONGEST))
    rhythm = rhythm_words(search, language)
    if search.hour is not None:
        rhythm = say("alerting.rhythm_there", language, rhythm=rhythm, place=place_words(preferences, language))
    parts = [say("alerting.saved", language, what=what, rhythm=rhythm)]
    if turn.person.channel == "terminal":
        parts.append(say("alerting.only_on_telegram", language))
    if is_first:
        start, until = (hour_words(hour, language) for hour in (preferences.quiet_from, preferences.quiet_until))
        parts.append(say("alerting.promise", language, start=start, until=until, count=preferences.most_a_day))
    parts.append(say("alerting.how_to_stop", language))
    elsewhere = Button(say("pushes.live_elsewhere", language), "zone_ask")
    return Reply("\n".join(parts), [rhythm_row(turn, search), [list_button(language), elsewhere]])
