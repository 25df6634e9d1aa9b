"""A peer: a broadcast as a loop over python-telegram-bot with its AIORateLimiter. Started by `benchmarks.broadcast`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import time
from pathlib import Path

from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, Application, ExtBot

from benchmarks.broadcast import ANSWER, EVERY, FIRST_ANSWERED, TEXT

_RETRIES = 5


async def _broadcast(url: str, token: str, chats: int) -> dict[int, float]:
    limiter = AIORateLimiter(max_retries=_RETRIES)
    application = Application.builder().token(token).base_url(f"{url}/bot").rate_limiter(limiter).build()
    wanted: dict[int, float] = {}
    async with application:
        chatting = asyncio.create_task(_answer_people(application.bot, wanted))
        for chat_id in range(1, chats + 1):
            with contextlib.suppress(TelegramError):  # whoever is left out is counted by the benchmark
                await application.bot.send_message(chat_id, TEXT, parse_mode="HTML")
        chatting.cancel()
        await asyncio.gather(chatting, return_exceptions=True)
        await asyncio.sleep(1)
    return wanted


async def _answer_people(bot: ExtBot[None], wanted: dict[int, float]) -> None:
    answers: set[asyncio.Task[object]] = set()
    for number in range(1_000_000):
        chat_id = FIRST_ANSWERED + number
        wanted[chat_id] = time.time()
        answers.add(asyncio.create_task(bot.send_message(chat_id, ANSWER)))
        await asyncio.sleep(EVERY)


def main() -> None:
    """Send everything, write when each answer was wanted, and end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--chats", type=int, required=True)
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args()
    wanted = asyncio.run(_broadcast(options.url, options.token, options.chats))
    options.result.write_text(json.dumps(wanted), encoding="utf-8")


if __name__ == "__main__":
    main()
