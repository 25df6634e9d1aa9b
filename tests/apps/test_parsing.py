"""`escale parse`: order, offsets, and lines that are wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any, cast

from bot.apps.parsing import Reader, parse_lines
from bot.kit.embedding import Embedder
from bot.understanding.answers import RasaParse
from bot.understanding.errors import RasaUnavailable, Reason
from bot.understanding.service import DistressEar, RasaClient

TODAY = date(2026, 11, 23)


class _Rasa:
    """Finds "espagne"; the shorter a text, the later it answers."""

    async def parse(self, text: str) -> RasaParse:
        await asyncio.sleep(0.02 / len(text))
        if text == "panne":
            raise RasaUnavailable(Reason.TIMEOUT)
        start = text.find("espagne")
        entity = {"entity": "country", "value": "espagne", "start": start, "end": start + 7}
        found = [entity] if start >= 0 else []
        intent = {"name": "search_any", "confidence": 0.9}
        return RasaParse({"intent": intent, "intent_ranking": [intent], "entities": found}, "escale-1")


async def parsed(*lines: str, with_rasa: bool = True) -> list[dict[str, Any]]:
    async def read() -> AsyncIterator[str]:
        for line in lines:
            yield line + "\n"

    ear = DistressEar(cast("Embedder", None), None)
    reader = Reader(cast("RasaClient", _Rasa()) if with_rasa else None, ear, TODAY)
    return [result async for result in parse_lines(read(), reader)]


async def test_results_come_in_the_order_of_the_lines() -> None:
    texts = [f"{'x' * (50 - rank)} {rank}" for rank in range(30)]
    assert [result["text"] for result in await parsed(*texts)] == texts


async def test_values_stand_at_their_offsets_whatever_the_line_looks_like() -> None:
    for line in ("en espagne", "  en   espagne ", "/stage en\tespagne", "en \u200bespagne"):
        (result,) = await parsed(line)
        (entity,) = result["entities"]
        assert result["text"] == line
        assert line[entity["start"] : entity["end"]] == entity["value"] == "espagne"
        assert entity["norm"] == "ES"


async def test_a_line_may_be_json() -> None:
    (result,) = await parsed('{"text": "en espagne"}')
    assert (result["text"], result["intent"]["name"]) == ("en espagne", "search_any")


async def test_a_wrong_line_gives_an_error_in_its_place() -> None:
    results = await parsed("{", '{"texte": 1}', "panne", "en espagne")
    assert ["error" in result for result in results] == [True, True, True, False]


async def test_empty_and_letterless_lines_are_out_of_scope_without_rasa() -> None:
    results = await parsed("", "😀", "…")
    assert [result["intent"]["name"] for result in results] == ["out_of_scope"] * 3


async def test_distress_is_always_an_emergency() -> None:
    (result,) = await parsed("je veux mourir")
    assert result["intent"] == {"name": "emergency", "confidence": 1.0}


async def test_without_rasa_a_line_is_read_as_a_conversation_reads_it_while_rasa_is_down() -> None:
    search, distress, empty = await parsed("panne, un stage en espagne", "je veux mourir", "", with_rasa=False)
    assert search["intent"]["name"] == "search_internship"
    assert [entity["norm"] for entity in search["entities"]] == ["ES"]
    assert [distress["intent"]["name"], empty["intent"]["name"]] == ["emergency", "out_of_scope"]
