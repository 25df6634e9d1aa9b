"""Which step a message about alerts means: what the model hears of it, the words, and where the conversation stands.

"Plutôt le vendredi" changes an alert when one was just shown, and the search otherwise. Of some seventy such messages
in four languages, the model alone takes a third for something else.
"""

from __future__ import annotations

from bot.alerts.service import LONGEST_NAME
from bot.conversation.asking import is_waiting, subject_of
from bot.conversation.markers import is_bare_rank
from bot.conversation.models import Conversation
from bot.conversation.replies import Turn
from bot.conversation.rhythms import Said, is_stop, said_of_alerts
from bot.conversation.wishes import (
    asks_why,
    refuses_campaigns,
    refuses_sending,
    says_nothing_else,
    speaks_of_clock,
    speaks_of_sending,
    wishes_in,
)
from bot.knowledge.service import plain_answer
from bot.understanding.models import PLACES, Parse

# The topic of what was last shown (`bot.conversation.asking`), while alerts are talked of.
ALERTS = "alerts"
LISTED = "list"  # its identity when all of them are shown, with their numbers
# What is pending: a yes to being told of new offers; where the person lives; how an alert is to be called.
CONFIRM, WHERE, NAME = "confirm_alerts", "which_place", "name_alert"
SUBSCRIBE, MANAGE, STOP, LIVE, CALL = "subscribe_alerts", "manage_alerts", "stop_pushes", "note_home", "name_alert"
PENDING = (CONFIRM, WHERE, NAME)
RESUME, SETTINGS = "resume_pushes", "push_settings"
LIMIT, NO_CAMPAIGNS, WHY, AWAY = "limit_pushes", "refuse_campaigns", "why_pushes", "pause_between"
PRIVACY = "privacy"  # the answer about what is known of a person, and how to have it erased
STEPS = frozenset({SUBSCRIBE, MANAGE, STOP, LIVE, CALL, RESUME, SETTINGS, LIMIT, NO_CAMPAIGNS, WHY, AWAY})
# What the model answers when it is not sure: the words then decide, however many they are.
_UNSURE = ("did_you_mean", "not_understood")
_TIMES = ("date", "duration")
# Up to so many words, a message is about the alert last shown; one that asks to be told may name what of, too.
_SHORT, _LONGEST_WISH, _LONGEST_STOP, _LONGEST_LIMIT, _LONGEST_UNSURE = 8, 14, 12, 24, 40


def alert_step(turn: Turn, parse: Parse, step: str) -> str | None:
    """Return the step that a message takes about alerts, None when it is about something else."""
    conversation, said = turn.conversation, said_of_alerts(parse.text)
    if is_waiting(conversation) and plain_answer(parse.text) == "stop":
        return None  # it stops the questions; the command /stop stops alerts
    if conversation.pending_question == NAME and plain_answer(parse.text) == "stop":
        return "deny"  # "annule" gives up the name, not the alert
    if said.act == "delete" and said.is_of_data and not said.names_alerts:
        return PRIVACY
    if (on_pushes := _about_what_comes(turn, parse, said, step)) is not None:
        return on_pushes
    if said.act == "stop" and _length(parse) <= _LONGEST_STOP:
        return STOP
    return (
        _answer_to_pending(conversation, parse, said)
        or _about_the_open_one(turn, parse, said)
        or _of_its_own(parse, said, step)
    )


def _about_what_comes(turn: Turn, parse: Parse, said: Said, step: str) -> str | None:
    """Return the step of a message about what comes by itself: whose it is, why it came, when it must not come."""
    if refuses_campaigns(parse.text) and _length(parse) <= _LONGEST_WISH:
        return NO_CAMPAIGNS
    if asks_why(parse.text):
        return WHY
    if any(entity.entity in _TIMES for entity in parse.entities) and refuses_sending(parse.text):
        return AWAY
    if _is_place_named(parse) and speaks_of_clock(parse.text) and is_open(turn):
        return LIVE
    is_about_it = is_open(turn) or said.names_alerts or said.act == "stop" or speaks_of_sending(parse.text)
    is_wished = bool(wishes_in(parse.text)) and not said.wants_news
    return LIMIT if is_wished and (is_about_it or step == MANAGE) and _length(parse) <= _LONGEST_LIMIT else None


def stops_alone(turn: Turn) -> bool:
    """Say whether a message is a bare "stop", and no question waits that it would rather stop."""
    return is_stop(turn.text) and not is_waiting(turn.conversation)


def limits_alone(text: str) -> bool:
    """Say whether a message only says when nothing is to be sent: "ne m'écris pas le soir".

    Near distress in wording, for the model too: it is heard before it is asked.
    """
    return says_nothing_else(text) and speaks_of_sending(text) and bool(wishes_in(text))


def speaks_of_alerts(text: str) -> bool:
    """Say whether a short message asks in so many words to be told of offers, or to be told nothing more."""
    said = said_of_alerts(text)
    return len(text.split()) <= _LONGEST_WISH and (said.wants_news or said.names_alerts or said.act == "stop")


def is_open(turn: Turn) -> bool:
    """Say whether an alert, or their list, is what was last shown."""
    subject = subject_of(turn)
    return subject is not None and subject[0] == ALERTS


def _answer_to_pending(conversation: Conversation, parse: Parse, said: Said) -> str | None:
    pending = conversation.pending_question
    if pending == WHERE and _is_place_named(parse):
        return LIVE
    if pending == NAME and not said.act and len(parse.text) <= LONGEST_NAME and parse.intent.name != "deny":
        return CALL
    return SUBSCRIBE if pending == CONFIRM and said.rhythm and _length(parse) <= _SHORT else None


def _about_the_open_one(turn: Turn, parse: Parse, said: Said) -> str | None:
    """Return the step of a short message just after alerts were shown."""
    if not is_open(turn) or _length(parse) > _SHORT:
        return None
    if said.rhythm or said.act or (said.is_question and said.names_alerts):
        return MANAGE
    if any(entity.entity in PLACES and entity.role == "origin" for entity in parse.entities):
        return LIVE
    is_numbered = subject_of(turn) == (ALERTS, LISTED)  # else "la 1" is of the offers shown before
    return MANAGE if is_numbered and is_bare_rank(parse.text) else None


def _of_its_own(parse: Parse, said: Said, step: str) -> str | None:
    """Return the step of a message that speaks of alerts in so many words."""
    if said.wants_news and not said.act and not said.is_question:
        longest = _LONGEST_UNSURE if step in _UNSURE else _LONGEST_WISH
        return SUBSCRIBE if _length(parse) <= longest or step == MANAGE else None
    if said.names_alerts and not said.act and parse.source == "simple":  # "alerte stage Espagne", while Rasa is away
        return SUBSCRIBE
    is_when = bool(said.rhythm) or said.is_question or said.act == "settings"
    if speaks_of_sending(parse.text) and is_when and _length(parse) <= _LONGEST_WISH:
        return MANAGE  # "à quelle heure tu m'écris ?", "tu peux m'écrire le soir ?"
    is_about_them = bool(said.act) or said.is_question
    return MANAGE if (said.names_alerts or said.wants_news) and is_about_them and _length(parse) <= _SHORT else None


def _is_place_named(parse: Parse) -> bool:
    return any(entity.entity in PLACES and entity.norm is not None for entity in parse.entities)


def _length(parse: Parse) -> int:
    return len(parse.text.split())
