"""What Telegram shows of the bot before anybody writes: its commands and descriptions, in each language."""

from __future__ import annotations

from telegram import Bot, BotCommand

from bot.locales.service import DEFAULT_LANGUAGE, LANGUAGES, say

# Meaning, then its name in each language, in Latin letters as Telegram asks; `bot.conversation.commands` knows them.
COMMANDS: dict[str, dict[str, str]] = {
    "start": {"fr": "start", "en": "start", "es": "start", "ar": "start"},
    "help": {"fr": "aide", "en": "help", "es": "ayuda", "ar": "help"},
    "search": {"fr": "chercher", "en": "search", "es": "buscar", "ar": "search"},
    "saved": {"fr": "offres", "en": "offers", "es": "ofertas", "ar": "offers"},
    "language": {"fr": "langue", "en": "language", "es": "idioma", "ar": "language"},
    "restart": {"fr": "recommencer", "en": "restart", "es": "reiniciar", "ar": "restart"},
    "human": {"fr": "humain", "en": "human", "es": "humano", "ar": "human"},
}


async def publish_profile(bot: Bot) -> None:
    """Tell Telegram the commands and descriptions, what is the same already excepted.

    Descriptions are asked for first: Telegram counts each change against a low limit.
    """
    await bot.set_my_commands(commands_in(DEFAULT_LANGUAGE))
    for language in LANGUAGES:
        await bot.set_my_commands(commands_in(language), language_code=language)
    for code in (None, *LANGUAGES):
        language = code or DEFAULT_LANGUAGE
        description = say("profile.description", language)
        if (await bot.get_my_description(language_code=code)).description != description:
            await bot.set_my_description(description, language_code=code)
        short = say("profile.short_description", language)
        if (await bot.get_my_short_description(language_code=code)).short_description != short:
            await bot.set_my_short_description(short, language_code=code)


def commands_in(language: str) -> list[BotCommand]:
    """Return the commands as people of that language see them."""
    return [
        BotCommand(names[language], say(f"chat.command_{meaning}", language)) for meaning, names in COMMANDS.items()
    ]
