"""The steps that answer in one turn: questions, service, small talk. What is not known yet is said so."""

from __future__ import annotations

from dataclasses import replace

from bot.catalogue.criteria import ADULT, Criteria
from bot.chat.formatting import escape
from bot.chat.keyboards import Button
from bot.conversation.refinement import search_asked_about
from bot.conversation.replies import Reply, Turn, speak
from bot.conversation.searching import WHICH_KIND, WIDEN, kind_rows, search, widen
from bot.kit.embedding import Embedder
from bot.kit.settings import Settings
from bot.locales.service import LANGUAGES, say
from bot.understanding.models import Parse
from bot.vocabulary.levels import level_label

LANGUAGE_NAMES = {"fr": "Français", "en": "English", "es": "Español", "ar": "العربية"}


def simple_answer(turn: Turn, key: str, settings: Settings) -> Reply:
    """Return the sentence of `key`, with the way back to the running search when there is one."""
    return Reply(say(key, turn.language, operator=escape(settings.operator_name)), resume_rows(turn))


def welcome(turn: Turn, settings: Settings) -> Reply:
    """Return the notice of first contact: a robot, whose, what it keeps, how to reach a human."""
    contact = settings.operator_contact or say("chat.contact_default", turn.language)
    text = say("chat.welcome", turn.language, operator=escape(settings.operator_name), contact=escape(contact))
    buttons = [
        Button(say("chat.welcome_search", turn.language), "ask_kind"),
        Button(say("chat.welcome_help", turn.language), "help"),
        Button(say("chat.welcome_language", turn.language), "languages"),
    ]
    return Reply(text, [buttons])


def offer_adviser(turn: Turn, settings: Settings) -> Reply:
    """Say how to reach a human."""
    if settings.operator_contact:
        text = say("answers.adviser", turn.language, contact=escape(settings.operator_contact))
    else:
        text = say("answers.adviser_default", turn.language, operator=escape(settings.operator_name))
    return Reply(text, resume_rows(turn))


def choose_language(turn: Turn, wanted: str | None) -> Reply:
    """Switch to a language that was named, or offer the four."""
    if wanted in LANGUAGES:
        turn.person.language, turn.person.language_chosen = wanted, True
        speak(turn, wanted)
        return Reply(say("chat.language_set", turn.language), resume_rows(turn))
    key = "chat.languages" if wanted is None else "chat.language_unknown"
    buttons = [Button(name, "set_language", {"language": code}) for code, name in LANGUAGE_NAMES.items()]
    return Reply(say(key, turn.language), [buttons[:2], buttons[2:]])


async def show_what_accepts(turn: Turn, parse: Parse, *, embedder: Embedder) -> Reply:
    """With an age or a level, told now or before, show what accepts it; otherwise say how conditions are shown."""
    asked = search_asked_about(parse, Criteria.from_json(turn.conversation.criteria))
    told = turn.conversation.situation or {}
    age = asked.age if asked.age is not None else told.get("age")
    level = asked.level or told.get("level")
    if not isinstance(age, int) and level is None:
        return Reply(say("answers.eligibility", turn.language), resume_rows(turn))
    wanted = replace(asked, age=age if isinstance(age, int) else None, level=level)
    return await search(turn, wanted, embedder=embedder, preface=_what_fits(turn, wanted))


def _what_fits(turn: Turn, wanted: Criteria) -> str:
    """Return the sentence above the offers; below eighteen the search itself speaks of the parents."""
    if wanted.age is None:
        return say(
            "answers.eligibility_level", turn.language, level=escape(level_label(str(wanted.level), turn.language))
        )
    return say("answers.eligibility_age", turn.language, age=wanted.age) if wanted.age >= ADULT else ""


def confirm_restart(turn: Turn) -> Reply:
    """Ask before the running search is erased."""
    if turn.conversation.criteria is None:
        return restart(turn)
    turn.conversation.pending_question = "confirm_restart"
    yes = Button(say("search.restart_yes", turn.language), "restart")
    no = Button(say("search.restart_no", turn.language), "keep_search")
    return Reply(say("search.restart_confirm", turn.language), [[yes, no]])


def restart(turn: Turn) -> Reply:
    """Forget the running search and the list; offers kept stay kept."""
    conversation = turn.conversation
    conversation.criteria = conversation.list_id = conversation.offer_id = conversation.pending_question = None
    conversation.situation = conversation.flow = None
    conversation.page = 0
    conversation.rasa_epoch += 1
    conversation.rasa_turns = 0
    return Reply(say("search.restarted", turn.language), in_place=True)


def keep_search(turn: Turn) -> Reply:
    """Leave the running search as it is."""
    turn.conversation.pending_question = None
    return Reply(say("search.kept", turn.language), resume_rows(turn), in_place=True)


async def affirm(turn: Turn, *, embedder: Embedder) -> Reply:
    """Do what was asked about; with nothing asked, say what can be done."""
    pending = turn.conversation.pending_question
    if pending == "confirm_restart":
        return restart(turn)
    if pending == WIDEN:
        return await widen(turn, embedder=embedder)
    if pending == WHICH_KIND:
        return await search(turn, replace(Criteria.from_json(turn.conversation.criteria), words=""), embedder=embedder)
    turn.conversation.pending_question = None
    return Reply(say("answers.affirm", turn.language), resume_rows(turn))


async def deny(turn: Turn) -> Reply:
    """Drop what was asked about; nobody has to know what for, and the kinds stay within reach."""
    if turn.conversation.pending_question == "confirm_restart":
        return keep_search(turn)
    if turn.conversation.pending_question == WHICH_KIND:
        known = Criteria.from_json(turn.conversation.criteria)
        return Reply(say("answers.any_kind", turn.language), await kind_rows(turn, known))
    turn.conversation.pending_question = None
    return Reply(say("answers.deny", turn.language), resume_rows(turn))


async def greet(turn: Turn) -> Reply:
    """Answer a greeting with the question that starts a search."""
    return Reply(say("answers.greet", turn.language), [*await kind_rows(turn), *resume_rows(turn)])


def resume_rows(turn: Turn) -> list[list[Button]]:
    """Return the button that leads back to the list last shown, if any."""
    if turn.conversation.list_id is None:
        return []
    where = {"list_id": turn.conversation.list_id, "page": turn.conversation.page}
    return [[Button(say("search.resume", turn.language), "show_page", where)]]
