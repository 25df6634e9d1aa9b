"""Rasa's custom actions, served over HTTP to Rasa alone.

An action is stateless: it only names the step that the app takes once Rasa has answered, in the app's own transaction.
The state of a conversation is in the app's tables, so nothing here reads or writes it, and a repeated call is harmless.
"""

from __future__ import annotations

import hmac
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

STEPS = (
    "search_offers", "refine_search", "more_results", "show_details", "save_offer", "list_saved", "how_to_apply",
    "subscribe_alerts", "manage_alerts", "answer_funding", "answer_visa", "answer_eligibility", "answer_programme",
    "find_association", "find_event", "offer_adviser", "change_language", "privacy", "help", "complaint",
    "bot_challenge", "confirm_restart", "restart_search", "emergency", "greet", "thank", "goodbye", "affirm", "deny",
    "out_of_scope",
)  # fmt: skip


class StepAction(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """The custom action that names one step."""

    def __init__(self, step: str) -> None:
        self._step = step

    def name(self) -> str:
        """Return the action's name in Rasa's domain."""
        return f"action_{self._step}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answer with the step's name as a custom message; no events: Rasa keeps no state of ours."""
        del tracker, domain
        dispatcher.utter_message(json_message={"step": self._step})
        return []


def actions_app(secret: str) -> FastAPI:
    """Return the application with the one route POST /webhook, closed to whoever lacks the secret."""
    executor = ActionExecutor()
    for step in STEPS:
        executor.register_action(StepAction(step))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/webhook")
    async def run_action(request: Request) -> Response:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
            return Response(status_code=401)
        try:
            call = await request.json()
        except ValueError:
            return JSONResponse({"error": "not JSON"}, status_code=400)
        if not isinstance(call, dict):
            return JSONResponse({"error": "not an object"}, status_code=400)
        # Rasa does not send its domain (no action reads it); the executor asks for one all the same.
        call["domain"] = call.get("domain") or {}
        try:
            result = await executor.run(call)
        except (ActionNotFoundException, ActionExecutionRejection) as error:
            return JSONResponse({"error": str(error), "action_name": error.action_name}, status_code=404)
        return JSONResponse(result.model_dump() if hasattr(result, "model_dump") else result)

    return app
