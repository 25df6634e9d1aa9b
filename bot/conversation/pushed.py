"""What came by itself is part of the conversation: "le 1er", "celui de Porto" and "garde-la" are about its offers."""

from __future__ import annotations

import re

from bot.chat.keyboards import last_buttons
from bot.conversation.asking import drop_subject
from bot.conversation.markers import is_bare_rank
from bot.conversation.naming import has_pointer, is_pointing_among
from bot.conversation.queries import keep_list
from bot.conversation.replies import Turn

_NUMBER = re.compile(r"\W*\d+\W*")  # Arabic sets a mark of direction before it
# Steps that are about an offer of the list last shown, or the one last opened.
ON_AN_OFFER = frozenset({"show_details", "save_offer", "how_to_apply"})


async def take_up_pushed(turn: Turn) -> None:
    """Make the offers of a digest the list last shown, when nothing was shown since; the running search stays."""
    offer_ids = await _pushed_offers(turn)
    if not offer_ids:
        return
    kept = await keep_list(
        turn.session, person_id=turn.person.id, criteria={}, offer_ids=offer_ids, reasons=[[] for _ in offer_ids],
        total=len(offer_ids), now=turn.now,
    )  # fmt: skip
    turn.conversation.list_id, turn.conversation.page, turn.conversation.offer_id = kept.id, 0, None
    drop_subject(turn)


async def take_up_if_pointing(turn: Turn) -> None:
    """Take up what came by itself when a message is but a number of it, or points at its offers by what names them."""
    is_named = has_pointer(turn.text) and await is_pointing_among(turn, await _pushed_offers(turn))
    if is_named or is_bare_rank(turn.text):
        await take_up_pushed(turn)


async def _pushed_offers(turn: Turn) -> list[int]:
    """Return the offers of the message last shown, in their order, if it came by itself."""
    buttons = await last_buttons(turn.session, person_id=turn.person.id, now=turn.now)
    return [
        int(press.arguments["offer_id"])
        for label, press in buttons
        # The numbers of a list that was asked for know their list.
        if press.verb == "show_offer" and "list_id" not in press.arguments and _NUMBER.fullmatch(label)
    ]
