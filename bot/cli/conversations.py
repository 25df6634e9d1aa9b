"""The commands about conversations: have one in the terminal, read those that were."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.shared import LARGEST, complain, print_json, print_table, read_settings, standard_output, tell, town_time
from bot.kit.errors import EscaleError, InputError
from bot.locales.service import LANGUAGES

if TYPE_CHECKING:
    from bot.apps.chat_session import ChatSession
    from bot.apps.rasa_loan import RasaLoan

_PANEL = "Conversations"


def add_to(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.command(rich_help_panel=_PANEL)(chat)
    app.command(rich_help_panel=_PANEL)(log)
    app.command(rich_help_panel=_PANEL)(erase)


def chat(
    demo: Annotated[bool, typer.Option("--demo", help="Load the example offers if there are none.")] = False,
    person: Annotated[
        int | None,
        typer.Option(
            max=LARGEST, help="Whose conversation to go on with; by default 1, and a new one for piped lines."
        ),
    ] = None,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for Rasa before piped lines; then in simple mode.")
    ] = 180.0,
) -> None:
    """Talk with the assistant in the terminal, by the same code as on Telegram.

    Type a button's letter to press it. When standard input is no terminal: waits for Rasa, reads a message a line, and
    prints the answers as plain text.
    """
    from bot.apps.chat_session import open_chat
    from bot.apps.database import open_database
    from bot.apps.rasa_loan import borrow_rasa
    from bot.kit.logs import configure_logs

    settings = read_settings()
    configure_logs("ERROR", process="chat")
    is_piped = not sys.stdin.isatty()
    chat_id = person or (int(time.time() * 1000) if is_piped else 1)
    with (
        borrow_rasa(settings, tell) as loan,
        open_database(settings) as url,
        open_chat(settings, url, loan, chat_id=chat_id, language=_language(), is_demo=demo, tell=tell) as session,
    ):
        if is_piped:
            _wait_for(loan, wait)
            session.answer_all(sys.stdin, lambda text: print(text, flush=True))
        else:
            _talk(session, loan)


def _wait_for(loan: RasaLoan, seconds: float) -> None:
    try:
        loan.wait_ready(tell, seconds=seconds)
    except EscaleError as error:
        complain(f"{error}. Answering in simple mode.")


def _talk(session: ChatSession, loan: RasaLoan) -> None:
    import readline  # noqa: F401 - gives `input` its history and editing

    if loan.missing is not None:
        complain(f"{loan.missing}. Answering in simple mode.")
    elif not loan.is_ready():
        tell("Rasa is loading: until then the answers come in simple mode.")
    console = standard_output()
    console.print("Write your message, or a button's letter. Ctrl-D ends.", style="dim")
    while True:
        try:
            line = input("> ").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        for answer in session.say(line) if line else ():
            console.print(answer, markup=False, highlight=False)
            console.print()


def _language() -> str:
    return next((code for code in LANGUAGES if os.environ.get("LANG", "").startswith(code)), "fr")


def log(
    person: Annotated[int | None, typer.Argument(max=LARGEST, help="Number of the person, from the list.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON array.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST, help="How many conversations, or messages.")] = 50,
    is_flagged: Annotated[
        bool, typer.Option("--flagged", help="Those that somebody must look at (distress) first, with why.")
    ] = False,
    is_seen: Annotated[bool, typer.Option("--seen", help="Note that you have looked at this person's flags.")] = False,
) -> None:
    """List the latest conversations, or read one; what is stored is masked."""
    from bot.apps.database import open_database

    if is_seen and person is None:
        raise typer.BadParameter("Say whose: escale log PERSON --seen.", param_hint="--seen")
    with open_database(read_settings()) as url:
        rows, answered = asyncio.run(_read_log(url, person, limit=limit, is_flagged=is_flagged, is_seen=is_seen))
    if is_seen:
        tell(f"✓ {answered} flag(s) of person {person} are marked as seen.")
    if as_json:
        print_json(rows)
    elif not rows:
        tell("No message yet." if person is None else f"No message of person {person}.")
    elif person is None:
        _show_list(rows)
    else:
        _show_messages(rows)


async def _read_log(
    url: str, person: int | None, *, limit: int, is_flagged: bool, is_seen: bool
) -> tuple[list[dict[str, Any]], int]:
    """Return what `log` shows, and how many flags were answered."""
    from bot.apps.reading import mark_read, read_conversations, read_flagged, read_messages

    if person is None:
        return await (read_flagged if is_flagged else read_conversations)(url, limit=limit), 0
    answered = await mark_read(url, person_id=person) if is_seen else 0
    return await read_messages(url, person_id=person, limit=limit), answered


def erase(
    person: Annotated[int, typer.Argument(max=LARGEST, help="Number of the person, from `escale log`.")],
    is_sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a person who asks for it: their conversation, alerts, kept offers, messages, for good.

    Ends with 4 when there is no such person.
    """
    from bot.apps.database import open_database
    from bot.apps.reading import erase as erase_all

    if not is_sure:
        typer.confirm(f"Erase all that is kept of person {person}?", abort=True)
    with open_database(read_settings()) as url:
        if not asyncio.run(erase_all(url, person_id=person)):
            raise InputError([f"there is no person {person}. To find one: escale log"])
    tell(f"✓ Person {person} is erased.")


def _show_list(rows: list[dict[str, Any]]) -> None:
    has_flags = any("flag" in row for row in rows)
    names = ("person", "last message", "messages", *(("to look at", "since", "times") if has_flags else ()))
    shown = []
    for row in rows:
        cells = [str(row["person"]), town_time(row["last"]), str(row["messages"] or "")]
        if has_flags:
            since = town_time(row["since"]) if row.get("since") else ""
            cells += [str(row["flag"] or ""), since, str(row.get("times") or "")]
        shown.append(cells)
    print_table(names, shown)


def _show_messages(rows: list[dict[str, Any]]) -> None:
    console = standard_output()
    for row in rows:
        is_in = row["direction"] == "in"
        understood = f"  ({row['intent']} {row['confidence']:.2f}, {row['source']})" if is_in and row["intent"] else ""
        console.print(
            f"{town_time(row['at'], '%Y-%m-%d %H:%M:%S')} {'→' if is_in else '←'} {row['text']}{understood}",
            markup=False,
            highlight=False,
            style=None if is_in else "cyan",
        )
