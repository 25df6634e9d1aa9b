"""What the application sends to the channel, checked before it comes near the model."""

import json
from dataclasses import dataclass
from typing import Any, Dict, Optional, Tuple

LONGEST_TEXT = 1000
LONGEST_SENDER = 200
LARGEST_BODY = 64 * 1024
CONTEXT_CHOICES: Dict[str, Tuple[Any, ...]] = {
    "language": ("fr", "en", "es", "ar", None),
    "pending_question": ("none", "which_kind", "which_place", "confirm_restart", "confirm_alerts"),
    "has_search": (True, False),
    "has_list": (True, False),
}
# The slot of each value; `language` is already the name of an entity.
SLOTS = {
    "language": "chat_language",
    "pending_question": "pending_question",
    "has_search": "has_search",
    "has_list": "has_list",
}
CONTEXT_DEFAULTS = {"language": None, "pending_question": "none", "has_search": False, "has_list": False}


class BadRequest(Exception):
    """A request that is refused, with the HTTP status that says so."""

    def __init__(self, status: int, reason: str) -> None:
        """Keep the HTTP status and the reason, which never quotes the message."""
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Turn:
    """One message of a conversation, and what the application knows of it."""

    sender: str
    text: str
    context: Dict[str, Any]
    metadata: Optional[Dict[str, Any]]


def parsed_body(body: bytes) -> Dict[str, Any]:
    """Return the JSON object of a request body, or refuse it."""
    if len(body) > LARGEST_BODY:
        raise BadRequest(413, "the body is too large")
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest(400, "the body is not JSON") from None
    if not isinstance(payload, dict):
        raise BadRequest(400, "the body is not a JSON object")
    return payload


def parsed_turn(payload: Dict[str, Any]) -> Turn:
    """Return the turn that a payload describes, or refuse it."""
    sender = payload.get("sender")
    if not isinstance(sender, str) or not 0 < len(sender) <= LONGEST_SENDER:
        raise BadRequest(400, f"`sender` must be a text of 1 to {LONGEST_SENDER} characters")
    metadata = payload.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise BadRequest(400, "`metadata` must be an object")
    return Turn(sender, parsed_text(payload.get("message")), _parsed_context(payload.get("context")), metadata)


def parsed_text(text: Any) -> str:
    """Return the message as the model may read it, or refuse it.

    A leading "/" would inject an intent into Rasa ("/restart"): it becomes a space, so that offsets still hold.
    """
    if not isinstance(text, str):
        raise BadRequest(400, "the message must be a text")
    if len(text) > LONGEST_TEXT:
        raise BadRequest(413, f"the message has more than {LONGEST_TEXT} characters")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadRequest(400, "the message is not valid Unicode")
    start = 0
    while start < len(text) and (text[start] == "/" or text[start].isspace()):
        start += 1
    if not any(letter.isprintable() and not letter.isspace() for letter in text[start:]):
        raise BadRequest(400, "the message is empty")
    return " " * start + text[start:]


def _parsed_context(context: Any) -> Dict[str, Any]:
    """Return the value of each slot; what the application does not say has its default, never an earlier value."""
    if context is None:
        context = {}
    if not isinstance(context, dict):
        raise BadRequest(400, "`context` must be an object")
    values = {name: context.get(name, default) for name, default in CONTEXT_DEFAULTS.items()}
    for name, value in values.items():
        if not any(value is choice or (isinstance(value, str) and value == choice) for choice in CONTEXT_CHOICES[name]):
            raise BadRequest(400, f"`context.{name}` has a value that is not known")
    return values
