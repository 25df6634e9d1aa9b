"""What people write in a run: sentences of the validation files, which the model never saw, in a realistic mix."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

import yaml

from benchmarks.machine import ROOT

VALIDATION = tuple(ROOT / "tests" / "nlu" / "validation" / f"{language}.yml" for language in ("fr", "en"))
_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")

# Shares of a conversation, in percent, and the intents that make each of them.
MIX: dict[str, tuple[int, tuple[str, ...]]] = {
    "searches": (
        35,
        (
            "search_internship", "search_job", "search_volunteering", "search_training", "search_exchange",
            "search_any",
        ),
    ),
    "refinements": (20, ("refine_search", "more_results")),
    "details": (15, ("show_details", "how_to_apply", "save_offer", "list_saved")),
    "questions": (12, ("ask_funding", "ask_visa", "ask_eligibility", "ask_programme", "privacy_request", "help")),
    "small talk": (13, ("greet", "thanks", "affirm", "deny", "bot_challenge", "goodbye")),
    "elsewhere": (5, ("out_of_scope", "talk_to_adviser", "complaint")),
}  # fmt: skip


def sentences_by_intent() -> dict[str, list[str]]:
    """Return the sentences, French then English, without their annotations."""
    found: dict[str, list[str]] = {}
    for path in VALIDATION:
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["messages"]:
            lines = [line for style, messages in block.items() if style != "intent" for line in messages]
            found.setdefault(block["intent"], []).extend(_ANNOTATION.sub(r"\1", line) for line in lines)
    return found


def distinct_sentences() -> list[str]:
    """Return every sentence once, shuffled the same way at each run."""
    every = dict.fromkeys(text for texts in sentences_by_intent().values() for text in texts)
    texts = list(every)
    random.Random(7).shuffle(texts)  # noqa: S311 - a benchmark, not a secret
    return texts


def mixed_sentences(*, seed: int) -> Iterator[str]:
    """Yield sentences for ever, in the shares of `MIX`; none comes back before all of its kind have come.

    A conversation begins with a search, so that refinements and details have something to speak of.
    """
    chance = random.Random(seed)  # noqa: S311 - a benchmark, not a secret
    by_intent = sentences_by_intent()
    kinds = list(MIX)
    weights = [MIX[kind][0] for kind in kinds]
    pools = {kind: [text for intent in MIX[kind][1] for text in by_intent.get(intent, ())] for kind in kinds}
    decks = {kind: _dealt(pool, chance) for kind, pool in pools.items()}
    yield next(decks["searches"])
    while True:
        yield next(decks[chance.choices(kinds, weights)[0]])


def _dealt(pool: Sequence[str], chance: random.Random) -> Iterator[str]:
    while True:
        deck = list(pool)
        chance.shuffle(deck)
        yield from deck
