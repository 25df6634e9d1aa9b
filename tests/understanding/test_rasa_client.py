import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.understanding.errors import RasaUnavailable, Reason
from bot.understanding.rasa_client import RasaClient

SECRET = "a-long-shared-secret"
TEXT = "jveu partir en Espagne 0612345678"
PARSE = {"text": TEXT, "intent": {"name": "search_any", "confidence": 0.9}, "intent_ranking": [], "entities": []}
ANSWER = {
    "messages": [{"text": "Voici"}, {"custom": {"action": "offers"}}],
    "action": "action_search",
    "parse": PARSE,
    "slots": {"language": "fr"},
    "model": "escale-1",
}
Answering = Callable[[httpx.Request], Any]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _client(answering: Answering, **options: Any) -> RasaClient:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answering))
    return RasaClient("http://127.0.0.1:5005/", SECRET, http, **options)


def _answers(body: Any, status: int = 200) -> Answering:
    return lambda request: httpx.Response(status, json=body)


async def _reason(client: RasaClient) -> Reason:
    with pytest.raises(RasaUnavailable) as failure:
        await client.turn("c1", TEXT, {})
    assert TEXT not in str(failure.value)
    assert failure.value.__cause__ is None
    return failure.value.reason


async def test_a_turn_sends_what_the_channel_reads_and_returns_what_it_answers() -> None:
    seen: list[httpx.Request] = []

    def answering(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=ANSWER)

    turn = await _client(answering).turn("c1", TEXT, {"language": "fr"})
    assert str(seen[0].url) == "http://127.0.0.1:5005/webhooks/escale/webhook"
    assert seen[0].headers["Authorization"] == f"Bearer {SECRET}"
    assert json.loads(seen[0].content) == {"sender": "c1", "message": TEXT, "context": {"language": "fr"}}
    assert [message.text for message in turn.messages] == ["Voici", None]
    assert turn.messages[1].custom == {"action": "offers"}
    assert (turn.parse, turn.slots, turn.model, turn.action) == (PARSE, {"language": "fr"}, "escale-1", "action_search")


async def test_a_parse_is_returned_with_its_model() -> None:
    found = await _client(_answers({"parse": PARSE, "model": "escale-1"})).parse(TEXT)
    assert found.parse == PARSE
    assert found.model == "escale-1"


@pytest.mark.parametrize(
    ("answering", "reason"),
    [
        (_answers([]), Reason.WRONG_SHAPE),
        (lambda request: httpx.Response(200, content=b"null"), Reason.WRONG_SHAPE),
        (_answers({}), Reason.WRONG_SHAPE),
        (_answers({**ANSWER, "messages": []}), Reason.EMPTY),
        (_answers({**ANSWER, "messages": [{}]}), Reason.WRONG_SHAPE),
        (_answers({**ANSWER, "messages": [{"text": "x"}] * 10_000}), Reason.WRONG_SHAPE),
        (_answers({**ANSWER, "messages": "text"}), Reason.WRONG_SHAPE),
        (_answers({**ANSWER, "parse": None}), Reason.WRONG_SHAPE),
        (_answers({**ANSWER, "parse": {"intent": None}}), Reason.NO_INTENT),
        (_answers({**ANSWER, "parse": {"intent": {"name": None}}}), Reason.NO_INTENT),
        (_answers(ANSWER, 500), Reason.STATUS),
        (_answers(ANSWER, 401), Reason.STATUS),
        (_answers(ANSWER, 503), Reason.STATUS),
        (_answers(ANSWER, 302), Reason.STATUS),
        (_answers({"error": "too large"}, 413), Reason.REFUSED),
        (lambda request: httpx.Response(200, html="<html>Sanic</html>"), Reason.NOT_JSON),
        (lambda request: httpx.Response(200, content=b""), Reason.NOT_JSON),
        (lambda request: httpx.Response(200, content=b"[" * 100_000), Reason.NOT_JSON),
        (lambda request: httpx.Response(200, content=b"\xff\xfe\x00"), Reason.NOT_JSON),
    ],
)
async def test_every_useless_answer_is_a_failure_with_its_reason(answering: Answering, reason: Reason) -> None:
    assert reason is await _reason(_client(answering))


async def test_a_rasa_that_is_not_there_is_unreachable() -> None:
    def answering(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    assert await _reason(_client(answering)) is Reason.UNREACHABLE


async def test_a_rasa_that_hangs_is_given_up_within_its_time() -> None:
    async def answering(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        return httpx.Response(200, json=ANSWER)

    began = time.monotonic()
    assert await _reason(_client(answering)) is Reason.TIMEOUT
    assert time.monotonic() - began <= 3.2


async def test_waiting_for_a_slot_counts_in_the_time() -> None:
    async def answering(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        return httpx.Response(200, json=ANSWER)

    client = _client(answering, timeout=1.0, max_in_flight=2)  # one after the other they would take 4 s
    began = time.monotonic()
    reasons = await asyncio.gather(*(_reason(client) for _ in range(8)))
    assert set(reasons) == {Reason.TIMEOUT}
    assert time.monotonic() - began <= 2.5


async def test_no_more_calls_than_allowed_run_at_once() -> None:
    running = most = 0

    async def answering(request: httpx.Request) -> httpx.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return httpx.Response(200, json=ANSWER)

    client = _client(answering)
    await asyncio.gather(*(client.turn(f"c{number}", TEXT, {}) for number in range(40)))
    assert most == 8


async def test_after_three_failures_rasa_is_left_alone_then_tried_again() -> None:
    clock, calls, is_up = Clock(), 0, False

    def answering(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        return httpx.Response(200, json=ANSWER) if is_up else httpx.Response(500)

    client = _client(answering, clock=clock)
    assert [await _reason(client) for _ in range(5)] == [Reason.STATUS] * 3 + [Reason.CIRCUIT_OPEN] * 2
    assert client.is_circuit_open
    clock.now += 10
    assert [await _reason(client) for _ in range(2)] == [Reason.STATUS, Reason.CIRCUIT_OPEN]
    assert calls == 4
    clock.now += 10
    is_up = True
    assert (await client.turn("c1", TEXT, {})).model == "escale-1"
    assert not client.is_circuit_open


async def test_a_text_that_rasa_refuses_does_not_close_the_door_to_others() -> None:
    client = _client(_answers({"error": "bad"}, 400))
    assert [await _reason(client) for _ in range(5)] == [Reason.REFUSED] * 5


async def test_readiness_is_told_without_raising() -> None:
    def answering(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    assert await _client(_answers({"status": "ok"})).is_ready()
    assert not await _client(_answers({"status": "loading"}, 503)).is_ready()
    assert not await _client(answering).is_ready()


async def test_no_text_of_a_person_enters_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await _reason(_client(_answers({}, 500)))
    assert "0612345678" not in caplog.text
