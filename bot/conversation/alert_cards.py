"""Alerts as they are shown: in a few words, one line of the list, the card of one, the choice of a rhythm."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from bot.alerts.models import SavedSearch
from bot.alerts.service import search_label, search_words
from bot.chat.formatting import escape
from bot.chat.keyboards import Button
from bot.conversation.replies import Reply, Turn
from bot.deliveries.models import PushPreferences
from bot.deliveries.service import is_quiet_hour
from bot.locales.service import say

PAGE_SIZE = 6
_LONGEST_LINE, _LONGEST_CARD = 70, 300
_HOURS = (8, 12, 18, 20)
_WEEKDAYS = 7
_FIRST_WEEKDAYS = 4  # on the first row of buttons


def alert_name(search: SavedSearch, language: str) -> str:
    """Return how an alert is called, as HTML: by its person, else by what it searches."""
    return escape(search_label(search, language, most=_LONGEST_LINE))


def rhythm_words(search: SavedSearch, language: str) -> str:
    """Return how often an alert comes: "chaque lundi à 9 h"."""
    if search.rhythm == "at_once":
        return say("alerting.rhythm_at_once", language)
    hour = hour_words(search.hour or 0, language)
    if search.rhythm == "daily":
        return say("alerting.rhythm_daily", language, hour=hour)
    return say("alerting.rhythm_weekly", language, weekday=weekday_words(search.weekday or 0, language), hour=hour)


def hour_words(hour: int, language: str) -> str:
    """Return an hour of the clock as it is written: "18 h", "18:00"."""
    return say("alerting.hour", language, hour=hour)


def weekday_words(weekday: int, language: str, *, width: str = "wide") -> str:
    """Return the name of a weekday (0 is Monday)."""
    return str(get_day_names(width, locale=str(language))[weekday])  # type: ignore[arg-type]


def list_reply(
    turn: Turn, searches: Sequence[SavedSearch], preferences: PushPreferences | None, page: int, *, preface: str = ""
) -> Reply:
    """Return the list of somebody's alerts, a page at a time; their numbers never depend on the page."""
    page = max(0, min(page, (len(searches) - 1) // PAGE_SIZE))
    shown = list(enumerate(searches, 1))[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    is_stopped = preferences is not None and preferences.stopped_at is not None
    parts = [
        preface,
        say("alerting.list_title", turn.language, count=len(searches)),
        *(_line(rank, search, turn.language) for rank, search in shown),
        say("pushes.all_stopped" if is_stopped else "alerting.list_hint", turn.language),
    ]
    numbers = [Button(str(rank), "alert_show", {"search_id": search.id}) for rank, search in shown]
    paging = []
    if page > 0:
        paging.append(Button(say("search.previous", turn.language), "alerts_list", {"page": page - 1}))
    if (page + 1) * PAGE_SIZE < len(searches):
        paging.append(Button(say("search.next", turn.language), "alerts_list", {"page": page + 1}))
    verb = "pushes_resume" if is_stopped else "pushes_stop"
    last = [
        Button(say("pushes.settings", turn.language), "push_settings"),
        Button(say("pushes.resume" if is_stopped else "pushes.stop", turn.language), verb),
    ]
    return Reply("\n\n".join(filter(None, parts)), [row for row in (numbers, paging, last) if row], in_place=True)


def card_reply(turn: Turn, search: SavedSearch, *, preface: str = "") -> Reply:
    """Return the card of one alert: what it searches, how often it comes, and all that can be done with it."""
    language, here = turn.language, {"search_id": search.id, "on_card": True}
    what = escape(search_words(search, language, most=_LONGEST_CARD))
    paused = say("alerting.paused", language) if search.is_paused else ""
    title = say("alerting.card_title", language, name=alert_name(search, language)) if search.name else ""
    rhythm = say("alerting.card_rhythm", language, rhythm=rhythm_words(search, language))
    text = "\n".join(filter(None, [title, say("alerting.card_what", language, what=what), rhythm, paused]))
    pause = ("alerting.resume", "alert_resume") if search.is_paused else ("alerting.pause", "alert_mute")
    rows = [
        [
            Button(say(pause[0], language), pause[1], here),
            Button(say("alerting.rename", language), "alert_rename", here),
        ],
        [
            Button(say("alerting.change_rhythm", language), "alert_rhythm", here),
            Button(say("alerting.delete", language), "alert_delete", here),
        ],
        [Button(say("alerting.see_offers", language), "search_with", {"criteria": search.criteria})],
        [list_button(language)],
    ]
    return Reply("\n\n".join(filter(None, [preface, text])), rows, in_place=True)


def rhythm_reply(turn: Turn, search: SavedSearch, preferences: PushPreferences | None, *, preface: str = "") -> Reply:
    """Return the choice of how often, then of the hour and the day when there are any to choose."""
    language = turn.language
    name, rhythm = alert_name(search, language), rhythm_words(search, language)
    parts = [
        preface,
        say("alerting.rhythm_now", language, name=name, rhythm=rhythm),
        _quiet_note(turn, search, preferences),
        say("pushes.all_stopped", language) if preferences is not None and preferences.stopped_at is not None else "",
    ]
    rows = [rhythm_row(turn, search)]
    if search.rhythm != "at_once":
        rows.append([_rhythm_button(search, hour_words(hour, language), hour=hour) for hour in _HOURS])
    if search.rhythm == "weekly":
        days = [
            _rhythm_button(search, weekday_words(day, language, width="abbreviated"), weekday=day)
            for day in range(_WEEKDAYS)
        ]
        rows += [days[:_FIRST_WEEKDAYS], days[_FIRST_WEEKDAYS:]]
    return Reply("\n".join(filter(None, parts)), [*rows, [list_button(language)]], in_place=True)


def rhythm_row(turn: Turn, search: SavedSearch) -> list[Button]:
    """Return the buttons of the three rhythms, but for the one that an alert has."""
    return [
        Button(
            say(f"alerting.choose_{rhythm}", turn.language), "alert_rhythm", {"search_id": search.id, "rhythm": rhythm}
        )
        for rhythm in ("at_once", "daily", "weekly")
        if rhythm != search.rhythm
    ]


def list_button(language: str) -> Button:
    """Return the button that leads to the list of alerts."""
    return Button(say("alerting.my_alerts", language), "alerts_list")


def time_there(turn: Turn, preferences: PushPreferences) -> str:
    """Return what the clocks show now in somebody's time zone, such as "11:34"."""
    return turn.now.astimezone(ZoneInfo(preferences.time_zone)).strftime("%H:%M")


def _line(rank: int, search: SavedSearch, language: str) -> str:
    state = say("alerting.paused", language) if search.is_paused else rhythm_words(search, language)
    return f"<b>{rank}.</b> {alert_name(search, language)}\n{state}"


def _rhythm_button(search: SavedSearch, label: str, **chosen: int) -> Button:
    return Button(label, "alert_rhythm", {"search_id": search.id, "rhythm": search.rhythm, **chosen})


def _quiet_note(turn: Turn, search: SavedSearch, preferences: PushPreferences | None) -> str:
    """Return the sentence that says that an hour within the quiet hours comes when they end."""
    if preferences is None or search.hour is None or not is_quiet_hour(search.hour, preferences):
        return ""
    return say("alerting.quiet_clash", turn.language, until=hour_words(preferences.quiet_until, turn.language))
