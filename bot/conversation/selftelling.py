"""A short message that does nothing but tell something of its writer: "20 ans", "bac+2", "boursier", "algérien"."""

from __future__ import annotations

from typing import Any

from bot.conversation.markers import is_seeking, named_kinds, needs_of
from bot.conversation.models import Conversation
from bot.knowledge.service import read_value
from bot.understanding.models import FALLBACK_INTENT, PLACES, Parse
from bot.vocabulary.nationalities import nationality_codes

_LONGEST = 8  # words
_READ = ("status", "permit", "grant")
# What the model hears in such messages; any other intent is something of its own ("parler à un conseiller").
_HEARD = (
    "search_", "ask_", "refine_search", "affirm", "deny", "greet", "inform", "out_of_scope", FALLBACK_INTENT,
)  # fmt: skip


def told_alone(parse: Parse, *, is_asking: bool = False) -> dict[str, Any]:
    """Return the facts that a message tells of its writer when it says nothing else; none when it does.

    Args:
        is_asking: whether it may be a question: "et si je suis pas étudiant ?" after an answer.
    """
    if not _says_little(parse) or (not is_asking and "?" in parse.text):
        return {}
    facts: dict[str, Any] = {fact: value for fact in _READ if (value := read_value(parse.text, fact))}
    if "grant" in facts:
        facts["grant"] = facts["grant"] == "yes"
    if codes := nationality_codes(parse.text):
        facts["nationality"] = list(codes)
    for entity in parse.entities:
        if entity.entity in ("age", "level") and entity.norm is not None and entity.role is None:
            facts.setdefault(entity.entity, entity.norm)
        elif entity.role == "origin" and entity.entity == "country":
            facts.setdefault("residence", entity.norm)
    return facts


def keep(conversation: Conversation, facts: dict[str, Any]) -> None:
    """Keep what was told."""
    if facts:
        conversation.situation = {**(conversation.situation or {}), **facts}


def _says_little(parse: Parse) -> bool:
    """Say whether a message is short and names nothing to do, to look for or to go to."""
    if len(parse.text.split()) > _LONGEST or not parse.intent.name.startswith(_HEARD):
        return False
    is_of_self = all(
        entity.entity in ("age", "level", "language") or (entity.entity in PLACES and entity.role == "origin")
        for entity in parse.entities
        if entity.norm is not None
    )
    return is_of_self and not (named_kinds(parse.text) or needs_of(parse.text) or is_seeking(parse.text))
