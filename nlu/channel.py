"""The only way into Rasa: one call a turn, behind a secret shared with the application."""

import asyncio
import hmac
import logging
from typing import Any, Awaitable, Callable, Dict, Optional, Text

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from nlu.requests import SLOTS, BadRequest, Turn, parsed_body, parsed_text, parsed_turn

logger = logging.getLogger(__name__)

SHORTEST_SECRET = 16
_PARSE_KEYS = ("text", "intent", "intent_ranking", "entities")

Answer = Callable[[MessageProcessor, Dict[str, Any]], Awaitable[Dict[str, Any]]]


class EscaleChannel(InputChannel):
    """Answers a turn with its messages, its parse and its slots, in one call.

    The context of a turn becomes slots before the policies run, so that a conversation Rasa has forgotten goes on as
    if nothing had happened.
    """

    def __init__(self, secret: Text, timeout_seconds: float) -> None:
        """Keep the shared secret and the time that one turn may take."""
        self._secret = secret.encode()
        self._timeout_seconds = timeout_seconds

    @classmethod
    def name(cls) -> Text:
        """Return the part of the address that names the channel: /webhooks/escale."""
        return "escale"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "EscaleChannel":
        """Build the channel from credentials.yml; a missing or short secret stops the start."""
        options = credentials or {}
        secret = str(options.get("secret") or "")
        if len(secret) < SHORTEST_SECRET:
            raise RasaException(f"Set ESCALE_RASA_SECRET to a secret of {SHORTEST_SECRET} characters or more.")
        return cls(secret, float(options.get("timeout_seconds", 4.0)))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the three routes: webhook (a turn), parse (understanding only) and health."""
        routes = Blueprint("escale_channel", __name__)

        @routes.route("/health", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            processor = _processor_of(request)
            if processor is None:
                return response.json({"status": "loading"}, status=503)
            return response.json({"status": "ok", "model": _model_name(processor)})

        @routes.route("/webhook", methods=["POST"])
        async def webhook(request: Request) -> HTTPResponse:
            return await self._answered(request, self._turn)

        @routes.route("/parse", methods=["POST"])
        async def parse(request: Request) -> HTTPResponse:
            return await self._answered(request, _parse_only)

        return routes

    async def _answered(self, request: Request, answer: Answer) -> HTTPResponse:
        """Return the answer as JSON, or the refusal; what fails inside is logged without the message."""
        if not self._is_allowed(request):
            return response.json({"error": "the secret is missing or wrong"}, status=401)
        processor = _processor_of(request)
        if processor is None:
            return response.json({"error": "no model is loaded"}, status=503)
        try:
            return response.json(await answer(processor, parsed_body(request.body)))
        except BadRequest as refusal:
            return response.json({"error": refusal.reason}, status=refusal.status)
        except asyncio.TimeoutError:
            return response.json({"error": "the turn took too long"}, status=504)
        except Exception as fault:
            logger.error("A turn failed: %s", type(fault).__name__)
            return response.json({"error": "the turn failed"}, status=500)

    def _is_allowed(self, request: Request) -> bool:
        """Say whether the request bears the secret; takes the same time whatever it bears."""
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        return (
            hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), self._secret)
            and kind.lower() == "bearer"
        )

    async def _turn(self, processor: MessageProcessor, payload: Dict[str, Any]) -> Dict[str, Any]:
        """Return the messages, the parse, the slots and the action of one turn."""
        turn = parsed_turn(payload)
        async with processor.lock_store.lock(turn.sender):
            return await asyncio.wait_for(_handled(processor, turn), self._timeout_seconds)


async def _handled(processor: MessageProcessor, turn: Turn) -> Dict[str, Any]:
    """Set the context, let the policies decide, run the action and return what came of it."""
    output = CollectingOutputChannel()
    message = _user_message(turn.text, turn.sender, turn.metadata)
    message.output_channel = output
    message.parse_data = await processor.parse_message(message)
    tracker = await processor.fetch_tracker_and_update_session(turn.sender, output)
    for name, value in turn.context.items():
        if tracker.get_slot(SLOTS[name]) != value:
            tracker.update(SlotSet(SLOTS[name], value), processor.domain)
    # What `handle_message` does, without reading and writing the conversation three times, and without looking for
    # slots in the message: none of ours is filled that way.
    await processor._handle_message_with_tracker(message, tracker)
    await processor._run_prediction_loop(output, tracker)
    await processor.save_tracker(tracker)
    return {
        "messages": [{key: part for key, part in sent.items() if key != "recipient_id"} for sent in output.messages],
        "action": _last_action(tracker),
        "parse": {key: message.parse_data.get(key) for key in _PARSE_KEYS},
        "slots": {name: tracker.get_slot(slot) for name, slot in SLOTS.items()},
        "model": _model_name(processor),
    }


async def _parse_only(processor: MessageProcessor, payload: Dict[str, Any]) -> Dict[str, Any]:
    """Return the parse of a message that belongs to no conversation."""
    text = parsed_text(payload.get("message", payload.get("text")))
    found = await processor.parse_message(_user_message(text, "parse", None))
    return {"parse": {key: found.get(key) for key in _PARSE_KEYS}, "model": _model_name(processor)}


def _user_message(text: str, sender: str, metadata: Optional[Dict[str, Any]]) -> UserMessage:
    """Return Rasa's message, unstripped: offsets count from the first character that was sent."""
    message = UserMessage(text, sender_id=sender, input_channel=EscaleChannel.name(), metadata=metadata)
    message.text = text
    return message


def _last_action(tracker: DialogueStateTracker) -> Optional[str]:
    """Return the action that answered the last message, even when its server failed."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return None
        if isinstance(event, ActionExecuted) and event.action_name != ACTION_LISTEN_NAME:
            return event.action_name
    return None


def _model_name(processor: MessageProcessor) -> str:
    """Return the name of the loaded model, which holds the fingerprint of its sources."""
    return processor.model_filename.replace(".tar.gz", "")


def _processor_of(request: Request) -> Optional[MessageProcessor]:
    """Return what handles messages, or nothing while no model is loaded."""
    agent: Optional[Agent] = getattr(request.app.ctx, "agent", None)
    return agent.processor if agent is not None and agent.is_ready() else None
