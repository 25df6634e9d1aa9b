"""The steps about one offer: its card, keeping it, sharing it, applying to it, and the list of those kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import numpy as np

from bot.catalogue.cards import Entry, offer_card, offer_in_full, offer_lines
from bot.catalogue.models import Offer
from bot.catalogue.service import is_available, load_offers
from bot.chat.formatting import escape, visible_length
from bot.chat.keyboards import Button
from bot.conversation.answers import resume_rows
from bot.conversation.asking import drop_subject
from bot.conversation.following import ask_to_follow, follow_row, kept_rows, marks, rows_of_gone
from bot.conversation.markers import names_rank, rank_said
from bot.conversation.models import KEPT, ResultList
from bot.conversation.naming import named_offers
from bot.conversation.queries import keep_list, own_list
from bot.conversation.replies import Reply, Turn, room, send
from bot.conversation.searching import PAGE_SIZE, current_list, wider_rows
from bot.followups.service import drop_offer, is_kept, keep_offer, kept_offers
from bot.kit.embedding import Embedder
from bot.locales.service import say

_MOST_SHOWN = 10
_LIKE_ENOUGH = 0.25


async def show_offer(turn: Turn, offer_id: int, *, list_id: int | None = None) -> Reply:
    """Return the card of an offer, replacing the list when a button asked for it."""
    offer = (await load_offers(turn.session, [offer_id])).get(offer_id)
    if offer is None or not is_available(offer, today=turn.today):
        rows = [*await rows_of_gone(turn, offer_id), *_onwards(turn, list_id)]
        return Reply(say("search.offer_gone", turn.language), rows, in_place=True)
    turn.conversation.offer_id = offer.id
    drop_subject(turn)
    shown = await own_list(turn.session, list_id, person_id=turn.person.id)
    reasons = _reasons(shown, offer_id)
    rows = await _card_rows(turn, offer, shown)
    card = offer_card(offer, reasons, turn.language, room=room(turn))
    if visible_length(card) < visible_length(offer_in_full(offer, reasons, turn.language)):
        known = {"offer_id": offer.id, "list_id": shown.id if shown else None}
        rows.insert(1, [Button(say("search.read_all", turn.language), "read_all", known)])
    return Reply(card, rows, in_place=True)


async def read_whole_offer(turn: Turn, offer_id: int, *, list_id: int | None = None) -> Reply:
    """Return all that is known of an offer, in as many messages as it takes."""
    offer = (await load_offers(turn.session, [offer_id])).get(offer_id)
    if offer is None or not is_available(offer, today=turn.today):
        return Reply(say("search.offer_gone", turn.language), _onwards(turn, list_id))
    shown = await own_list(turn.session, list_id, person_id=turn.person.id)
    whole = offer_in_full(offer, _reasons(shown, offer_id), turn.language)
    return Reply(whole, await _card_rows(turn, offer, shown))


async def show_chosen_offer(turn: Turn, *, embedder: Embedder) -> Reply:
    """Return the card of the offer that the person's words point at: a rank, an ordinal, or what it is about."""
    offer_id = await chosen_offer(turn, embedder=embedder)
    if offer_id is not None:
        return await show_offer(turn, offer_id, list_id=turn.conversation.list_id)
    return await _which(turn)


async def chosen_offer(turn: Turn, *, embedder: Embedder) -> int | None:
    """Return the offer of the shown list that the words point at, else the one whose card was last shown."""
    shown = await current_list(turn)
    if shown is None:
        return turn.conversation.offer_id
    if _missing_rank(turn, shown) is not None:
        return None
    if len(shown.offer_ids) == 1:
        return shown.offer_ids[0]
    rank = rank_said(turn.text, last=min(len(shown.offer_ids), (turn.conversation.page + 1) * PAGE_SIZE))
    if rank is not None:
        return shown.offer_ids[rank - 1] if rank <= len(shown.offer_ids) else None
    named = await named_offers(turn)
    if named:
        return named[0] if len(named) == 1 else None
    return await _most_like(turn, shown, embedder)


async def open_offer(turn: Turn, *, embedder: Embedder) -> int | None:
    """Return the offer whose card was last shown, unless the words name another one; else the one they point at."""
    is_pointed = rank_said(turn.text, last=PAGE_SIZE) is not None or len(await named_offers(turn)) == 1
    opened = None if is_pointed else turn.conversation.offer_id
    return opened or await chosen_offer(turn, embedder=embedder)


async def save_offer(turn: Turn, offer_id: int | None, *, list_id: int | None = None) -> Reply:
    """Keep an offer; from its card, the card is shown again with the button turned."""
    if offer_id is None:
        return await _which(turn)
    is_new = await keep_offer(turn.session, offer_id, person_id=turn.person.id, now=turn.now)
    words = say("search.saved" if is_new else "search.already_saved", turn.language)
    kept = await _after_saving(turn, offer_id, list_id, words)
    question = await ask_to_follow(turn) if is_new else None
    if question is None:
        return kept
    if turn.message_id is None:
        return Reply(f"{kept.text}\n\n{question.text}", question.rows)
    await send(turn, kept)  # the card stays; the question is a message of its own
    return question


async def unsave_offer(turn: Turn, offer_id: int, *, list_id: int | None = None) -> Reply:
    """Stop keeping an offer."""
    await drop_offer(turn.session, offer_id, person_id=turn.person.id, now=turn.now)
    return await _after_saving(turn, offer_id, list_id, say("search.unsaved", turn.language))


async def list_saved(turn: Turn) -> Reply:
    """Return the kept offers as a numbered list, closed ones marked."""
    ids = await kept_offers(turn.session, person_id=turn.person.id, most=_MOST_SHOWN)
    if not ids:
        return Reply(say("search.saved_none", turn.language))
    offers = await load_offers(turn.session, ids)
    kept = await keep_list(
        turn.session,
        person_id=turn.person.id,
        criteria=KEPT,
        offer_ids=ids,
        reasons=[[] for _ in ids],
        total=len(ids),
        now=turn.now,
    )
    turn.conversation.list_id, turn.conversation.page = kept.id, 0
    title = say("search.saved_title", turn.language, count=len(ids))
    entries = [
        Entry(offers[one], rank, [], is_available(offers[one], today=turn.today))
        for rank, one in enumerate((one for one in ids if one in offers), 1)
    ]
    said = await marks(turn, ids)
    taken = sum(len(mark) + 1 for mark in said.values())
    lines = offer_lines(entries, turn.language, room=room(turn) - visible_length(title) - 2 - taken)
    lines = [
        f"{line}\n{said[entry.offer.id]}" if entry.offer.id in said else line
        for entry, line in zip(entries, lines, strict=True)
    ]
    buttons = [
        Button(str(entry.rank), "show_offer", {"offer_id": entry.offer.id, "list_id": kept.id}) for entry in entries
    ]
    rows = [row for row in (buttons[:PAGE_SIZE], buttons[PAGE_SIZE:], await follow_row(turn)) if row]
    return Reply("\n\n".join([title, *lines]), rows, in_place=True)


async def how_to_apply(turn: Turn, *, embedder: Embedder) -> Reply:
    """Say how to apply to the offer that the words point at, or that was last shown."""
    offer_id = await open_offer(turn, embedder=embedder)
    offer = (await load_offers(turn.session, [offer_id])).get(offer_id) if offer_id else None
    if offer is None:
        return await _which(turn)
    if not is_available(offer, today=turn.today):
        return Reply(say("search.offer_gone", turn.language))
    text = say("answers.apply", turn.language, title=escape(offer.title))
    how = say("search.apply", turn.language, how=escape(offer.how_to_apply))
    rows = [[Button(say("search.apply_link", turn.language), url=offer.apply_url)]] if offer.apply_url else []
    return Reply(f"{text}\n{how}", [*rows, *resume_rows(turn)])


async def _after_saving(turn: Turn, offer_id: int, list_id: int | None, words: str) -> Reply:
    if turn.message_id is None:
        return Reply(words)  # without buttons: those of the card above may still be typed
    card = await show_offer(turn, offer_id, list_id=list_id)
    return Reply(card.text, card.rows, in_place=True, toast=words)


async def _card_rows(turn: Turn, offer: Offer, shown: ResultList | None) -> list[list[Button]]:
    known = {"offer_id": offer.id, "list_id": shown.id if shown else None}
    is_saved = await is_kept(turn.session, offer.id, person_id=turn.person.id)
    keep = Button(
        say("search.unsave" if is_saved else "search.save", turn.language), "unsave" if is_saved else "save", known
    )
    share = _share_link(turn, offer)
    rows = [[keep, Button(say("search.share", turn.language), url=share)] if share else [keep]]
    am_i = {"topic": "offers", "id": str(offer.id)}
    rows.append([Button(say("knowledge.am_i", turn.language), "am_i", am_i)])
    if is_saved:
        rows += await kept_rows(turn, offer.id)
    if offer.apply_url:
        rows.append([Button(say("search.apply_link", turn.language), url=offer.apply_url)])
    return rows + _back(turn, shown.id if shown else None)


def _back(turn: Turn, list_id: int | None) -> list[list[Button]]:
    if list_id is None:
        return []
    where = {"list_id": list_id, "page": turn.conversation.page}
    return [[Button(say("search.back", turn.language), "show_page", where)]]


def _onwards(turn: Turn, list_id: int | None) -> list[list[Button]]:
    """Return the way on from an offer that is gone: back to its list, else to the running search, else to a new one."""
    again = Button(say("followups.search_again", turn.language), "ask_kind")
    return _back(turn, list_id) or resume_rows(turn) or [[again]]


def _share_link(turn: Turn, offer: Offer) -> str | None:
    if not turn.link_base:
        return None
    link = f"{turn.link_base}?start=offer_{offer.id}"
    text = say("search.share_text", turn.language, title=offer.title)
    return f"https://t.me/share/url?url={quote(link, safe='')}&text={quote(text, safe='')}"


def _reasons(shown: ResultList | None, offer_id: int) -> Sequence[Any]:
    if shown is None or offer_id not in shown.offer_ids:
        return []
    reasons: Sequence[Any] = shown.reasons[shown.offer_ids.index(offer_id)]
    return reasons


def _missing_rank(turn: Turn, shown: ResultList) -> int | None:
    """Return the rank named that the list does not have: it must never open another offer in its place."""
    count = len(shown.offer_ids)
    rank = rank_said(turn.text, last=count)
    return rank if rank is not None and rank > count and names_rank(turn.text) else None


async def _which(turn: Turn) -> Reply:
    """Ask which offer of the list is meant; without it, or beyond its end, say why there is none to point at."""
    shown = await current_list(turn)
    if shown is not None and (rank := _missing_rank(turn, shown)) is not None:
        count = len(shown.offer_ids)
        key = "search.only_number" if count == 1 else "search.no_such_number"
        return Reply(say(key, turn.language, count=count, rank=rank), await _number_rows(turn))
    if turn.conversation.list_id is not None:
        return Reply(say("search.which_offer", turn.language), await _number_rows(turn, await named_offers(turn)))
    if turn.conversation.criteria is None:
        return Reply(say("search.no_list", turn.language))
    return Reply(say("search.none_to_open", turn.language), await wider_rows(turn))


async def _number_rows(turn: Turn, named: Sequence[int] = ()) -> list[list[Button]]:
    """Return the numbers of some offers of the list, else of those on the page."""
    shown = await current_list(turn)
    if shown is None:
        return []
    first = turn.conversation.page * PAGE_SIZE
    buttons = [
        Button(str(shown.offer_ids.index(one) + 1), "show_offer", {"offer_id": one, "list_id": shown.id})
        for one in named or shown.offer_ids[first : first + PAGE_SIZE]
    ]
    return [buttons[rank : rank + PAGE_SIZE] for rank in range(0, len(buttons), PAGE_SIZE)]


async def _most_like(turn: Turn, shown: ResultList, embedder: Embedder) -> int | None:
    """Return the offer on the shown page that the words describe ("celle avec les enfants"), if one stands out."""
    first = turn.conversation.page * PAGE_SIZE
    ids = shown.offer_ids[first : first + PAGE_SIZE]
    offers = await load_offers(turn.session, ids)
    known = [offer_id for offer_id in ids if offer_id in offers]
    if not known or not turn.text:
        return turn.conversation.offer_id
    texts = [f"{offers[one].title}. {offers[one].organisation}. {offers[one].places[0].city or ''}" for one in known]
    question, *described = embedder.embed([turn.text, *texts])
    scores = [float(np.dot(question, vector)) for vector in described]
    best = max(range(len(known)), key=scores.__getitem__)
    return known[best] if scores[best] >= _LIKE_ENOUGH else turn.conversation.offer_id
