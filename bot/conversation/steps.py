"""From the name of a step to what it does: the one table that Rasa's actions and simple mode share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.catalogue.criteria import Criteria
from bot.chat.formatting import escape, shortened
from bot.conversation import (
    alerting,
    answers,
    card_questions,
    combining,
    departing,
    eligibility,
    following,
    funding,
    manner,
    offers,
    papers,
    programmes,
    searching,
    showing,
    ticking,
    unsure,
)
from bot.conversation.alert_context import CONFIRM
from bot.conversation.alert_steps import take_alert_step
from bot.conversation.context import FOLLOW
from bot.conversation.emergency import answer_emergency
from bot.conversation.markers import has_marker
from bot.conversation.refinement import names_something, refine_search, start_search
from bot.conversation.replies import Reply, Turn
from bot.followups.models import APPLICATIONS
from bot.kit.embedding import Embedder
from bot.kit.masking import mask
from bot.kit.settings import Settings
from bot.locales.service import say
from bot.understanding.models import PLACES, Parse

_LONGEST_PLACE = 60  # a model may take half a message for one
# Steps that answer with one sentence of the catalogue.
_SENTENCES = {
    "find_association": "answers.association",
    "find_event": "answers.event",
    "privacy": "answers.privacy",
    "complaint": "answers.complaint",
    "insult": "answers.insult",
    "bot_challenge": "answers.bot_challenge",
    "thank": "answers.thanks",
    "goodbye": "answers.goodbye",
    "help": "chat.help",
}


@dataclass(frozen=True)
class Tools:
    """What steps need besides the turn."""

    embedder: Embedder
    settings: Settings


async def take_step(turn: Turn, step: str, parse: Parse, tools: Tools) -> Reply:
    """Take the step that was decided for what the person wrote; an unknown step answers as out of scope."""
    if key := _SENTENCES.get(step):
        return answers.simple_answer(turn, key, tools.settings)
    taken = _STEPS.get(step)
    if taken is not None:
        return await taken(turn, parse, tools)
    return await take_alert_step(turn, step, parse, embedder=tools.embedder) or await _out_of_scope(turn)


async def _search(turn: Turn, parse: Parse, tools: Tools) -> Reply:
    _tell_unknown_places(turn, parse)
    criteria = start_search(parse, _running(turn))
    if _is_kind_to_ask(turn, parse, criteria):
        turn.conversation.criteria = criteria.to_json()
        return await searching.ask_kind(turn, criteria)
    reply = await searching.search(turn, criteria, embedder=tools.embedder)
    if parse.intent.name != "search_training":
        return reply
    return replace(reply, rows=[*reply.rows, *await showing.training_rows(turn, parse.text)])


def _is_kind_to_ask(turn: Turn, parse: Parse, criteria: Criteria) -> bool:
    """Say whether "partir" leaves open what for: asked once, and only when nothing else that was said tells it."""
    if parse.intent.name != "search_any" or turn.conversation.pending_question == searching.WHICH_KIND:
        return False
    is_told = (
        criteria.kind or criteria.excluded_kinds or criteria.fields or criteria.programmes or criteria.organisation
    )
    if is_told or has_marker(parse.text, "any_kind", parse.language):
        return False
    return parse.source != "simple" or criteria.is_bare()


async def _refine(turn: Turn, parse: Parse, tools: Tools) -> Reply:
    _tell_unknown_places(turn, parse)
    running = _running(turn)
    if running is not None and has_marker(parse.text, "wider", parse.language) and not names_something(parse):
        return await searching.widen(turn, embedder=tools.embedder)
    refined = refine_search(parse, running)
    if running is None and refined.is_bare():  # nothing was sought and nothing is named
        return await searching.ask_kind(turn)
    if running is not None and not names_something(parse) and _is_the_same(running, refined):
        turn.notes.append(say("search.only_order", turn.language))
    return await searching.search(turn, refined, embedder=tools.embedder)


def _is_the_same(running: Criteria, refined: Criteria) -> bool:
    """Whether the words alone have changed, which filter nothing."""
    return replace(running, words="") == replace(refined, words="")


async def _resume(turn: Turn, _parse: Parse, tools: Tools) -> Reply:
    return await searching.resume(turn, embedder=tools.embedder)


def _tell_unknown_places(turn: Turn, parse: Parse) -> None:
    """Say above the answer which place was not recognised: a search must not look as if it had been."""
    unknown = [entity.value for entity in parse.entities if entity.entity in PLACES and entity.norm is None]
    if unknown:
        turn.notes.append(
            say("search.unknown_place", turn.language, what=escape(shortened(mask(", ".join(unknown)), _LONGEST_PLACE)))
        )


def _running(turn: Turn) -> Criteria | None:
    running = turn.conversation.criteria
    return Criteria.from_json(running) if running is not None else None


async def _more(turn: Turn, _parse: Parse, tools: Tools) -> Reply:
    return await searching.more_results(turn, embedder=tools.embedder)


async def _details(turn: Turn, _parse: Parse, tools: Tools) -> Reply:
    return await offers.show_chosen_offer(turn, embedder=tools.embedder)


async def _save(turn: Turn, _parse: Parse, tools: Tools) -> Reply:
    return await offers.save_offer(turn, await offers.open_offer(turn, embedder=tools.embedder))


async def _saved(turn: Turn, _parse: Parse, _tools: Tools) -> Reply:
    return await offers.list_saved(turn)


async def _apply(turn: Turn, _parse: Parse, tools: Tools) -> Reply:
    return await offers.how_to_apply(turn, embedder=tools.embedder)


async def _eligibility(turn: Turn, parse: Parse, tools: Tools) -> Reply:
    combined = await combining.answer_combining(turn, parse)
    sourced = combined or await eligibility.answer_eligibility(turn, parse)
    return sourced or await answers.show_what_accepts(turn, parse, embedder=tools.embedder)


async def _on_card(turn: Turn, parse: Parse, _tools: Tools) -> Reply:
    return await card_questions.answer_on_card(turn, parse)


async def _programme(turn: Turn, parse: Parse, _tools: Tools) -> Reply:
    return await programmes.answer_programme(turn, parse)


async def _funding(turn: Turn, parse: Parse, _tools: Tools) -> Reply:
    return await combining.answer_combining(turn, parse) or await funding.answer_funding(turn, parse)


async def _visa(turn: Turn, parse: Parse, _tools: Tools) -> Reply:
    return await papers.answer_visa(turn, parse)


async def _adviser(turn: Turn, _parse: Parse, tools: Tools) -> Reply:
    return answers.offer_adviser(turn, tools.settings)


async def _language(turn: Turn, parse: Parse, _tools: Tools) -> Reply:
    named = [str(entity.norm) for entity in parse.entities if entity.entity == "language" and entity.norm]
    return answers.choose_language(turn, named[0] if named else None)


async def _confirm_restart(turn: Turn, _parse: Parse, _tools: Tools) -> Reply:
    return answers.confirm_restart(turn)


async def _restart(turn: Turn, _parse: Parse, _tools: Tools) -> Reply:
    return answers.restart(turn)


async def _greet(turn: Turn, _parse: Parse, _tools: Tools) -> Reply:
    return await answers.greet(turn)


async def _affirm(turn: Turn, parse: Parse, tools: Tools) -> Reply:
    if _running(turn) is not None and names_something(parse):  # "oui au Portugal"
        return await _refine(turn, parse, tools)
    if turn.conversation.pending_question == CONFIRM:
        return await alerting.subscribe(turn, parse, embedder=tools.embedder)
    if turn.conversation.pending_question == FOLLOW:
        return await following.set_follow(turn, wanted=True)
    return await answers.affirm(turn, embedder=tools.embedder)


async def _deny(turn: Turn, parse: Parse, tools: Tools) -> Reply:
    if _running(turn) is not None and names_something(parse):  # "non, le Portugal"
        return await _refine(turn, parse, tools)
    if turn.conversation.pending_question == FOLLOW:
        return await following.set_follow(turn, wanted=False)
    return await answers.deny(turn)


def _styled(wish: str) -> Callable[[Turn, Parse, Tools], Awaitable[Reply]]:
    async def speak_so(turn: Turn, _parse: Parse, _tools: Tools) -> Reply:
        return manner.set_style(turn, wish)

    return speak_so


async def _show_plan(turn: Turn, _parse: Parse, _tools: Tools) -> Reply:
    return await departing.show_plan_asked(turn)


async def _tick(turn: Turn, _parse: Parse, _tools: Tools) -> Reply:
    return await ticking.tick_said(turn)


async def _plan_date(turn: Turn, parse: Parse, _tools: Tools) -> Reply:
    return await departing.departure_said(turn, parse)


def _applied(state: str) -> Callable[[Turn, Parse, Tools], Awaitable[Reply]]:
    async def answer(turn: Turn, _parse: Parse, _tools: Tools) -> Reply:
        return await following.answer_news(turn, state)

    return answer


async def _style(turn: Turn, _parse: Parse, _tools: Tools) -> Reply:
    return manner.choose_style(turn)


async def _emergency(turn: Turn, _parse: Parse, _tools: Tools) -> Reply:
    return await answer_emergency(turn)


async def _did_you_mean(turn: Turn, parse: Parse, _tools: Tools) -> Reply:
    return unsure.did_you_mean(turn, parse)


async def _not_understood(turn: Turn, _parse: Parse, _tools: Tools) -> Reply:
    return await unsure.what_is_done_here(turn, key="answers.not_understood")


async def _out_of_scope(turn: Turn) -> Reply:
    return await unsure.what_is_done_here(turn)


_STEPS: dict[str, Callable[[Turn, Parse, Tools], Awaitable[Reply]]] = {
    "search_offers": _search,
    "refine_search": _refine,
    "resume_search": _resume,
    "more_results": _more,
    "show_details": _details,
    "save_offer": _save,
    "list_saved": _saved,
    "how_to_apply": _apply,
    "answer_eligibility": _eligibility,
    "answer_on_card": _on_card,
    "answer_programme": _programme,
    "answer_funding": _funding,
    "answer_visa": _visa,
    "offer_adviser": _adviser,
    "change_language": _language,
    "confirm_restart": _confirm_restart,
    "restart_search": _restart,
    "greet": _greet,
    "affirm": _affirm,
    "deny": _deny,
    "emergency": _emergency,
    "did_you_mean": _did_you_mean,
    "not_understood": _not_understood,
    "choose_style": _style,
    "style_formal": _styled("formal"),
    "style_informal": _styled("informal"),
    "style_plain": _styled("plain"),
    "style_usual": _styled("usual"),
    following.SHOW_PLAN: _show_plan,
    following.FOLLOW_KEPT: lambda turn, _parse, _tools: following.follow_in_words(turn, wanted=True),
    following.UNFOLLOW_KEPT: lambda turn, _parse, _tools: following.follow_in_words(turn, wanted=False),
    following.FOUND_ELSEWHERE: lambda turn, _parse, _tools: following.answer_elsewhere(turn),
    departing.PLAN_DATE: _plan_date,
    ticking.TICK: _tick,
    **{following.APPLICATION + state: _applied(state) for state in APPLICATIONS},
}
