"""From a button to what pressing it does, whether it was pressed or its label was typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bot.catalogue.criteria import Criteria
from bot.conversation import (
    answers,
    departing,
    eligibility,
    following,
    funding,
    manner,
    offers,
    questions,
    searching,
    showing,
    unsure,
)
from bot.conversation.alert_presses import ALERT_BUTTONS
from bot.conversation.context import forget_question
from bot.conversation.decisions import parse_kept, step_of
from bot.conversation.models import KEPT
from bot.conversation.queries import own_list
from bot.conversation.replies import Reply, Turn
from bot.conversation.steps import Tools, take_step
from bot.kit.errors import UserError
from bot.locales.service import LANGUAGES


async def press_button(turn: Turn, verb: str, arguments: dict[str, Any], tools: Tools) -> Reply:
    """Do what a button stands for.

    Raises:
        UserError: the button speaks of something that is gone.
    """
    pressed = _BUTTONS.get(verb)
    if pressed is None:
        raise UserError("chat.button_expired")
    forget_question(turn.conversation, verb)
    return await pressed(turn, arguments, tools)


async def _press_style(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return manner.set_style(turn, str(arguments["wish"]))


async def _press_read_all(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await offers.read_whole_offer(turn, int(arguments["offer_id"]), list_id=arguments.get("list_id"))


async def _press_meant(turn: Turn, arguments: dict[str, Any], tools: Tools) -> Reply:
    parse = parse_kept(arguments["parse"], language=turn.language)
    turn.text = parse.text
    return await take_step(turn, step_of(parse.intent.name), parse, tools)


async def _press_something_else(turn: Turn, _arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await unsure.what_is_done_here(turn, key="answers.something_else")


async def _press_adviser(turn: Turn, _arguments: dict[str, Any], tools: Tools) -> Reply:
    return answers.offer_adviser(turn, tools.settings)


async def _press_search(turn: Turn, arguments: dict[str, Any], tools: Tools) -> Reply:
    return await searching.search(turn, Criteria.from_json(arguments.get("criteria")), embedder=tools.embedder)


async def _press_page(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    shown = await own_list(turn.session, int(arguments["list_id"]), person_id=turn.person.id)
    if shown is None:
        raise UserError("chat.button_expired")
    if shown.criteria == KEPT:  # the kept offers: they may have changed since
        return await offers.list_saved(turn)
    turn.conversation.criteria = shown.criteria
    return await searching.show_page(turn, shown, int(arguments["page"]))


async def _press_offer(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    card = await offers.show_offer(turn, int(arguments["offer_id"]), list_id=arguments.get("list_id"))
    return card if arguments.get("list_id") else replace(card, in_place=False)  # no list to go back to: a digest stays


async def _press_save(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await offers.save_offer(turn, int(arguments["offer_id"]), list_id=arguments.get("list_id"))


async def _press_unsave(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await offers.unsave_offer(turn, int(arguments["offer_id"]), list_id=arguments.get("list_id"))


async def _press_ask_kind(turn: Turn, _arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await searching.ask_kind(turn)


async def _press_help(turn: Turn, _arguments: dict[str, Any], tools: Tools) -> Reply:
    return answers.simple_answer(turn, "chat.help", tools.settings)


async def _press_languages(turn: Turn, _arguments: dict[str, Any], _tools: Tools) -> Reply:
    return answers.choose_language(turn, None)


async def _press_set_language(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    language = arguments.get("language")
    return answers.choose_language(turn, language if language in LANGUAGES else None)


async def _press_restart(turn: Turn, _arguments: dict[str, Any], _tools: Tools) -> Reply:
    return answers.restart(turn)


async def _press_keep_search(turn: Turn, _arguments: dict[str, Any], _tools: Tools) -> Reply:
    return answers.keep_search(turn)


async def _press_sheet(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await showing.show_sheet(turn, arguments["topic"], arguments["id"], page=arguments.get("page", 0))


async def _press_choose_trade(turn: Turn, _arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await showing.choose_trade(turn)


async def _press_am_i(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await eligibility.am_i_eligible(turn, arguments["topic"], arguments["id"])


async def _press_fund(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await funding.fund_programme(turn, arguments["id"])


async def _press_funding(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await funding.show_funding(turn, arguments["programmes"], arguments["stay"], page=arguments["page"])


async def _press_tell(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await questions.tell(turn, arguments["fact"], arguments["value"], arguments["flow"])


async def _press_resume_questions(turn: Turn, _arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await questions.resume_questions(turn)


async def _press_follow(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await following.set_follow(turn, wanted=bool(arguments["wanted"]))


async def _press_application(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await following.ask_application(turn, int(arguments["offer_id"]))


async def _press_state(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await following.answer_application(turn, int(arguments["offer_id"]), str(arguments["state"]))


async def _press_plan(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await departing.show_plan(turn, int(arguments["offer_id"]), first=int(arguments.get("first", 0)))


async def _press_tick(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    offer_id, step = int(arguments["offer_id"]), str(arguments["step"])
    return await departing.tick(turn, offer_id, step, done=bool(arguments["done"]))


async def _press_plan_details(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await departing.show_details(turn, int(arguments["offer_id"]))


async def _press_plan_when(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return departing.ask_departure(turn, int(arguments["offer_id"]))


async def _press_plan_date(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await departing.set_departure(turn, int(arguments["offer_id"]), str(arguments["day"]))


async def _press_calendar(turn: Turn, arguments: dict[str, Any], _tools: Tools) -> Reply:
    return await departing.send_calendar(turn, int(arguments["offer_id"]))


_BUTTONS: dict[str, Callable[[Turn, dict[str, Any], Tools], Awaitable[Reply]]] = {
    "search_with": _press_search,
    "show_page": _press_page,
    "show_offer": _press_offer,
    "save": _press_save,
    "unsave": _press_unsave,
    "ask_kind": _press_ask_kind,
    "help": _press_help,
    "languages": _press_languages,
    "set_language": _press_set_language,
    "restart": _press_restart,
    "keep_search": _press_keep_search,
    "meant": _press_meant,
    "set_style": _press_style,
    "read_all": _press_read_all,
    "something_else": _press_something_else,
    "adviser": _press_adviser,
    "show_sheet": _press_sheet,
    "choose_trade": _press_choose_trade,
    "am_i": _press_am_i,
    "fund_programme": _press_fund,
    "show_funding": _press_funding,
    "tell": _press_tell,
    "resume_questions": _press_resume_questions,
    **ALERT_BUTTONS,
    "follow_kept": _press_follow,
    "application_ask": _press_application,
    "application_set": _press_state,
    "plan_show": _press_plan,
    "plan_tick": _press_tick,
    "plan_details": _press_plan_details,
    "plan_when": _press_plan_when,
    "plan_date": _press_plan_date,
    "plan_ics": _press_calendar,
}
