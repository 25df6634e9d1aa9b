"""`escale parse`: what the assistant understands of messages, in the exchange format, in the order they came."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.kit.errors import Unavailable
from bot.understanding.models import Entity, Intent, Parse
from bot.understanding.service import (
    EMERGENCY,
    DistressEar,
    RasaClient,
    Verdict,
    agreed,
    detect_language,
    screen,
    understand,
    understand_simply,
)

_AT_ONCE = 8


@dataclass(frozen=True)
class Reader:
    """Who understands.

    Attributes:
        rasa: asked for each message; None understands as a conversation does while Rasa is down.
        ear: listens for distress, before Rasa.
        today: the day that the messages were written, for dates.
    """

    rasa: RasaClient | None
    ear: DistressEar
    today: date


async def parse_lines(lines: AsyncIterable[str], reader: Reader) -> AsyncIterator[dict[str, Any]]:
    """Parse each line (a text, or {"text": …}); a line that cannot be parsed gives {"error": …}, never an exception.

    Results come in the order of the lines, each as soon as it can, so that whoever writes one line may wait for it.
    """
    under_way: asyncio.Queue[asyncio.Task[dict[str, Any]] | None] = asyncio.Queue(_AT_ONCE)

    async def read() -> None:
        async for line in lines:
            await under_way.put(asyncio.create_task(_parse_line(line, reader)))
        await under_way.put(None)

    reading = asyncio.create_task(read())
    while (task := await under_way.get()) is not None:
        yield await task
    await reading


async def _parse_line(line: str, reader: Reader) -> dict[str, Any]:
    try:
        text = read_line(line)
        return (await parse_text(text, reader)).to_json()
    except Unavailable as error:
        return {"error": str(error)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def read_line(line: str) -> str:
    """Return the message that a line holds.

    Raises:
        ValueError: the line begins like JSON and is not an object with a "text".
    """
    line = line.rstrip("\r\n")
    if not line.lstrip().startswith("{"):
        return line
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    text = content.get("text") if isinstance(content, dict) else None
    if not isinstance(text, str):
        raise ValueError('no "text"')
    return text


async def parse_text(text: str, reader: Reader) -> Parse:
    """Understand one message as a conversation does: what is decided before Rasa first, then Rasa, if there is one.

    Raises:
        Unavailable: Rasa gave no usable answer.
    """
    seen = screen(text)
    language = detect_language(text, previous=None, telegram=None)
    if seen.verdict in (Verdict.EMPTY, Verdict.LETTERLESS):
        return Parse(text, language, Intent("out_of_scope", 1.0), (Intent("out_of_scope", 1.0),), source="rules")
    parse = await _understood(seen.text, language, reader)
    alarm = reader.ear.listen(text)
    if reader.rasa:
        parse = agreed(alarm, parse)
    intent, ranking = Intent(EMERGENCY, 1.0) if alarm.is_raised and not reader.rasa else parse.intent, parse.ranking
    if intent.name == EMERGENCY:
        ranking = (intent, *(other for other in ranking if other.name != EMERGENCY))
    entities = parse.entities if seen.text == text else tuple(_placed(parse.entities, text))
    return Parse(text, language, intent, ranking, entities, parse.model, parse.source)


async def _understood(text: str, language: str, reader: Reader) -> Parse:
    if reader.rasa is None:
        return understand_simply(text, language=language, today=reader.today)
    answer = await reader.rasa.parse(text)
    return understand(answer.parse, text=text, language=language, today=reader.today, model=answer.model)


def _placed(entities: Iterable[Entity], text: str) -> Iterable[Entity]:
    """Move entities found in the screened text to their places in the original; one that cannot be found is dropped."""
    for entity in entities:
        words = re.compile(r"\s+".join(re.escape(word) for word in entity.value.split()))
        places = list(words.finditer(text))
        if places:
            found = min(places, key=lambda place: abs(place.start() - entity.start))
            yield Entity(entity.entity, found.group(), found.start(), found.end(), entity.role, entity.norm)
