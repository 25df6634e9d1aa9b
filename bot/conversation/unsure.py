"""Unsure of what somebody means: the two likeliest intents as buttons, or an honest list of what is done here."""

from __future__ import annotations

from bot.chat.keyboards import Button
from bot.conversation.answers import resume_rows
from bot.conversation.decisions import kept_parse
from bot.conversation.replies import Reply, Turn
from bot.conversation.searching import kind_rows
from bot.locales.service import say
from bot.understanding.models import FALLBACK_INTENT, Intent, Parse
from bot.understanding.service import EMERGENCY

OUT_OF_SCOPE = "out_of_scope"
# Two intents are close when their probabilities differ by less than this, and the best is no surer than that. Both are
# set on the validation messages, never on the test set (docs/nlu.md).
CLOSE_GAP = 0.06
SURE_ENOUGH = 0.5
# Below this, an intent is not worth a button.
LEAST_LIKELY = 0.05
# Small talk fainter than this is no yes and no goodbye: of the validation messages, none that was right is.
FAINT = 0.35
_SMALL_TALK = frozenset({"greet", "thanks", "goodbye", "affirm", "deny"})
# A place alone fits each of these, and each answers with offers: asking which would only cost a turn.
_SEARCHES = frozenset({"search_any", "refine_search"})


def is_unsure(parse: Parse) -> bool:
    """Say whether the two likeliest intents are too close to choose for the person."""
    if parse.source != "rasa":
        return False
    if parse.intent.name == FALLBACK_INTENT:
        return bool(likeliest(parse))
    if parse.intent.name in {OUT_OF_SCOPE, EMERGENCY} or parse.intent.confidence >= SURE_ENOUGH:
        return False
    first, *others = likeliest(parse) or (parse.intent,)
    is_close = bool(others) and first.confidence - others[0].confidence < CLOSE_GAP
    return is_close and not _answer_alike(first.name, others[0].name)


def is_faint(parse: Parse) -> bool:
    """Say whether a message was taken for a yes, a no, thanks or a goodbye for want of anything better."""
    return parse.source == "rasa" and parse.intent.name in _SMALL_TALK and parse.intent.confidence < FAINT


def is_worth_asking(parse: Parse) -> bool:
    """Say whether asking which intent was meant helps: not when small talk was heard for want of anything better."""
    return not is_faint(parse) or len(_useful(parse)) > 1


def may_be_distress(parse: Parse) -> bool:
    """Say whether distress is one of the two likeliest of an unsure message: then help lines are the answer."""
    return any(intent.name == EMERGENCY for intent in likeliest(parse))


def likeliest(parse: Parse) -> tuple[Intent, ...]:
    """Return the two likeliest intents that something can be done about."""
    return _known(parse)[:2]


def _known(parse: Parse) -> tuple[Intent, ...]:
    known = [one for one in parse.ranking if one.name not in {OUT_OF_SCOPE, FALLBACK_INTENT}]
    return tuple(one for one in known if one.confidence >= LEAST_LIKELY)


def _useful(parse: Parse) -> tuple[Intent, ...]:
    """Return the two likeliest besides small talk: nobody wants a button to "say no"."""
    return tuple(intent for intent in _known(parse) if intent.name not in _SMALL_TALK)[:2]


def did_you_mean(turn: Turn, parse: Parse) -> Reply:
    """Ask which of the two likeliest was meant; a button keeps what the message named, masked."""
    rows = [[meant_button(turn, parse, intent.name)] for intent in _useful(parse) or likeliest(parse)]
    other = Button(say("chat.something_else", turn.language), "something_else")
    return Reply(say("chat.did_you_mean", turn.language), [*rows, [other]])


def meant_button(turn: Turn, parse: Parse, intent: str) -> Button:
    """Return the button that takes the step of `intent` with what the message named."""
    return Button(say(f"intents.{intent}", turn.language), "meant", {"parse": kept_parse(parse, intent=intent)})


async def what_is_done_here(turn: Turn, *, key: str = "answers.out_of_scope") -> Reply:
    """Say honestly what is done here, with a button for each kind of search, help and a human."""
    help_ = Button(say("chat.welcome_help", turn.language), "help")
    human = Button(say("intents.talk_to_adviser", turn.language), "adviser")
    return Reply(say(key, turn.language), [*await kind_rows(turn), [help_, human], *resume_rows(turn)])


def _answer_alike(first: str, second: str) -> bool:
    pair = {first, second}
    return pair <= _SMALL_TALK or pair <= _SEARCHES
