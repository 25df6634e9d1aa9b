"""The answer to "what is X" and "the difference between X and Y": sheets of programmes, courses, trades, schemes."""

from __future__ import annotations

from bot.conversation.markers import is_asking_what
from bot.conversation.refinement import programmes_of
from bot.conversation.replies import Reply, Turn
from bot.conversation.showing import offer_choice, say_no_sheet, show_side_by_side
from bot.conversation.telling import places_meant
from bot.knowledge.service import find_named, find_written, narrowest, programmes_of_codes, read_library, suggest_named
from bot.understanding.models import Parse


async def is_what_is(turn: Turn, parse: Parse) -> bool:
    """Say whether a message asks what a thing is that bears the name of a sheet, when the model heard no question."""
    is_heard = parse.intent.name in ("ask_funding", "ask_visa", "ask_eligibility")
    return (
        not is_heard and is_asking_what(parse.text) and bool(find_written(await read_library(turn.session), parse.text))
    )


async def answer_programme(turn: Turn, parse: Parse) -> Reply:
    """Show the sheet of what a message names, two side by side when it names two, else the names that look like it."""
    library = await read_library(turn.session)
    named = find_named(library, parse.text)
    places = places_meant(turn, parse)
    if not named and (codes := programmes_of(parse.entities)):
        programmes = narrowest(programmes_of_codes(library, codes), places)
        if not programmes:
            return say_no_sheet(turn)
        return await offer_choice(turn, [("programmes", entry) for entry in programmes])
    if not named:
        likely = suggest_named(library, parse.text)
        return await offer_choice(turn, likely, key="knowledge.which_like") if likely else say_no_sheet(turn)
    if len(named) > 1:
        return show_side_by_side(turn, [(found.topic, found.entries[0]) for found in named[:2]])
    topic, entries = named[0].topic, named[0].entries
    return await offer_choice(turn, [(topic, entry) for entry in narrowest(entries, places) or entries])
