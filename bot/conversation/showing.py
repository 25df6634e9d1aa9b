"""Shows sourced entries: the sheet of one, two side by side, a choice among several; and the buttons around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.catalogue.criteria import ADULT
from bot.chat.formatting import escape, visible_length
from bot.chat.keyboards import Button
from bot.conversation.answers import resume_rows
from bot.conversation.asking import note_subject
from bot.conversation.markers import has_marker
from bot.conversation.replies import ANSWER_LIMIT, Reply, Turn
from bot.conversation.sheets import lines_of, sheet_pages, source_line
from bot.kit.errors import UserError
from bot.knowledge.service import (
    Course,
    Entry,
    Library,
    Programme,
    Scheme,
    Situation,
    Trade,
    Truth,
    find_written,
    judge,
    read_library,
)
from bot.locales.service import say

EXIT_PAPER = "ast-principe"
MOST_BUTTONS = 6
_MOST_NEIGHBOURS = 4
_MOST_NAMED = 2


async def show_sheet(turn: Turn, topic: str, identity: str, *, page: int = 0) -> Reply:
    """Show a page of the sheet of an entry.

    Raises:
        UserError: the entry is gone or hidden.
    """
    entry = (await read_library(turn.session)).get(topic, identity)
    if entry is None:
        raise UserError("chat.button_expired")
    return await show_entry(turn, topic, entry, page=page)


async def show_entry(
    turn: Turn, topic: str, entry: Entry, *, page: int = 0, others: Sequence[tuple[str, Entry]] = ()
) -> Reply:
    """Show a page of the sheet of an entry, with buttons to what belongs to it and to `others`."""
    note_subject(turn, topic, entry.id)
    shown = sheet_pages(entry, turn.language, today=turn.today)
    page = min(page, len(shown) - 1)
    rows = more_row(turn, "show_sheet", {"topic": topic, "id": entry.id}, page, len(shown))
    others = others or _neighbours(await read_library(turn.session), entry)
    rows += [[sheet_button(name, other, turn.language)] for name, other in others]
    if isinstance(entry, Programme):
        rows += _programme_rows(turn, entry)
    elif isinstance(entry, Scheme) and entry.is_asserted:
        rows.append([Button(say("knowledge.am_i", turn.language), "am_i", {"topic": topic, "id": entry.id})])
    rows.append([Button(say("knowledge.official", turn.language), url=entry.link)])
    return Reply(shown[page], [*rows, *resume_rows(turn)])


async def choose_trade(turn: Turn) -> Reply:
    """Ask which humanitarian trade: its sheet leads to the courses."""
    trades = [("trades", trade) for trade in (await read_library(turn.session)).trades.values()]
    return await offer_choice(turn, trades, key="knowledge.which_trade", most=len(trades))


async def training_rows(turn: Turn, text: str) -> list[list[Button]]:
    """Return the buttons that lead from a search of training to sheets: what is named; humanitarian trades if meant."""
    named = [one for one in find_written(await read_library(turn.session), text) if one.topic in ("courses", "trades")]
    sheets = [[sheet_button(one.topic, one.entries[0], turn.language)] for one in named[:_MOST_NAMED]]
    if not named and not has_marker(text, "humanitarian", turn.language):
        return []
    return [*sheets, [Button(say("knowledge.trades", turn.language), "choose_trade")]]


def show_side_by_side(turn: Turn, pair: Sequence[tuple[str, Entry]]) -> Reply:
    """Return two sheets in short, one above the other, each with its source; for whom they are, if there is room."""
    shown = "\n\n".join(_in_short(turn, entry, with_whom=True) for _, entry in pair)
    if visible_length(shown) > ANSWER_LIMIT:
        shown = "\n\n".join(_in_short(turn, entry, with_whom=False) for _, entry in pair)
    buttons = [[sheet_button(topic, entry, turn.language)] for topic, entry in pair]
    return Reply(shown, [*buttons, *resume_rows(turn)])


async def offer_choice(
    turn: Turn,
    entries: Sequence[tuple[str, Entry]],
    *,
    key: str = "knowledge.which",
    verb: str = "show_sheet",
    most: int = MOST_BUTTONS,
) -> Reply:
    """Ask which of several entries is meant; `verb` is what the button of each does."""
    if len(entries) == 1 and key == "knowledge.which" and verb == "show_sheet":
        return await show_entry(turn, *entries[0])
    rows = [
        [Button(entry.names.said(turn.language), verb, {"topic": topic, "id": entry.id})]
        for topic, entry in entries[:most]
    ]
    return Reply(say(key, turn.language), [*rows, *resume_rows(turn)])


def say_no_sheet(turn: Turn) -> Reply:
    """Say that no entry bears that name."""
    return Reply(say("answers.programme_unknown", turn.language), resume_rows(turn))


def more_row(turn: Turn, verb: str, where: dict[str, Any], page: int, count: int) -> list[list[Button]]:
    """Return the row that leads to the next page, if there is one."""
    if page + 1 >= count:
        return []
    return [[Button(say("knowledge.more", turn.language), verb, {**where, "page": page + 1})]]


def sheet_button(topic: str, entry: Entry, language: str) -> Button:
    """Return the button that opens the sheet of an entry."""
    return Button(entry.names.said(language), "show_sheet", {"topic": topic, "id": entry.id})


def exit_lines(turn: Turn, library: Library, situation: Situation) -> list[str]:
    """Return the sentence on the signed agreement that a minor needs to leave France, with its source."""
    paper = library.papers.get(EXIT_PAPER)
    if paper is None or not is_minor(situation) or judge(paper.conditions, situation).truth is Truth.NO:
        return []
    return [say("knowledge.minor", turn.language), source_line(paper, turn.language, today=turn.today)]


def exit_paper_button(turn: Turn) -> Button:
    """Return the button that opens the sheet on the exit authorisation of minors."""
    return Button(say("knowledge.exit_paper", turn.language), "show_sheet", {"topic": "papers", "id": EXIT_PAPER})


def is_minor(situation: Situation) -> bool:
    """Return whether somebody is known to be under eighteen."""
    age = situation.spans.get("age")
    return age is not None and age.high is not None and age.high < ADULT


def _neighbours(library: Library, entry: Entry) -> Sequence[tuple[str, Entry]]:
    """Return the courses that lead to a trade, those near Saint-Étienne first, or the trades that a course leads to."""
    if isinstance(entry, Trade):
        courses = [library.courses[name] for name in entry.courses if name in library.courses]
        courses.sort(key=lambda course: not course.near)
        return tuple(("courses", course) for course in courses[:_MOST_NEIGHBOURS])
    if isinstance(entry, Course):
        trades = [library.trades[name] for name in entry.trades if name in library.trades]
        return tuple(("trades", trade) for trade in trades[:_MOST_NEIGHBOURS])
    return ()


def _programme_rows(turn: Turn, programme: Programme) -> list[list[Button]]:
    language = turn.language
    rows = []
    if programme.codes:
        criteria = {"criteria": {"programmes": list(programme.codes)}}
        rows.append([Button(say("knowledge.offers", language), "search_with", criteria)])
    asked = [Button(say("knowledge.funding", language), "fund_programme", {"id": programme.id})]
    if programme.is_asserted:  # of an unsure entry nothing is judged
        asked.insert(0, Button(say("knowledge.am_i", language), "am_i", {"topic": "programmes", "id": programme.id}))
    return [*rows, asked]


def _in_short(turn: Turn, entry: Entry, *, with_whom: bool) -> str:
    language = turn.language
    lines = [f"<b>{escape(entry.names.said(language))}</b>"]
    if not entry.is_asserted:
        lines.append(say("knowledge.unsure", language))
    elif isinstance(entry, Programme):
        lines.append(escape(entry.summary.said(language)))
        if with_whom:
            lines.append(say("knowledge.who", language, what=escape(entry.who.said(language))))
    else:
        lines.append(lines_of(entry, language)[0])
    return "\n".join([*lines, source_line(entry, language, today=turn.today)])
