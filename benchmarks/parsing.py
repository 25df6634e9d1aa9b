"""How long Rasa takes to understand one message, through the channel that the application uses."""

from __future__ import annotations

import time
from collections.abc import Sequence

import httpx

_WARM = 30


def parse_milliseconds(rasa_url: str, secret: str, sentences: Sequence[str]) -> list[float]:
    """Return the milliseconds of each parse, one at a time over one connection.

    Every sentence is sent once; the first 30 only warm Rasa up and are not counted.
    """
    times: list[float] = []
    with httpx.Client(headers={"Authorization": f"Bearer {secret}"}, timeout=10, trust_env=False) as client:
        for sentence in sentences:
            began = time.perf_counter()
            client.post(f"{rasa_url}/webhooks/escale/parse", json={"message": sentence}).raise_for_status()
            times.append((time.perf_counter() - began) * 1000)
    return times[_WARM:]
