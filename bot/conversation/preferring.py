"""What a person wants of messages that come by themselves: stop, take up again, hours, holidays, number, time zone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from bot.alerts.service import list_searches, move_slots
from bot.chat.keyboards import Button
from bot.conversation.alert_cards import hour_words, list_button, time_there
from bot.conversation.alert_context import ALERTS, WHERE
from bot.conversation.answers import resume_rows
from bot.conversation.asking import is_waiting, note_subject
from bot.conversation.replies import Reply, Turn
from bot.conversation.telling import age_told
from bot.conversation.wishes import Wishes
from bot.deliveries.models import PushPreferences
from bot.deliveries.service import (
    YOUNGEST,
    infer_zone,
    let_agree,
    preferences_of,
    resume_campaigns,
    resume_pushes,
    set_holidays_off,
    set_most_a_day,
    set_quiet_hours,
    set_zone,
    stop_campaigns,
    stop_pushes,
    stop_too_young,
)
from bot.kit.errors import UserError
from bot.locales.service import say
from bot.understanding.models import PLACES, Parse
from bot.vocabulary.zones import zone_of_country, zone_of_place

_QUIET = ((21, 8), (22, 7), (20, 9))
_CAPS = (1, 3, 5)
_SETTINGS = "settings"
_FEWEST_HOURS, _SMALL_HOURS = 2, 5  # left to write in each day; until when "la nuit" belongs to the day before
_LIMITED = {True: "alerting.noted", False: "pushes.beyond"}


async def stop(turn: Turn) -> Reply:
    """Send nothing more by itself from this moment on, what waits to leave included; searches stay as they are."""
    if is_waiting(turn.conversation):
        turn.conversation.flow = None
        turn.notes.append(say("knowledge.stopped", turn.language))
    turn.conversation.pending_question = None
    preferences = await preferences_of(turn.session, turn.person.id)
    if preferences is None:
        return Reply(say("pushes.nothing_sent", turn.language), resume_rows(turn))
    await stop_pushes(turn.session, person_id=turn.person.id, reason="asked", now=turn.now)
    count = len(await list_searches(turn.session, person_id=turn.person.id))
    kept = say("pushes.kept_alerts", turn.language, count=count) if count else ""
    note_subject(turn, ALERTS, _SETTINGS)
    rows = [
        [Button(say("pushes.resume", turn.language), "pushes_resume")],
        [Button(say("pushes.only_campaigns", turn.language), "campaigns_stop", {"resumes": True})],
        [list_button(turn.language)],
    ]
    return Reply(" ".join(filter(None, (say("pushes.stopped", turn.language), kept))), rows)


async def resume(turn: Turn) -> Reply:
    """Send again what was stopped; somebody who never asked for anything is told how to. Under fifteen, nothing."""
    try:
        is_resumed = await resume_pushes(turn.session, person_id=turn.person.id, now=turn.now)
    except UserError as error:
        return Reply(say(error.key, turn.language, **error.values), resume_rows(turn))
    if not is_resumed:
        return Reply(say("alerting.none", turn.language), resume_rows(turn))
    stop_button = Button(say("pushes.stop", turn.language), "pushes_stop")
    return Reply(say("pushes.resumed", turn.language), [[list_button(turn.language), stop_button]])


async def is_stopped(turn: Turn) -> bool:
    """Say whether everything that is sent by itself is stopped."""
    preferences = await preferences_of(turn.session, turn.person.id)
    return preferences is not None and preferences.stopped_at is not None


def say_all_goes_on(turn: Turn) -> None:
    """Say above the answer that everything goes on again: somebody who had stopped it has asked for one thing of it."""
    turn.notes.append(say("pushes.resumed", turn.language))


async def mind_age(turn: Turn, *, is_told: bool = True) -> None:
    """Send nothing by itself any more to somebody who said that they are under fifteen, and say so once.

    Whoever says that they are older may ask for it again.

    Args:
        turn: the turn.
        is_told: whether it is said above the answer.
    """
    age = age_told(turn)
    if age is None:
        return
    if age >= YOUNGEST:
        await let_agree(turn.session, person_id=turn.person.id, now=turn.now)
    elif await stop_too_young(turn.session, person_id=turn.person.id, now=turn.now) and is_told:
        turn.notes.append(say("alerting.too_young", turn.language, age=YOUNGEST))


async def refuse_campaigns(turn: Turn, *, resumes: bool = False) -> Reply:
    """Send no message of the advisers any more; alerts go on, and are taken up again when `resumes`."""
    if await preferences_of(turn.session, turn.person.id) is None:
        return Reply(say("pushes.nothing_sent", turn.language), resume_rows(turn))
    if resumes:
        await resume_pushes(turn.session, person_id=turn.person.id, now=turn.now)
    await stop_campaigns(turn.session, person_id=turn.person.id, now=turn.now)
    again = Button(say("pushes.campaigns_resume", turn.language), "campaigns_resume")
    return Reply(say("pushes.campaigns_stopped", turn.language), [[again, list_button(turn.language)]])


async def accept_campaigns(turn: Turn) -> Reply:
    """Send messages of the advisers again."""
    await _preferences(turn)
    await resume_campaigns(turn.session, person_id=turn.person.id, now=turn.now)
    return Reply(say("pushes.campaigns_resumed", turn.language), [[_settings_button(turn.language)]])


async def show_settings(turn: Turn, *, preface: str = "") -> Reply:
    """Return when somebody may be written to and how often, with a button for each change."""
    preferences = await preferences_of(turn.session, turn.person.id)
    if preferences is None:
        return Reply(say("alerting.none", turn.language), resume_rows(turn))
    note_subject(turn, ALERTS, _SETTINGS)
    language = turn.language
    start, until = hour_words(preferences.quiet_from, language), hour_words(preferences.quiet_until, language)
    holidays = say("pushes.holidays_off" if preferences.holidays_off else "pushes.holidays_on", language)
    campaigns = say("pushes.campaigns_off" if preferences.campaigns_stopped_at else "pushes.campaigns_on", language)
    text = say(
        "pushes.settings_text", language, place=place_words(preferences, language), now=time_there(turn, preferences),
        start=start, until=until, holidays=holidays, count=preferences.most_a_day, campaigns=campaigns,
    )  # fmt: skip
    return Reply("\n".join(filter(None, (preface, text))), _settings_rows(turn, preferences), in_place=True)


async def set_preference(turn: Turn, arguments: dict[str, Any]) -> Reply:
    """Change what a button of the settings stands for, and show them again.

    Raises:
        UserError: there is nothing to change, for they never agreed to anything.
    """
    await _preferences(turn)
    session, person_id, now = turn.session, turn.person.id, turn.now
    if "quiet" in arguments:
        start, end = (int(hour) for hour in arguments["quiet"])
        await set_quiet_hours(session, person_id=person_id, start=start, end=end, now=now)
    if "most" in arguments:
        await set_most_a_day(session, person_id=person_id, most=int(arguments["most"]), now=now)
    if "holidays_off" in arguments:
        await set_holidays_off(session, person_id=person_id, is_off=bool(arguments["holidays_off"]), now=now)
    await move_slots(session, person_id=person_id, now=now)
    return await show_settings(turn, preface=say("alerting.noted", turn.language))


async def limit(turn: Turn, wishes: Wishes) -> Reply:
    """Keep what a message does not want to come, and show the settings; say what of it none of them keeps."""
    if await preferences_of(turn.session, turn.person.id) is None:
        return Reply(say("alerting.none", turn.language), resume_rows(turn))
    is_kept = await keep_wishes(turn, wishes)
    return replace(await show_settings(turn, preface=say(_LIMITED[is_kept], turn.language)), in_place=False)


async def offer_pause(turn: Turn) -> Reply:
    """Say that nothing stops from one day to another by itself, and how to do it by hand."""
    if await preferences_of(turn.session, turn.person.id) is None:
        return Reply(say("pushes.nothing_sent", turn.language), resume_rows(turn))
    stop_button = Button(say("pushes.stop", turn.language), "pushes_stop")
    return Reply(say("pushes.no_dates", turn.language), [[stop_button, list_button(turn.language)]])


async def keep_wishes(turn: Turn, wishes: Wishes) -> bool:
    """Set what a message does not want to come; return whether all of it could be.

    Raises:
        UserError: they never agreed to anything: there is nothing to set.
    """
    before = await _preferences(turn)
    session, person_id, now = turn.session, turn.person.id, turn.now
    start = before.quiet_from if wishes.quiet_from is None else wishes.quiet_from
    until = before.quiet_until if wishes.quiet_until is None else wishes.quiet_until
    is_long_enough = _hours_left(start, until) >= _FEWEST_HOURS
    if is_long_enough and (start, until) != (before.quiet_from, before.quiet_until):
        await set_quiet_hours(session, person_id=person_id, start=start, end=until, now=now)
    if wishes.holidays_off is not None:
        await set_holidays_off(session, person_id=person_id, is_off=wishes.holidays_off, now=now)
    if wishes.most is not None:
        await set_most_a_day(session, person_id=person_id, most=wishes.most, now=now)
    await move_slots(session, person_id=person_id, now=now)
    return is_long_enough and not wishes.is_beyond


def _hours_left(start: int, until: int) -> int:
    """Return how many hours of a day are left to write in; midnight and the small hours end the day before."""
    return (start + 24 if start <= _SMALL_HOURS else start) - until


async def ask_home(turn: Turn) -> Reply:
    """Ask in which town somebody lives, for the time there; the next message that names a place answers it.

    Raises:
        UserError: they never agreed to anything: there is no time zone to set.
    """
    await _preferences(turn)
    turn.conversation.pending_question = WHERE
    return Reply(say("pushes.ask_home", turn.language), [[_settings_button(turn.language)]])


async def note_home(turn: Turn, parse: Parse) -> Reply:
    """Take the time zone of the place that a message names; one that is not known is asked again."""
    turn.conversation.pending_question = None
    if await preferences_of(turn.session, turn.person.id) is None:
        return Reply(say("alerting.none", turn.language), resume_rows(turn))
    zones = (
        zone_of_place(named.value) for named in parse.entities if named.entity in PLACES and named.norm is not None
    )
    zone = next((one for one in zones if one is not None), None)
    if zone is None:
        turn.conversation.pending_question = WHERE
        return Reply(say("pushes.home_unknown", turn.language))
    await set_zone(turn.session, person_id=turn.person.id, zone=zone, now=turn.now)
    preferences = await _preferences(turn)
    await move_slots(turn.session, person_id=turn.person.id, now=turn.now)
    place, there = place_words(preferences, turn.language), time_there(turn, preferences)
    text = say("pushes.zone_set", turn.language, place=place, now=there)
    return Reply(text, [[list_button(turn.language), _settings_button(turn.language)]])


async def with_home_zone(turn: Turn) -> PushPreferences:
    """Return the preferences with the time zone of where the person said that they live, unless they told a zone.

    Raises:
        UserError: they never agreed to anything: there is no time zone to set.
    """
    told = turn.conversation.situation or {}
    zone = told.get("zone") or zone_of_country(str(told.get("residence", "")))
    if zone and await infer_zone(turn.session, person_id=turn.person.id, zone=zone, now=turn.now):
        await move_slots(turn.session, person_id=turn.person.id, now=turn.now)
    return await _preferences(turn)


async def follow_home(turn: Turn, parse: Parse) -> None:
    """Let the clock of somebody who is written to follow the place where a message says that they live."""
    is_home_named = any(named.entity in PLACES and named.role == "origin" for named in parse.entities)
    if is_home_named and await preferences_of(turn.session, turn.person.id) is not None:
        await with_home_zone(turn)


def place_words(preferences: PushPreferences, language: str) -> str:
    """Return the town that a time zone is named after, in a language."""
    return str(get_timezone_location(ZoneInfo(preferences.time_zone), locale=str(language), return_city=True))


def _settings_rows(turn: Turn, preferences: PushPreferences) -> list[list[Button]]:
    language = turn.language
    quiet = [
        Button(say("pushes.quiet", language, start=start, until=until), "push_set", {"quiet": [start, until]})
        for start, until in _QUIET
        if (start, until) != (preferences.quiet_from, preferences.quiet_until)
    ]
    caps = [
        Button(say("pushes.most", language, count=most), "push_set", {"most": most})
        for most in _CAPS
        if most != preferences.most_a_day
    ]
    is_off = preferences.holidays_off
    holidays = say("pushes.holidays_allow" if is_off else "pushes.holidays_refuse", language)
    is_refused = preferences.campaigns_stopped_at is not None
    campaigns = (
        ("pushes.campaigns_resume", "campaigns_resume") if is_refused else ("pushes.campaigns_stop", "campaigns_stop")
    )
    return [
        [Button(say("pushes.live_elsewhere", language), "zone_ask")],
        quiet,
        caps,
        [Button(holidays, "push_set", {"holidays_off": not is_off})],
        [Button(say(campaigns[0], language), campaigns[1])],
        [list_button(language)],
    ]


def _settings_button(language: str) -> Button:
    return Button(say("pushes.settings", language), "push_settings")


async def _preferences(turn: Turn) -> PushPreferences:
    preferences = await preferences_of(turn.session, turn.person.id)
    if preferences is None:
        raise UserError("chat.button_expired")
    return preferences
