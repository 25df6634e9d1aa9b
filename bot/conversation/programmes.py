"""The answer to "what is X" and "the difference between X and Y": sheets of programmes, courses, trades, schemes."""

from __future__ import annotations

from bot.conversation.replies import Reply, Turn
from bot.conversation.showing import offer_choice, programme_codes, say_no_sheet, show_entry, show_side_by_side
from bot.knowledge.service import find_named, programmes_of_codes, read_library, suggest_named
from bot.understanding.models import Parse


async def answer_programme(turn: Turn, parse: Parse) -> Reply:
    """Show the sheet of what a message names, two side by side when it names two, else the names that look like it."""
    library = await read_library(turn.session)
    named = find_named(library, parse.text)
    if not named and (codes := programme_codes(parse)):
        programmes = programmes_of_codes(library, codes)
        return offer_choice(turn, [("programmes", entry) for entry in programmes]) if programmes else say_no_sheet(turn)
    if not named:
        likely = suggest_named(library, parse.text)
        return offer_choice(turn, likely, key="knowledge.which_like") if likely else say_no_sheet(turn)
    if len(named) > 1:
        return show_side_by_side(turn, [(found.topic, found.entries[0]) for found in named[:2]])
    found = named[0]
    if len(found.entries) > 1:
        return offer_choice(turn, [(found.topic, entry) for entry in found.entries])
    return show_entry(turn, found.topic, found.entries[0])
