"""What Telegram shows of the bot before anybody writes: its commands and descriptions, in each language."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from telegram import Bot, BotCommand

from bot.locales.service import DEFAULT_LANGUAGE, LANGUAGES, say

# Meaning, then its name in each language, in Latin letters as Telegram asks; `bot.conversation.commands` knows them.
COMMANDS: dict[str, dict[str, str]] = {
    "start": {"fr": "start", "en": "start", "es": "start", "ar": "start"},
    "help": {"fr": "aide", "en": "help", "es": "ayuda", "ar": "help"},
    "search": {"fr": "chercher", "en": "search", "es": "buscar", "ar": "search"},
    "saved": {"fr": "offres", "en": "offers", "es": "ofertas", "ar": "offers"},
    "alerts": {"fr": "alertes", "en": "alerts", "es": "alertas", "ar": "alerts"},
    "stop": {"fr": "stop", "en": "stop", "es": "stop", "ar": "stop"},
    "language": {"fr": "langue", "en": "language", "es": "idioma", "ar": "language"},
    "style": {"fr": "style", "en": "style", "es": "estilo", "ar": "style"},
    "restart": {"fr": "recommencer", "en": "restart", "es": "reiniciar", "ar": "restart"},
    "human": {"fr": "humain", "en": "human", "es": "humano", "ar": "human"},
}


async def publish_profile(bot: Bot, published: Path) -> None:
    """Tell Telegram the commands and descriptions, unless the file `published` says that it knows these very ones.

    Telegram counts each change against a low limit, and a process may start often.
    """
    fingerprint = f"{bot.id} {_fingerprint()}"
    if await asyncio.to_thread(_read, published) == fingerprint:
        return
    for code in (None, *LANGUAGES):
        language = code or DEFAULT_LANGUAGE
        await bot.set_my_commands(commands_in(language), language_code=code)
        await bot.set_my_description(say("profile.description", language), language_code=code)
        await bot.set_my_short_description(say("profile.short_description", language), language_code=code)
    await asyncio.to_thread(published.write_text, fingerprint, encoding="utf-8")


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _fingerprint() -> str:
    """Return a hash of all that is published."""
    parts = [repr([command.to_dict() for command in commands_in(language)]) for language in LANGUAGES]
    keys = ("profile.description", "profile.short_description")
    parts += [say(key, language) for key in keys for language in LANGUAGES]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def commands_in(language: str) -> list[BotCommand]:
    """Return the commands as people of that language see them."""
    return [
        BotCommand(names[language], say(f"chat.command_{meaning}", language)) for meaning, names in COMMANDS.items()
    ]
