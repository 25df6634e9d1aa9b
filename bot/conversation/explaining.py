"""Why something came by itself: what a person asked for, told back in plain words, with the way out."""

from __future__ import annotations

from bot.alerts.service import list_searches
from bot.chat.keyboards import Button
from bot.conversation.alert_cards import alert_name, list_button
from bot.conversation.answers import resume_rows
from bot.conversation.preferring import is_stopped
from bot.conversation.pushed import take_up_pushed
from bot.conversation.replies import Reply, Turn
from bot.deliveries.service import preferences_of
from bot.locales.service import say

_MOST_NAMED = 3


async def explain(turn: Turn) -> Reply:
    """Say what a person is written to about, because they asked for it, and how to change or stop it."""
    await take_up_pushed(turn)  # "le 1er" stays the first offer of what they ask about
    preferences = await preferences_of(turn.session, turn.person.id)
    if preferences is None:
        return Reply(say("pushes.only_answers", turn.language), resume_rows(turn))
    language = turn.language
    if await is_stopped(turn):
        resume = Button(say("pushes.resume", language), "pushes_resume")
        return Reply(say("pushes.all_stopped", language), [[resume, list_button(language)]])
    searches = [one for one in await list_searches(turn.session, person_id=turn.person.id) if not one.is_paused]
    named = "\n".join(f"• {alert_name(one, language)}" for one in searches[:_MOST_NAMED])
    more = "\n…" if len(searches) > _MOST_NAMED else ""
    lines = [
        say("pushes.why", language),
        say("pushes.why_alerts", language, names=named + more) if searches else "",
        say("pushes.why_kept", language) if preferences.follows_kept else "",
        say("pushes.why_campaigns", language) if preferences.campaigns_stopped_at is None else "",
        say("alerting.how_to_stop", language),
    ]
    settings = Button(say("pushes.settings", language), "push_settings")
    rows = [[list_button(language), settings], [Button(say("pushes.stop", language), "pushes_stop")]]
    return Reply("\n".join(filter(None, lines)), rows)
