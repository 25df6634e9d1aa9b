"""Writes what alerts tell: one message for all that is due to a person, however many of their searches found it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.asked_words import words_in
from bot.alerts.handing import hand_over
from bot.alerts.models import SavedSearch
from bot.alerts.queries import FOUND
from bot.alerts.wording import search_label
from bot.catalogue.cards import Entry, offer_lines
from bot.catalogue.criteria import Criteria
from bot.catalogue.models import Offer
from bot.catalogue.ranking import IN_TITLE, Candidate, rank
from bot.catalogue.reasons import Reason, reasons_for
from bot.catalogue.service import load_offers
from bot.chat.formatting import escape, visible_length
from bot.chat.keyboards import Button
from bot.deliveries.models import Delivery
from bot.deliveries.service import Composed, Push, Recipient
from bot.locales.service import say

MOST_SHOWN = 5
MOST_OF_ONE = 2  # of the same organisation
MOST_MUTES = 3
# As many as a list keeps.
MOST_TO_OPEN = 200
_ROOM = 600
_FEWEST_SHOWN = 2
_NEAR = timedelta(days=21)  # a deadline within this is told
# Letters of what a search is called: alone in the heading, above its offers, on a button.
_LONGEST_HEADING, _LONGEST_TITLE, _LONGEST_LABEL = 70, 40, 30


@dataclass(frozen=True)
class Found:
    """One offer to tell, with what found it and why; `score` orders those of all searches."""

    offer_id: int
    search_id: int
    organisation: str
    score: float
    reasons: tuple[Reason, ...]


async def compose_alerts(session: AsyncSession, recipient: Recipient, deliveries: Sequence[Delivery]) -> Composed:
    """Write the one message that tells all due alerts of a person; `bot.deliveries.composing.Compose`.

    At most five offers are shown, at most two of one organisation, the most relevant first, under the search that found
    them; the others are counted, and a button opens them all. What is no longer to be had is dropped as "gone"; what a
    search found that was paused or deleted meanwhile is told by another that fits it, at its own time, or dropped as
    "muted".
    """
    searches = await _searches(session, deliveries, recipient.person.id)
    silent = [delivery.id for delivery in deliveries if delivery.source_id not in searches]
    if await hand_over(session, silent, now=recipient.now):
        deliveries = [delivery for delivery in deliveries if delivery.due_at <= recipient.now]
        searches = await _searches(session, deliveries, recipient.person.id)
    muted = [delivery for delivery in deliveries if delivery.source_id not in searches]
    heard = [delivery for delivery in deliveries if delivery.source_id in searches]
    found = await _found(session, recipient, searches, heard)
    open_ids = {one.offer_id for one in found}
    gone = [delivery for delivery in heard if delivery.offer_id not in open_ids]
    dropped = {error: some for error, some in (("muted", muted), ("gone", gone)) if some}
    covered = [delivery for delivery in heard if delivery.offer_id in open_ids]
    if not covered:
        return Composed(dropped=dropped)
    shown = varied(found)
    offers = await load_offers(session, [one.offer_id for one in shown])
    text = _text(recipient, searches, found, shown, offers)
    while visible_length(text) > _ROOM and len(shown) > _FEWEST_SHOWN:
        shown = shown[:-1]
        text = _text(recipient, searches, found, shown, offers)
    rows = _rows(recipient, searches, covered, shown)
    return Composed(pushes=[Push(covers=covered, text=text, rows=rows)], dropped=dropped)


def varied(found: Sequence[Found]) -> list[Found]:
    """Return the few offers to show: the best first, two of one organisation at the most; together by search."""
    chosen: list[Found] = []
    for one in found:
        if sum(other.organisation == one.organisation for other in chosen) < MOST_OF_ONE:
            chosen.append(one)
        if len(chosen) == MOST_SHOWN:
            break
    order = list(dict.fromkeys(one.search_id for one in chosen))
    return sorted(chosen, key=lambda one: order.index(one.search_id))


async def _searches(session: AsyncSession, deliveries: Iterable[Delivery], person_id: int) -> dict[int, SavedSearch]:
    """Return the searches that found these and still speak, the oldest first."""
    ids = {delivery.source_id for delivery in deliveries}
    is_speaking = (SavedSearch.person_id == person_id, ~SavedSearch.is_paused)
    rows = await session.scalars(select(SavedSearch).where(SavedSearch.id.in_(ids), *is_speaking))
    return {search.id: search for search in sorted(rows, key=lambda search: search.id)}


async def _found(
    session: AsyncSession, recipient: Recipient, searches: Mapping[int, SavedSearch], heard: Sequence[Delivery]
) -> list[Found]:
    """Return what can still be had, the most relevant first."""
    values = {
        "offers": [delivery.offer_id for delivery in heard],
        "searches": [delivery.source_id for delivery in heard],
        "today": recipient.today,
    }
    rows = (await session.execute(FOUND, values)).all() if heard else []
    found = [one for search in searches.values() for one in _ranked(search, rows, recipient)]
    return sorted(found, key=lambda one: (-one.score, -one.offer_id))


def _ranked(search: SavedSearch, rows: Iterable[Any], recipient: Recipient) -> list[Found]:
    criteria = Criteria.from_json(search.criteria)
    words = words_in(criteria, search.words or "")
    mine = {row.offer_id: row for row in rows if row.search_id == search.id}
    reasons_of = reasons_for(criteria, words, recipient.today)
    candidates = [_candidate(row) for row in mine.values()]
    ranked = rank(candidates, criteria, recipient.today, rarities=[1.0] * len(words))
    return [
        Found(one.offer_id, search.id, mine[one.offer_id].organisation_key, score, reasons_of(one))
        for one, score in ranked
    ]


def _candidate(row: Any) -> Candidate:
    return Candidate(
        offer_id=row.offer_id, meaning=row.meaning or 0.0, words=IN_TITLE * len(row.matched or ()), matched=row.matched,
        field=row.field, countries=row.countries, city_keys=row.city_keys, start_from=row.start_from,
        deadline=row.deadline, spoken=row.spoken, programme=row.programme, updated_on=row.updated_on,
    )  # fmt: skip


def _text(
    recipient: Recipient,
    searches: Mapping[int, SavedSearch],
    found: Sequence[Found],
    shown: Sequence[Found],
    offers: Mapping[int, Offer],
) -> str:
    """Return how many are new and for what, then the offers under the search that found them, then how many more."""
    voice = recipient.voice
    told = list(dict.fromkeys(one.search_id for one in shown))
    if len({one.search_id for one in found}) == 1:
        what = escape(search_label(searches[told[0]], voice, most=_LONGEST_HEADING))
        heading, titles = say("alerts.digest_for", voice, count=len(found), what=what), {}
    else:
        heading = say("alerts.digest_heading", voice, count=len(found))
        titles = {one: f"🔎 <i>{escape(search_label(searches[one], voice, most=_LONGEST_TITLE))}</i>" for one in told}
    hidden = len(found) - len(shown)
    ending = say("alerts.digest_more", voice, count=hidden) if hidden else ""
    used = sum(visible_length(part) + 2 for part in (heading, ending, *titles.values()) if part)
    entries = [
        Entry(offers[one.offer_id], number, one.reasons, True, last_day=_last_day(offers[one.offer_id], recipient))
        for number, one in enumerate(shown, 1)
    ]
    lines = offer_lines(entries, voice, room=_ROOM - used)
    parts = [heading]
    for number, one in enumerate(shown):
        if number == 0 or shown[number - 1].search_id != one.search_id:
            parts.append(titles.get(one.search_id, ""))
        parts.append(lines[number])
    return "\n\n".join(part for part in (*parts, ending) if part)


def _last_day(offer: Offer, recipient: Recipient) -> date | None:
    """Return the deadline of an offer when it is near enough to be told in a line."""
    is_near = offer.deadline is not None and offer.deadline <= recipient.today + _NEAR
    return offer.deadline if is_near else None


def _rows(
    recipient: Recipient, searches: Mapping[int, SavedSearch], covered: Sequence[Delivery], shown: Sequence[Found]
) -> list[list[Button]]:
    voice = recipient.voice
    rows = [[Button(str(number), "show_offer", {"offer_id": one.offer_id}) for number, one in enumerate(shown, 1)]]
    if len(covered) > len(shown):
        opened = {"search_id": shown[0].search_id, "delivery_ids": [one.id for one in covered][:MOST_TO_OPEN]}
        rows.append([Button(say("alerts.digest_open", voice, count=len(covered)), "alert_open", opened)])
    told = list(dict.fromkeys([*(one.search_id for one in shown), *(one.source_id for one in covered)]))
    mutes = [search_id for search_id in told if search_id is not None][:MOST_MUTES]
    stop = Button(say("alerts.digest_stop", voice), "pushes_stop")
    if len(mutes) == 1:
        return [*rows, [Button(say("alerts.digest_mute", voice), "alert_mute", {"search_id": mutes[0]}), stop]]
    for search_id in mutes:
        label = say(
            "alerts.digest_mute_named", voice, what=search_label(searches[search_id], voice, most=_LONGEST_LABEL)
        )
        rows.append([Button(label, "alert_mute", {"search_id": search_id})])
    return [*rows, [stop]]
