"""Puts a sourced entry into an answer: its lines, its source with the date, cut into pages that a phone shows whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from bot.catalogue.wording import day
from bot.chat.formatting import escape, visible_length
from bot.conversation.replies import ANSWER_LIMIT
from bot.knowledge.service import Course, Entry, Helpline, Paper, Programme, Scheme, Text, Trade, Visa
from bot.locales.service import say

_WHOLE_DAY = 3  # parts of a date that names its day
_MANY_REPOSITORIES = "github.com"


def sheet_pages(entry: Entry, language: str, *, today: date) -> list[str]:
    """Return the sheet of an entry, page by page, each with its source; of an unsure entry only where to look."""
    head = f"<b>{escape(entry.names.said(language))}</b>"
    lines = [head, *(lines_of(entry, language) if entry.is_asserted else [say("knowledge.unsure", language)])]
    if entry.is_asserted:
        lines += [_other_source(other.url, other.date, other.says.said(language), language) for other in entry.others]
    return pages(lines, source_line(entry, language, today=today))


def pages(lines: Sequence[str], tail: str = "") -> list[str]:
    """Return lines in pages of at most `ANSWER_LIMIT` visible characters, `tail` at the end of each."""
    room = ANSWER_LIMIT - visible_length(tail) - 1
    filled: list[list[str]] = [[]]
    for line in lines:
        if filled[-1] and visible_length("\n".join([*filled[-1], line])) > room:
            filled.append([])
        filled[-1].append(line)
    return ["\n".join([*page, tail] if tail else page) for page in filled]


def source_line(entry: Entry, language: str, *, today: date) -> str:
    """Return where an entry comes from and of when, with a warning once it should have been read again."""
    line = _italic(_source(entry.source.url, entry.source.date, language))
    if entry.is_due(today):
        line += "\n" + _italic(say("knowledge.due", language, day=day(entry.review, language)))
    return line


def lines_of(entry: Entry, language: str) -> list[str]:
    """Return what an entry says, one labelled line a point."""
    return _LINES[type(entry)](entry, language)


def _programme_lines(entry: Programme, language: str) -> list[str]:
    labelled = _labelled(language, who=entry.who, stay=entry.stay, money=entry.money, apply=entry.apply)
    return [escape(entry.summary.said(language)), *labelled]


def _scheme_lines(entry: Scheme, language: str) -> list[str]:
    amount = entry.amount.text
    labelled = _labelled(language, money=amount, deadline=entry.deadline, cap=entry.cap, apply=entry.apply)
    return [escape(entry.summary.said(language)), *labelled]


def _paper_lines(entry: Paper, language: str) -> list[str]:
    return [escape(entry.fact.said(language)), *_labelled(language, apply=entry.todo)]


def _visa_lines(entry: Visa, language: str) -> list[str]:
    needs = f"<b>{say(f'knowledge.needs_{entry.needs}', language)}</b>"
    return [needs, escape(entry.fact.said(language)), *_labelled(language, apply=entry.todo)]


def _course_lines(entry: Course, language: str) -> list[str]:
    where = escape(" · ".join(part for part in (entry.organisation, entry.city) if part))
    labelled = _labelled(language, who=entry.entry, length=entry.length, money=entry.cost)
    return [where, escape(entry.summary.said(language)), *labelled]


def _trade_lines(entry: Trade, language: str) -> list[str]:
    return [escape(entry.summary.said(language)), *_labelled(language, path=entry.path)]


def _helpline_lines(entry: Helpline, language: str) -> list[str]:
    number = f"<b>{escape(entry.number)}</b>" if entry.number else ""
    labelled = _labelled(language, hours=entry.hours, abroad=entry.abroad)
    return [line for line in (number, escape(entry.whom.said(language)), *labelled) if line]


def _labelled(language: str, **texts: Text | None) -> list[str]:
    return [
        say(f"knowledge.{name}", language, what=escape(text.said(language)))
        for name, text in texts.items()
        if text is not None
    ]


def _other_source(url: str, dated: str | None, says: str, language: str) -> str:
    return say("knowledge.other_source", language, says=escape(says), source=_source(url, dated, language))


def _source(url: str, dated: str | None, language: str) -> str:
    link = f'<a href="{escape(url)}">{escape(_site(url))}</a>'
    when = escape(_dated(dated, language)) if dated else say("knowledge.undated", language)
    return say("knowledge.source", language, site=link, day=when)


def _site(url: str) -> str:
    """Return the name of a site, with the repository when it holds those of many people."""
    parts = urlsplit(url)
    site = parts.netloc.removeprefix("www.")
    return "/".join([site, *parts.path.split("/")[1:3]]) if site == _MANY_REPOSITORIES else site


def _dated(dated: str, language: str) -> str:
    parts = dated.split("-")
    return day(date.fromisoformat(dated), language) if len(parts) == _WHOLE_DAY else "/".join(reversed(parts))


def _italic(text: str) -> str:
    return f"<i>{text}</i>" if text else ""


_LINES: dict[type[Entry], Callable[[Any, str], list[str]]] = {
    Programme: _programme_lines,
    Scheme: _scheme_lines,
    Paper: _paper_lines,
    Visa: _visa_lines,
    Course: _course_lines,
    Trade: _trade_lines,
    Helpline: _helpline_lines,
}
