"""What Rasa answers, checked before anything else sees it: an answer of a wrong shape is a failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.understanding.errors import RasaUnavailable, Reason
from bot.understanding.models import Json

MOST_MESSAGES = 20


@dataclass(frozen=True, slots=True)
class RasaMessage:
    """One message Rasa wants sent: plain text, or a custom payload of the application's own actions."""

    text: str | None = None
    custom: Json = None
    buttons: Json = None


@dataclass(frozen=True, slots=True)
class RasaTurn:
    """One turn answered.

    Attributes:
        messages: what to send, in order, never empty.
        parse: Rasa's own parse as it came, for `understand`.
        slots: the slots after the turn.
        model: identifier of the model that answered.
        action: name of the action Rasa chose, None when it named none.
    """

    messages: tuple[RasaMessage, ...]
    parse: Mapping[str, Any]
    slots: Mapping[str, Json]
    model: str | None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class RasaParse:
    """One text parsed outside any conversation: Rasa's own parse and the model that gave it."""

    parse: Mapping[str, Any]
    model: str | None


def read_turn(body: object) -> RasaTurn:
    """Check the answer to one turn.

    Raises:
        RasaUnavailable: wrong shape, no message, or no intent.
    """
    answer = _mapping(body)
    messages = answer.get("messages")
    if not isinstance(messages, list) or len(messages) > MOST_MESSAGES:
        raise RasaUnavailable(Reason.WRONG_SHAPE)
    read = tuple(_message(message) for message in messages)
    if not read:
        raise RasaUnavailable(Reason.EMPTY)
    slots = answer.get("slots")
    known = slots if isinstance(slots, dict) else {}
    return RasaTurn(read, _parse(answer), known, _text(answer.get("model")), _text(answer.get("action")))


def read_parse(body: object) -> RasaParse:
    """Check the answer to one parse, whether it is wrapped with the model's name or bare.

    Raises:
        RasaUnavailable: wrong shape or no intent.
    """
    answer = _mapping(body)
    wrapped = answer if "parse" in answer else {"parse": answer}
    return RasaParse(_parse(wrapped), _text(answer.get("model") or answer.get("model_id")))


def _parse(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    parse = _mapping(answer.get("parse"))
    intent = parse.get("intent")
    if not isinstance(intent, dict) or not isinstance(intent.get("name"), str) or not intent["name"]:
        raise RasaUnavailable(Reason.NO_INTENT)
    return parse


def _message(message: object) -> RasaMessage:
    content = _mapping(message)
    text = _text(content.get("text"))
    if text is None and not content.get("custom") and not content.get("buttons"):
        raise RasaUnavailable(Reason.WRONG_SHAPE)
    return RasaMessage(text, content.get("custom"), content.get("buttons"))


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RasaUnavailable(Reason.WRONG_SHAPE)
    return value


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
