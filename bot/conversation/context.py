"""What a message means where it stands: the open list, the running search and the person's own words decide it.

The model reads each message alone. "Le deuxième" under a list points at an offer, and "une formation" is no
volunteering, whatever it hesitates about; nothing here is asked of the person.
"""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.alert_context import PENDING, STEPS
from bot.conversation.asking import is_waiting
from bot.conversation.markers import (
    has_marker,
    is_bare_rank,
    is_seeking,
    is_whatever,
    needs_of,
    wanted_kinds,
)
from bot.conversation.models import Conversation
from bot.conversation.refinement import names_something
from bot.conversation.searching import WHICH_KIND, WIDEN
from bot.conversation.unsure import SURE_ENOUGH, likeliest
from bot.knowledge.service import plain_answer
from bot.understanding.models import Intent, Parse
from bot.understanding.service import EMERGENCY
from bot.vocabulary.kinds import kind_of_intent

# Up to this many words, a message under a search is about it.
_SHORT = 6
# Below this, the word that names a kind counts for more than the model. Of the 963 validation messages, 900 are
# understood without these rules and 901 with them: one is changed, rightly.
_DECIDED_BY_WORDS = 0.6
# Questions on a kept offer: whether one wants to be told of it, when one leaves. Only their own answers keep them open.
FOLLOW, DEPARTURE = "follow_kept", "departs_on"
_ANSWERS = {FOLLOW: ("affirm", "deny"), DEPARTURE: ("plan_date",)}
# What is asked for one turn only, and the steps that may answer it or ask it again.
_FOR_ONE_TURN = (WIDEN, "confirm_restart", *PENDING)
_ANSWERING = frozenset(
    {"affirm", "deny", "refine_search", "more_results", "resume_search", "search_offers", "restart_search",
     "confirm_restart", "did_you_mean", "not_understood", *STEPS}
)  # fmt: skip
_REFINE, _MORE, _DETAILS, _ANY = "refine_search", "more_results", "show_details", "search_any"


def placed(parse: Parse, conversation: Conversation) -> Parse:
    """Return the parse with the intent that its place in the conversation makes plain; distress stays distress."""
    if parse.source != "rasa" or parse.intent.name == EMERGENCY:
        return parse
    intent = (
        _under_a_question(parse, conversation)
        or _under_a_list(parse, conversation)
        or _under_a_search(parse, conversation)
        or _by_its_words(parse)
    )
    return parse if intent is None else replace(parse, intent=Intent(intent, 1.0), source="rules")


def _under_a_question(parse: Parse, conversation: Conversation) -> str | None:
    """Return what "n'importe" and "je sais pas" answer when the kind was asked."""
    if conversation.pending_question != WHICH_KIND:
        return None
    if is_whatever(parse.text):
        return "affirm"
    return "deny" if plain_answer(parse.text) == "unknown" else None


def _under_a_list(parse: Parse, conversation: Conversation) -> str | None:
    if conversation.list_id is None:
        # Under a search that found nothing, an ordinal is told that there is none; a number alone says an age or a day.
        is_pointing = is_bare_rank(parse.text) and not parse.text.strip().isdecimal()
        return _DETAILS if is_pointing and conversation.criteria is not None else None
    is_an_answer = is_waiting(conversation) and parse.text.strip().isdecimal()  # "19" to "Quel âge ?"
    if is_bare_rank(parse.text) and not is_an_answer:
        return _DETAILS
    is_about_the_list = {intent.name for intent in likeliest(parse)} == {_ANY, _MORE}
    return _MORE if is_about_the_list and not _is_sure(parse) and not names_something(parse) else None


def _under_a_search(parse: Parse, conversation: Conversation) -> str | None:
    if conversation.criteria is None or len(parse.text.split()) > _SHORT:
        return None
    names = names_something(parse)
    kinds = wanted_kinds(parse.text, parse.language)
    is_about_kinds = parse.intent.name in ("affirm", "deny") or (parse.intent.name == _REFINE and not names)
    if is_about_kinds and len(kinds) == 1:  # "no, mejor un trabajo", "ok exchange then"
        return f"search_{kinds[0]}"
    if not names and has_marker(parse.text, "wider", parse.language):
        return _REFINE
    is_likely = any(intent.name == _REFINE for intent in likeliest(parse))
    is_marked = any(has_marker(parse.text, section, parse.language) for section in ("adding", "replacing"))
    return _REFINE if names and (is_likely or is_marked) and not _is_sure(parse) else None


def _by_its_words(parse: Parse) -> str | None:
    """Let the kind that the words name, or do not name, decide what the model hesitates about."""
    best, *others = likeliest(parse) or (parse.intent,)
    if best.name != parse.intent.name or best.confidence >= _DECIDED_BY_WORDS:
        return None
    if (of_that_age := _search_at_an_age(parse)) is not None:
        return of_that_age
    named = wanted_kinds(parse.text, parse.language)
    second = others[0].name if others else None
    needs = needs_of(parse.text)
    if second in needs and best.name not in needs and not best.name.startswith("search_"):
        return second
    if not named:
        return _ANY if kind_of_intent(best.name) and second == _ANY and not _is_sure(parse) else None
    is_search = (best.name.startswith("search_") or is_seeking(parse.text)) and best.name not in needs
    return second if is_search and [second] == [f"search_{kind}" for kind in named] else None


def _search_at_an_age(parse: Parse) -> str | None:
    """Return the search of "16 ans, je peux partir en volontariat ?": what takes that age answers either way."""
    names = [intent.name for intent in likeliest(parse)]
    has_age = any(entity.entity == "age" and entity.norm is not None for entity in parse.entities)
    search = next((name for name in names if kind_of_intent(name) is not None), None)
    return search if has_age and "ask_eligibility" in names else None


def forget_question(conversation: Conversation, step: str) -> None:
    """Drop what was asked when a step leads elsewhere: a "oui" two messages later must not erase a search."""
    pending = conversation.pending_question
    is_left = step not in _ANSWERS[pending] if pending in _ANSWERS else step not in _ANSWERING
    if pending in (*_FOR_ONE_TURN, *_ANSWERS) and is_left:
        conversation.pending_question = None


def _is_sure(parse: Parse) -> bool:
    return parse.intent.confidence >= SURE_ENOUGH
