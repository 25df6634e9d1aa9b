"""Arabic with Latin words in it: lines run from the right, and what is Latin or a run of figures keeps its order.

Telegram lays out each line by its first letter, and each neutral character by its neighbours (Unicode Standard
Annex 9): without isolates "Stage (2 mois)" loses its parenthesis and "04 77 12" is read backwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
RIGHT_TO_LEFT_MARK = "\u200f"
_MARKUP = re.compile(r"(<[^>]*>|&\w+;|&#\w+;)")
_LATIN = r"A-Za-z\u00c0-\u024f"
# From a Latin letter (or a slash or an at sign before one) to the last Latin letter or figure of the run.
_RUN = re.compile(rf"[/@]?[{_LATIN}](?:[{_LATIN}\d'’.,:/@+&_\-–() ]*[{_LATIN}\d+])?|\d+(?:[ .\-–/:]\d+)+")


def right_to_left(html_text: str) -> str:
    """Return an Arabic text, Telegram HTML, its Latin runs and groups of figures isolated and its lines from the right.

    What is between isolates already stays as it is, so that doing it twice changes nothing.
    """
    return "\n".join(_from_the_right(_isolated(line)) for line in carried(html_text.split("\n")))


def carried(pieces: Iterable[str]) -> list[str]:
    """Return lines or messages cut from one text, an isolate open at a cut closed there and opened again after it.

    An isolate ends with its line whether it is closed or not.
    """
    whole, is_open = [], 0
    for piece in pieces:
        opened = FIRST_STRONG_ISOLATE * is_open + piece if piece.strip() else piece
        if piece.strip():
            is_open = max(0, opened.count(FIRST_STRONG_ISOLATE) - opened.count(POP_ISOLATE))
        whole.append(opened + POP_ISOLATE * is_open if piece.strip() else piece)
    return whole


def _isolated(line: str) -> str:
    depth, parts = 0, []
    for part in _MARKUP.split(line):
        if _MARKUP.fullmatch(part):
            parts.append(part)
            continue
        for piece in re.split(f"([{FIRST_STRONG_ISOLATE}{POP_ISOLATE}])", part):
            depth += {FIRST_STRONG_ISOLATE: 1, POP_ISOLATE: -1}.get(piece, 0)
            parts.append(piece if depth > 0 or piece == POP_ISOLATE else _RUN.sub(_between_isolates, piece))
    return "".join(parts)


def _between_isolates(found: re.Match[str]) -> str:
    return f"{FIRST_STRONG_ISOLATE}{found.group()}{POP_ISOLATE}"


def _from_the_right(line: str) -> str:
    is_said = any(character.isalnum() for character in _MARKUP.sub("", line))
    return RIGHT_TO_LEFT_MARK + line if is_said and _first_direction(line) != "right" else line


def _first_direction(line: str) -> str:
    """Return where the first letter outside isolates leads: "right" for Arabic and for our mark, "left", or ""."""
    depth = 0
    for character in _MARKUP.sub("", line):
        depth += {FIRST_STRONG_ISOLATE: 1, POP_ISOLATE: -1}.get(character, 0)
        direction = unicodedata.bidirectional(character) if depth == 0 else ""
        if direction in ("R", "AL", "L"):
            return "left" if direction == "L" else "right"
    return ""
