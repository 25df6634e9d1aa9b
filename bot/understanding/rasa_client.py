"""The only door to Rasa: one call a turn, over HTTP on loopback, within three seconds.

Rasa may hang, answer a page, or answer nothing at all with status 200. Each of these raises
`RasaUnavailable`, which callers meet with the simple mode. No text of a person enters a log line
or an error.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeVar

import httpx

from bot.understanding.answers import RasaParse, RasaTurn, read_parse, read_turn
from bot.understanding.circuit import Circuit
from bot.understanding.errors import RasaUnavailable, Reason
from bot.understanding.models import Json

TIMEOUT_SECONDS = 3.0
MAX_IN_FLIGHT = 8
Answer = TypeVar("Answer")
_READY_TIMEOUT_SECONDS = 1.0
_LARGEST_ANSWER_BYTES = 1_000_000
_OUR_FAULT = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY})


class RasaClient:
    """Calls one Rasa process.

    At most `max_in_flight` calls run at once, because Rasa computes in its event loop: more only
    make each slower. Waiting for a turn counts in the time-out.
    """

    def __init__(
        self,
        base_url: str,
        secret: str,
        http: httpx.AsyncClient,
        *,
        timeout: float = TIMEOUT_SECONDS,
        max_in_flight: int = MAX_IN_FLIGHT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._channel = f"{base_url.rstrip('/')}/webhooks/escale"
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._http = http
        self._timeout = timeout
        self._slots = asyncio.Semaphore(max_in_flight)
        self._circuit = Circuit(clock)

    @property
    def is_circuit_open(self) -> bool:
        """Say whether calls are refused without being tried."""
        return self._circuit.is_open

    async def turn(self, conversation_id: str, text: str, context: Mapping[str, Json]) -> RasaTurn:
        """Send one message of a conversation and return what Rasa makes of it.

        Args:
            conversation_id: what Rasa calls the sender; never a name or a Telegram identifier.
            text: a screened text.
            context: what the application knows, which Rasa keeps as slots.

        Raises:
            RasaUnavailable: see `Reason`.
        """
        payload: dict[str, Json] = {"sender": conversation_id, "message": text, "context": dict(context)}
        return await self._guarded("webhook", payload, read_turn)

    async def parse(self, text: str) -> RasaParse:
        """Parse one screened text outside any conversation.

        Raises:
            RasaUnavailable: see `Reason`.
        """
        return await self._guarded("parse", {"message": text}, read_parse)

    async def is_ready(self) -> bool:
        """Say whether Rasa answers with a model loaded; never raises, and leaves the circuit alone."""
        try:
            async with asyncio.timeout(_READY_TIMEOUT_SECONDS):
                answer = await self._http.get(f"{self._channel}/health", headers=self._headers)
            return answer.status_code == HTTPStatus.OK
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL):
            return False

    async def _guarded(self, route: str, payload: Mapping[str, Json], read: Callable[[object], Answer]) -> Answer:
        """Call Rasa if the circuit admits it, and tell the circuit how it went."""
        if not self._circuit.admits():
            raise RasaUnavailable(Reason.CIRCUIT_OPEN)
        try:
            answer = read(await self._post(route, payload))
        except RasaUnavailable as failure:
            is_alive = failure.reason is Reason.REFUSED
            self._circuit.succeeded() if is_alive else self._circuit.failed()
            raise
        self._circuit.succeeded()
        return answer

    async def _post(self, route: str, payload: Mapping[str, Json]) -> object:
        try:
            async with asyncio.timeout(self._timeout), self._slots:
                return _body_of(await self._http.post(f"{self._channel}/{route}", json=payload, headers=self._headers))
        except (TimeoutError, httpx.TimeoutException):
            raise RasaUnavailable(Reason.TIMEOUT) from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeEncodeError):
            raise RasaUnavailable(Reason.UNREACHABLE) from None


def _body_of(answer: httpx.Response) -> object:
    """Return the decoded JSON of an answer, or raise what its status or its body deserves."""
    if answer.status_code in _OUR_FAULT:
        raise RasaUnavailable(Reason.REFUSED, answer.status_code)
    if answer.status_code != HTTPStatus.OK:
        raise RasaUnavailable(Reason.STATUS, answer.status_code)
    if len(answer.content) > _LARGEST_ANSWER_BYTES:
        raise RasaUnavailable(Reason.WRONG_SHAPE)
    try:
        body: object = answer.json()
    except (ValueError, RecursionError):
        raise RasaUnavailable(Reason.NOT_JSON) from None
    return body
