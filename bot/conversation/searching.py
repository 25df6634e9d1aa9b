"""The steps of searching: look for offers, show pages that stay the same, narrow, widen, or say why nothing fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.catalogue.cards import Entry, offer_lines
from bot.catalogue.criteria import ADULT, Criteria
from bot.catalogue.service import (
    Relaxation,
    facets,
    is_available,
    load_offers,
    relaxation_label,
    relaxations,
    search_offers,
)
from bot.catalogue.wording import describe
from bot.chat.formatting import escape, shortened, visible_length
from bot.chat.keyboards import Button
from bot.conversation.alert_context import CONFIRM
from bot.conversation.asking import drop_subject
from bot.conversation.models import KEPT, ResultList
from bot.conversation.queries import keep_list, own_list, was_shown_a_list_as_minor
from bot.conversation.replies import Reply, Turn, room
from bot.conversation.telling import is_too_young
from bot.kit.embedding import Embedder
from bot.locales.service import say
from bot.vocabulary.countries import country_with_preposition
from bot.vocabulary.kinds import KINDS, kind_label

PAGE_SIZE = 5
_LONGEST_HEADING, _LONGEST_NOTHING = 120, 300
_MANY = 6  # from here on, buttons that narrow are worth their place
_FEW = 2  # down to here, buttons that widen are
_FACET_BUTTONS = 3
# What is pending when the kind was asked.
WHICH_KIND = "which_kind"
# What is pending when nothing was found and something wider was offered.
WIDEN = "widen"


async def search(turn: Turn, criteria: Criteria, *, embedder: Embedder, preface: str = "") -> Reply:
    """Search, keep the list as it stands, and return its first page or what would give results."""
    criteria = _of_their_age(turn, criteria)
    drop_subject(turn)
    turn.conversation.criteria = criteria.to_json()
    turn.conversation.pending_question = None
    result = await search_offers(turn.session, criteria, embedder=embedder, today=turn.today)
    if not result.hits:
        return await _nothing_found(turn, criteria)
    # The first list shown to them as a minor tells of the parents' authorisation, and says their age for other lines.
    if _is_minor(criteria) and not await was_shown_a_list_as_minor(turn.session, person_id=turn.person.id):
        preface = say("search.parents", turn.language)
    kept = await keep_list(
        turn.session,
        person_id=turn.person.id,
        criteria=criteria.to_json(),
        offer_ids=[hit.offer_id for hit in result.hits],
        reasons=[hit.reasons_json() for hit in result.hits],
        total=result.total,
        now=turn.now,
    )
    turn.conversation.offer_id = None  # "garde-la" under a new list means none of the old one
    return await show_page(turn, kept, 0, preface=preface)


async def ask_kind(turn: Turn, criteria: Criteria | None = None) -> Reply:
    """Ask what the person thinks of, with a button for each kind; what they said already is kept, and told."""
    turn.conversation.pending_question = WHICH_KIND
    known = criteria or Criteria()
    if known.is_bare():
        return Reply(say("search.which_kind", turn.language), await kind_rows(turn, known))
    what = escape(describe(known, turn.language))
    return Reply(say("search.which_kind_known", turn.language, what=what), await kind_rows(turn, known))


async def kind_rows(turn: Turn, criteria: Criteria | None = None) -> list[list[Button]]:
    """Return a button for each kind that is open to somebody of their age, and one for all of them."""
    known = _of_their_age(turn, criteria or Criteria())
    kinds = await _open_kinds(turn, known) if _is_minor(known) else KINDS
    buttons = [
        Button(
            kind_label(kind, turn.language).capitalize(), "search_with", {"criteria": known.to_json() | {"kind": kind}}
        )
        for kind in kinds
    ]
    everything = replace(known, words="").to_json()  # "je veux partir" ranks nothing, and would leave out most
    buttons.append(Button(say("search.kind_any", turn.language), "search_with", {"criteria": everything}))
    return [buttons[first : first + 2] for first in range(0, len(buttons), 2)]


async def resume(turn: Turn, *, embedder: Embedder) -> Reply:
    """Give the running search's list back as it was; without one, search again, or ask what for."""
    shown = await current_list(turn)
    if shown is not None and shown.criteria != KEPT:
        return await show_page(turn, shown, turn.conversation.page)
    if turn.conversation.criteria is not None:
        return await search(turn, Criteria.from_json(turn.conversation.criteria), embedder=embedder)
    return Reply(say("search.no_list", turn.language), await kind_rows(turn))


async def current_list(turn: Turn) -> ResultList | None:
    """Return the list last shown to this person."""
    return await own_list(turn.session, turn.conversation.list_id, person_id=turn.person.id)


async def more_results(turn: Turn, *, embedder: Embedder) -> Reply:
    """Return the next page of the list last shown; past its end, what a wider search would give."""
    shown = await current_list(turn)
    running = turn.conversation.criteria
    if running is not None and (shown is None or turn.conversation.pending_question == WIDEN):
        return await search(turn, Criteria.from_json(running), embedder=embedder)
    if shown is None:
        return Reply(say("search.no_list", turn.language))
    page = turn.conversation.page + 1
    if page * PAGE_SIZE >= len(shown.offer_ids):
        found = await relaxations(turn.session, Criteria.from_json(shown.criteria), today=turn.today)
        return Reply(say("search.no_more", turn.language), _widening_rows(turn, found))
    return await show_page(turn, shown, page)


async def show_page(turn: Turn, shown: ResultList, page: int, *, preface: str = "") -> Reply:
    """Return one page of a kept list. Ranks never move: an offer that closed meanwhile stays, marked."""
    page = max(0, min(page, (len(shown.offer_ids) - 1) // PAGE_SIZE))
    turn.conversation.list_id, turn.conversation.page = shown.id, page
    first = page * PAGE_SIZE
    ids = shown.offer_ids[first : first + PAGE_SIZE]
    offers = await load_offers(turn.session, ids)
    criteria = Criteria.from_json(shown.criteria)
    entries = [
        Entry(offers[one], rank, shown.reasons[rank - 1], is_available(offers[one], today=turn.today))
        for rank, one in enumerate(ids, first + 1)
        if one in offers
    ]
    rows: list[Sequence[Button]] = [_numbers(entries, shown)]
    rows.append(_paging(turn, shown, page))
    if page == 0 and (bell := bell_button(turn, criteria, list_id=shown.id)):
        rows.append([bell])
    if page == 0 and shown.total >= _MANY:
        rows.append(await _narrowing(turn, criteria))
    elif shown.total <= _FEW and shown.criteria:
        rows.extend(_widening_rows(turn, await relaxations(turn.session, criteria, today=turn.today))[:_FEW])
    above = "\n\n".join(part for part in (preface, _heading(turn, shown, criteria, first, len(ids))) if part)
    lines = offer_lines(entries, turn.language, room=room(turn) - visible_length(above) - 2)
    return Reply("\n\n".join([above, *lines]), [row for row in rows if row], in_place=True)


def _numbers(entries: Sequence[Entry], shown: ResultList) -> list[Button]:
    return [
        Button(str(entry.rank), "show_offer", {"offer_id": entry.offer.id, "list_id": shown.id})
        for entry in entries
        if entry.is_available
    ]


def _heading(turn: Turn, shown: ResultList, criteria: Criteria, first: int, count: int) -> str:
    what = escape(shortened(describe(criteria, turn.language, count=len(shown.offer_ids)), _LONGEST_HEADING))
    key = "search.found_many" if shown.total > len(shown.offer_ids) else "search.found"
    title = say(key, turn.language, count=len(shown.offer_ids), what=what)
    if len(shown.offer_ids) <= PAGE_SIZE:
        return title
    return (
        f"{title}\n{say('search.page', turn.language, first=first + 1, last=first + count, total=len(shown.offer_ids))}"
    )


def _paging(turn: Turn, shown: ResultList, page: int) -> list[Button]:
    row: list[Button] = []
    if page > 0:
        row.append(Button(say("search.previous", turn.language), "show_page", {"list_id": shown.id, "page": page - 1}))
    if (page + 1) * PAGE_SIZE < len(shown.offer_ids):
        row.append(Button(say("search.next", turn.language), "show_page", {"list_id": shown.id, "page": page + 1}))
    return row


async def _narrowing(turn: Turn, criteria: Criteria) -> list[Button]:
    if criteria.has_place():
        return []
    counted = await facets(turn.session, criteria, today=turn.today)
    return [
        Button(
            f"{country_with_preposition(code, turn.language)} ({count})",
            "search_with",
            {"criteria": {**criteria.to_json(), "countries": [code]}},
        )
        for code, count in counted.countries[:_FACET_BUTTONS]
    ]


async def _nothing_found(turn: Turn, criteria: Criteria) -> Reply:
    """Say what was not found, and offer what would be; "oui" takes the first. The list before is open no more."""
    conversation = turn.conversation
    conversation.list_id, conversation.page, conversation.offer_id = None, 0, None  # "le 2e" is none of the old list
    found = await relaxations(turn.session, criteria, today=turn.today)
    bell = bell_button(turn, criteria)
    turn.conversation.pending_question = WIDEN if found else CONFIRM if bell else None
    text = say(
        "search.none", turn.language, what=escape(shortened(describe(criteria, turn.language), _LONGEST_NOTHING))
    )
    key = "search.none_widen" if found else "alerting.offer" if bell else "search.none_adviser"
    rows = _widening_rows(turn, found) or await _everything_of_the_kind(turn, criteria)
    rows = [*rows, [bell]] if bell else rows
    return Reply(f"{text}\n{say(key, turn.language)}", rows, in_place=True)


def bell_button(turn: Turn, criteria: Criteria, *, list_id: int | None = None) -> Button | None:
    """Return the button that saves a search as an alert; none for a list of everything, nor below fifteen."""
    if (criteria.is_bare() and not criteria.words) or is_too_young(turn, criteria):
        return None
    return Button(
        say("alerting.bell", turn.language), "alert_save", {"criteria": criteria.to_json(), "list_id": list_id}
    )


async def _everything_of_the_kind(turn: Turn, criteria: Criteria) -> list[list[Button]]:
    """Return a button for all offers of the kind wanted, when no smaller change would find any."""
    if criteria.kind is None:
        return []
    anyone = _of_their_age(turn, Criteria(age=criteria.age))
    known = dict((await facets(turn.session, anyone, today=turn.today)).kinds)
    if not known.get(criteria.kind):
        return []
    label = f"{kind_label(criteria.kind, turn.language, is_plural=True).capitalize()} : {known[criteria.kind]}"
    return [[Button(label, "search_with", {"criteria": anyone.to_json() | {"kind": criteria.kind}})]]


async def widen(turn: Turn, *, embedder: Embedder) -> Reply:
    """Take the first relaxation that was offered."""
    running = Criteria.from_json(turn.conversation.criteria)
    found = await relaxations(turn.session, running, today=turn.today)
    return await search(turn, found[0].criteria if found else running, embedder=embedder)


async def wider_rows(turn: Turn) -> list[list[Button]]:
    """Return a button for each change to the running search that would find offers, or for each kind of search."""
    running = Criteria.from_json(turn.conversation.criteria)
    found = await relaxations(turn.session, running, today=turn.today)
    return _widening_rows(turn, found) or await kind_rows(turn, running)


def _widening_rows(turn: Turn, found: Sequence[Relaxation]) -> list[list[Button]]:
    return [
        [Button(relaxation_label(relaxed, turn.language), "search_with", {"criteria": relaxed.criteria.to_json()})]
        for relaxed in found
    ]


def _of_their_age(turn: Turn, criteria: Criteria) -> Criteria:
    """Return the criteria with the age that the person said of themselves, if they are without one."""
    age = (turn.conversation.situation or {}).get("age") or (turn.conversation.criteria or {}).get("age")
    return replace(criteria, age=age) if criteria.age is None and isinstance(age, int) else criteria


def _is_minor(criteria: Criteria) -> bool:
    return criteria.age is not None and criteria.age < ADULT


async def _open_kinds(turn: Turn, criteria: Criteria) -> list[str]:
    """Return the kinds of which some offer takes a person of this age."""
    counted = await facets(turn.session, Criteria(age=criteria.age), today=turn.today)
    return [kind for kind in KINDS if kind in dict(counted.kinds)]
