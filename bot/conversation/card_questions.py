"""Questions on the offer whose card is open: "c payé ?" asks for a line of the card, and not for funding."""

from __future__ import annotations

from bot.catalogue.cards import deadline_line, money_lines, own_words
from bot.catalogue.models import Offer
from bot.catalogue.service import is_available, load_offers
from bot.chat.formatting import shortened
from bot.chat.keyboards import Button
from bot.conversation.answers import resume_rows
from bot.conversation.asking import subject_of
from bot.conversation.markers import has_marker, is_wishing, named_kinds, needs_of
from bot.conversation.replies import Reply, Turn
from bot.conversation.searching import current_list
from bot.locales.service import say
from bot.understanding.models import PLACES, Parse
from bot.vocabulary.text import has_question_mark

_LONGEST = 8  # words of a question on the card; longer ones tell more than the card knows
_LONGEST_LABEL = 60
_SECTIONS = ("card_pay", "card_housing", "card_deadline")
# The topic of an offer that is talked of without its card: its conditions, its plan.
OFFERS = "offers"
# These sheets were shown about the offer, which stays what is talked of.
_ABOUT_THE_OFFER = ("visas", "papers", OFFERS)


async def open_card(turn: Turn) -> int | None:
    """Return the offer whose card is open: nothing else was shown since, and the list under way holds it."""
    subject, offer_id = subject_of(turn), turn.conversation.offer_id
    if offer_id is None or (subject is not None and subject[0] not in _ABOUT_THE_OFFER):
        return None
    shown = await current_list(turn)
    return offer_id if shown is None or offer_id in shown.offer_ids else None


async def open_countries(turn: Turn) -> list[str]:
    """Return the countries of the offer whose card is open."""
    offer = await _offer(turn)
    return list(dict.fromkeys(place.country for place in offer.places)) if offer else []


async def is_on_card(turn: Turn, parse: Parse) -> bool:
    """Say whether a message asks what the open card says: pay, housing, deadline."""
    return bool(_asked(parse)) and await open_card(turn) is not None


async def answer_on_card(turn: Turn, parse: Parse) -> Reply:
    """Return the lines of the open card that are asked for, with the way back to the whole of it."""
    offer = await _offer(turn)
    if offer is None or not is_available(offer, today=turn.today):
        return Reply(say("search.offer_gone", turn.language), resume_rows(turn))
    title = f"<b>{own_words(offer, offer.title, turn.language)}</b>"
    lines = [line for section in _asked(parse) for line in _lines(offer, section, turn.language)]
    opens = {"offer_id": offer.id, "list_id": turn.conversation.list_id}
    card = Button(shortened(offer.title, _LONGEST_LABEL), "show_offer", opens)
    return Reply("\n".join([title, *dict.fromkeys(lines)]), [[card], *resume_rows(turn)])


def _asked(parse: Parse) -> list[str]:
    """Return what of the card is asked; a wish for something else, or for a grant, asks nothing of it."""
    is_wish = is_wishing(parse.text) or has_marker(parse.text, "replacing", parse.language)
    is_short_kind = bool(named_kinds(parse.text)) and not has_question_mark(parse.text)
    names_else = any(entity.entity in (*PLACES, "field", "programme") for entity in parse.entities)
    if is_wish or is_short_kind or names_else or needs_of(parse.text) or len(parse.text.split()) > _LONGEST:
        return []
    return [section for section in _SECTIONS if has_marker(parse.text, section, parse.language)]


def _lines(offer: Offer, section: str, language: str) -> list[str]:
    if section == "card_deadline":
        return [deadline_line(offer, language)]
    unsaid = [say("search.housing_unsaid", language)] if "housing" not in (offer.covers or ()) else []
    return [*money_lines(offer, language), *(unsaid if section == "card_housing" else [])]


async def _offer(turn: Turn) -> Offer | None:
    offer_id = await open_card(turn)
    return (await load_offers(turn.session, [offer_id])).get(offer_id) if offer_id is not None else None
